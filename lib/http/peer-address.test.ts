import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { appendPeerAddress } from "./peer-address.ts";

it("puts the socket's address behind whatever the client claims, once", async () => {
  appendPeerAddress();
  appendPeerAddress();
  const server = createServer((request, response) => response.end(String(request.headers["x-forwarded-for"])));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seen = async (claim?: string) =>
    (await fetch(url, claim === undefined ? {} : { headers: { "x-forwarded-for": claim } })).text();
  expect(await seen()).toBe("127.0.0.1");
  expect(await seen("6.6.6.6")).toBe("6.6.6.6, 127.0.0.1");
  expect(await seen("6.6.6.6, 7.7.7.7")).toBe("6.6.6.6, 7.7.7.7, 127.0.0.1");
  server.close();
});
