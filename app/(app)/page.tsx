import { redirect } from "next/navigation";

/** One comes in at the projects; their list has an address of its own, so that its filters can be shared. */
export default function HomePage() {
  redirect("/projects");
}
