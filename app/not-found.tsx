import { NothingHere } from "#components/shell/nothing-here.tsx";

export const metadata = { title: "Not found" };

/** Addresses that no page has: outside the shell, since nobody may be signed in. */
export default function NotFound() {
  return (
    <main>
      <NothingHere />
    </main>
  );
}
