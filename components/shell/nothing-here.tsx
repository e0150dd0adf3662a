import { LinkButton } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";

/** The same for what is absent and for what belongs to another team. */
export function NothingHere() {
  return (
    <div className="mx-auto max-w-2xl py-12">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="There is nothing at this address."
        hint="It may have been deleted, or it belongs to another team. Check the link, or switch the team at the top of the sidebar."
        action={<LinkButton href="/projects">Go to projects</LinkButton>}
      />
    </div>
  );
}
