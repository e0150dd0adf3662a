import { z } from "zod";
import { viewOf } from "./row-filter.ts";

const SavedView = z.object({ name: z.string().trim().min(1).max(60), query: z.string().max(20_000) });
export type SavedView = z.infer<typeof SavedView>;

const mostViews = 50;

/** Where the views of a project stand in the browser. */
export const viewsKey = (projectId: string): string => `stillhouse:views:${projectId}`;

/** Views as they were kept; what is damaged or not ours is left out. */
export function readViews(kept: string | null): SavedView[] {
  try {
    const list: unknown = JSON.parse(kept ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.flatMap((entry) => {
      const view = SavedView.safeParse(entry);
      return view.success ? [{ name: view.data.name, query: viewOf(view.data.query) }] : [];
    });
  } catch {
    return [];
  }
}

/** With a view of this name put in place of one with the same name, by name. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const others = views.filter(({ name }) => name !== view.name);
  return [...others, view].sort((a, b) => a.name.localeCompare(b.name)).slice(0, mostViews);
}
