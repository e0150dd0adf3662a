/** Next calls this once when a server process starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { appendPeerAddress } = await import("#lib/http/peer-address.ts");
  appendPeerAddress();
}
