import { type IncomingMessage, Server } from "node:http";

const marked = Symbol.for("stillhouse.peer-address");

/**
 * Makes the peer's address the last entry of `X-Forwarded-For`, as a proxy would. Next hides the socket from route handlers and
 * writes that header only where the client sent none, so that without this anybody could choose the address that sign-in attempts are
 * counted by. `addressOf` counts from the right, as many hops as there are trusted proxies.
 */
export function appendPeerAddress(): void {
  const server = Server.prototype as Server & { [marked]?: boolean };
  if (server[marked]) return;
  server[marked] = true;
  const emit = server.emit;
  server.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (event === "request") {
      const { headers, socket } = args[0] as IncomingMessage;
      const claimed = headers["x-forwarded-for"];
      // an IPv4 peer of a dual-stack socket reads as IPv4
      const peer = (socket.remoteAddress ?? "unknown").replace(/^::ffff:(?=\d+\.)/, "");
      headers["x-forwarded-for"] = claimed ? `${[claimed].flat().join(", ")}, ${peer}` : peer;
    }
    return Reflect.apply(emit, this, [event, ...args]) as boolean;
  } as typeof emit;
}
