/** What a list of reviews asks for; pages prefetch the same. */
export function reviewListInput(projectId: string | undefined, cursor: string | null | undefined) {
  return { ...(projectId ? { projectId } : {}), ...(cursor ? { cursor } : {}) };
}
