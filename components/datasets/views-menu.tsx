"use client";

import { Bookmark, Link2, Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, Input } from "#components/ui/field.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { useUrlState } from "#components/ui/url-state.ts";
import { patchFor, viewOf } from "./row-filter.ts";
import { readViews, type SavedView, viewsKey, withView } from "./saved-views.ts";

/** Views of a project that this browser keeps. */
function useViews(projectId: string) {
  const [views, setViews] = useState<SavedView[]>([]);
  // After hydration, so that server and browser render the same first.
  useEffect(() => setViews(readViews(localStorage.getItem(viewsKey(projectId)))), [projectId]);
  const keep = (next: SavedView[]) => {
    setViews(next);
    try {
      localStorage.setItem(viewsKey(projectId), JSON.stringify(next));
    } catch {
      toast.error("This browser keeps nothing. Copy the link instead.");
    }
  };
  return { views, keep };
}

/** Named filters, kept per project in this browser; the address of each can be shared. */
export function ViewsMenu({ projectId }: { projectId: string }) {
  const url = useUrlState();
  const { views, keep } = useViews(projectId);
  const [naming, setNaming] = useState(false);
  const query = viewOf(url.params.toString());
  const chosen = views.find((view) => view.query === query);
  const copyLink = async () => {
    const address = `${window.location.origin}${window.location.pathname}${query ? `?${query}` : ""}`;
    try {
      await navigator.clipboard.writeText(address);
      toast.success("The link shows these rows to everybody who may see the project.");
    } catch {
      toast.error("The browser does not allow copying. Take the link from the address line.");
    }
  };
  return (
    <>
      <DropdownMenu
        label="Views"
        trigger={
          <Button size="sm" icon={<Bookmark aria-hidden />}>
            <span className="max-w-40 truncate">{chosen?.name ?? "Views"}</span>
          </Button>
        }
        items={[
          { label: "All rows", checked: query === "", onSelect: () => url.set(patchFor("")) },
          ...views.map((view) => ({
            label: <bdi>{view.name}</bdi>,
            checked: view === chosen,
            onSelect: () => url.set(patchFor(view.query)),
          })),
          "separator" as const,
          {
            label: "Save this view …",
            icon: <Plus aria-hidden />,
            onSelect: () => setNaming(true),
            disabledReason: query === "" && "Filter or sort the rows first",
          },
          { label: "Copy link to this view", icon: <Link2 aria-hidden />, onSelect: () => void copyLink() },
          ...(chosen
            ? [
                {
                  label: `Forget “${chosen.name}”`,
                  icon: <Trash2 aria-hidden />,
                  danger: true,
                  onSelect: () => keep(views.filter((view) => view !== chosen)),
                },
              ]
            : []),
        ]}
      />
      {naming ? (
        <NameView
          taken={views.map(({ name }) => name)}
          onClose={() => setNaming(false)}
          onName={(name) => {
            keep(withView(views, { name, query }));
            setNaming(false);
          }}
        />
      ) : null}
    </>
  );
}

type NameViewProps = { taken: readonly string[]; onClose: () => void; onName: (name: string) => void };

function NameView({ taken, onClose, onName }: NameViewProps) {
  const [name, setName] = useState("");
  const given = name.trim();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Save this view"
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            variant="primary"
            onClick={() => onName(given)}
            disabledReason={given ? null : "Give it a name first."}
          >
            {taken.includes(given) ? "Replace" : "Save"}
          </Button>
        </>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (given) onName(given);
        }}
      >
        <Field label="Name" hint="Kept in this browser, for all datasets of the project." required>
          <Input
            value={name}
            maxLength={60}
            placeholder="Long, without an answer"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      </form>
    </Dialog>
  );
}
