/** "p = 0.031", "p < 0.0001". */
export function formatP(p: number): string {
  if (p < 0.0001) return "p < 0.0001";
  return `p = ${p < 0.1 ? Number(p.toPrecision(2)) : p.toFixed(2)}`;
}

/** Input of the leaderboard: the page prefetches what the component asks for. */
export function leaderboardInput(projectId: string, cursor?: string | null) {
  return { projectId, limit: 100, ...(cursor ? { cursor } : {}) };
}
