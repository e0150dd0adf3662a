"use client";

import { usePathname } from "next/navigation";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { mainNav, projectIdOf, projectTabs } from "#lib/nav.ts";

const everywhere = [
  { keys: ["⌘/Ctrl", "k"], does: "Go anywhere, do anything" },
  { keys: ["?"], does: "Show these keys" },
  { keys: ["Esc"], does: "Close what is open" },
];

const lists = [
  { keys: ["/"], does: "Search the list" },
  { keys: ["j"], does: "Next row" },
  { keys: ["k"], does: "Row before" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["x"], does: "Select the row" },
];

type KeyboardHelpProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function KeyboardHelp({ open, onOpenChange }: KeyboardHelpProps) {
  const projectId = projectIdOf(usePathname());
  const go = [...mainNav, ...(projectId ? projectTabs(projectId) : [])].map(({ key, label }) => ({
    keys: ["g", key ?? ""],
    does: `Go to ${label.toLowerCase()}`,
  }));
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard" size="md">
      <div className="grid gap-6 sm:grid-cols-2">
        <KeyList title="Go to" keys={go} />
        <div className="space-y-6">
          <KeyList title="Everywhere" keys={everywhere} />
          <KeyList title="In lists" keys={lists} />
        </div>
      </div>
    </Dialog>
  );
}

function KeyList({ title, keys }: { title: string; keys: readonly { keys: readonly string[]; does: string }[] }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      <ul className="space-y-1.5">
        {keys.map(({ keys: pressed, does }) => (
          <li key={does} className="flex items-center justify-between gap-4">
            {does}
            <span className="flex gap-1">
              {pressed.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
