import { NothingHere } from "#components/shell/nothing-here.tsx";

export const metadata = { title: "Not found" };

/** A page's thing is absent or another team's; the shell stays. */
export default function NotFound() {
  return <NothingHere />;
}
