import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Method } from "#lib/core/endpoint.ts";
import type { Verb } from "#lib/core/verb.ts";
import { router } from "./routes.ts";

const verb = (method: Method, path: `/${string}`) =>
  ({
    endpoint: {
      name: `${method} ${path}`,
      method,
      path,
      permission: "public",
      summary: "",
      input: z.object({}),
      output: z.any(),
    },
  }) as unknown as Verb;

test("matches static parts before parameters and fills parameters", () => {
  const match = router([
    verb("GET", "/runs"),
    verb("GET", "/runs/:runId"),
    verb("GET", "/runs/stats"),
    verb("POST", "/runs/:runId/cancel"),
  ]);
  expect(match("GET", ["runs", "7"])).toMatchObject({
    params: { runId: "7" },
    verb: { endpoint: { name: "GET /runs/:runId" } },
  });
  expect(match("GET", ["runs", "stats"])).toMatchObject({ verb: { endpoint: { name: "GET /runs/stats" } } });
  expect(match("DELETE", ["runs", "7"])).toEqual({ allowed: ["GET"] });
  expect(match("GET", ["runs", "7", "cancel", "x"])).toBeNull();
  expect(match("GET", ["__proto__"])).toBeNull();
  expect(match("GET", [""])).toBeNull();
});

test("refuses ambiguous tables at start-up", () => {
  expect(() => router([verb("GET", "/a"), verb("GET", "/a")])).toThrow(/two verbs/);
  expect(() => router([verb("GET", "/a/:x"), verb("GET", "/a/:y/b")])).toThrow(/another route/);
});

test("there is no route file besides the ones that check for themselves who asks", () => {
  // A new action is a verb. Whoever adds a route file must decide here, in the open, how it authorises.
  const checked = [
    "app/api/auth/[...nextauth]/route.ts", // next-auth
    "app/api/health/route.ts", // says only that the process lives
    "app/api/metrics/route.ts", // METRICS_TOKEN or this machine
    "app/api/ready/route.ts", // says only which part is not ready
    "app/api/v1/[...path]/route.ts", // every verb
    "app/api/v1/events/route.ts", // liveEvents
    "app/api/v1/openapi.json/route.ts", // the public reference
    "app/api/v1/uploads/tus/[[...path]]/route.ts", // resumableUpload: a protocol of its own, authorised by verbs
  ];
  const unknown = globSync("app/**/route.{ts,tsx}").filter((file) => !checked.includes(file));
  expect(unknown).toEqual([]);
});
