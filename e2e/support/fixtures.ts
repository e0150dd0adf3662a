import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { encode } from "next-auth/jwt";
import type { z } from "zod";
import type { Actor } from "#lib/core/actor.ts";
import { sessionCookie } from "#lib/core/auth.ts";
import { db } from "#lib/core/db.ts";
import type { Endpoint } from "#lib/core/endpoint.ts";
import { hashToken, randomToken } from "#lib/core/secrets.ts";
import { env } from "#lib/env.ts";
import { callEndpoint } from "#lib/http/request.ts";
import { makeTeam } from "#lib/testing/factories.ts";

export { expect } from "@playwright/test";
export type TestTeam = Awaited<ReturnType<typeof makeTeam>>;

/** Calls the REST API as somebody, with an API token. */
export type Api = <I extends z.ZodObject, O extends z.ZodType>(
  endpoint: Endpoint<I, O>,
  input: z.input<I>,
) => Promise<z.output<O>>;

/** Signs a browser in by writing the session row and its cookie: the sign-in page has a journey of its own. */
async function signInBy(context: BrowserContext, actor: Actor): Promise<void> {
  const session = await db.session.create({
    data: { userId: actor.userId, teamId: actor.teamId, expiresAt: new Date(Date.now() + 3_600_000) },
  });
  const value = await encode({ token: { sid: session.id }, secret: env.STILLHOUSE_SECRET });
  await context.addCookies([
    { name: sessionCookie(), value, url: env.STILLHOUSE_URL, httpOnly: true, sameSite: "Lax" },
  ]);
}

async function tokenOf(actor: Actor): Promise<string> {
  const value = randomToken("sth_");
  await db.apiToken.create({
    data: {
      teamId: actor.teamId,
      userId: actor.userId,
      name: "e2e",
      prefix: value.slice(0, 8),
      tokenHash: hashToken(value),
      scopes: ["read", "write", "admin"],
    },
  });
  return value;
}

type Fixtures = {
  /** a team of its own for this test, with one person per role */
  team: TestTeam;
  /** the engineer of `team`, signed in on `page` */
  engineer: Actor;
  signIn(actor: Actor): Promise<void>;
  api(actor: Actor): Promise<Api>;
  /** what the page's console complained about; the test fails when it is not empty at the end */
  complaints: string[];
};

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to find dependencies
  team: async ({}, use) => {
    await use(await makeTeam("Test team"));
  },
  signIn: async ({ context }, use) => {
    await use((actor) => signInBy(context, actor));
  },
  engineer: async ({ team, signIn }, use) => {
    await signIn(team.engineer);
    await use(team.engineer);
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to find dependencies
  api: async ({}, use) => {
    await use(async (actor) => {
      const headers = { authorization: `Bearer ${await tokenOf(actor)}` };
      return (endpoint, input) => callEndpoint(endpoint, input, { base: env.STILLHOUSE_URL, headers });
    });
  },
  complaints: [
    async ({ page }, use) => {
      const seen: string[] = [];
      // A wrong page, a broken script or a policy violation shows in the console first. Answers of 4xx are often what a test wants.
      page.on("console", (message) => {
        if (message.type() === "error" && !/Failed to load resource/.test(message.text())) seen.push(message.text());
      });
      page.on("pageerror", (error) => seen.push(String(error)));
      await use(seen);
      expect(seen, "the browser's console").toEqual([]);
    },
    { auto: true },
  ],
});

/** Light and dark, phone and desk: looks at a page the way `look.md` asks for and fails where it overflows sideways. */
export async function looksAt(page: Page, name: string, folder = "test-results/looks"): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      // Charts measure themselves anew a frame after the window has changed.
      const overflow = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      await expect.poll(overflow, `${name} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
      // A picture of the whole page shows what sticks to the window where the window is.
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({
        path: `${folder}/${name}-${scheme}-${width}.png`,
        fullPage: true,
        animations: "disabled",
      });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1440, height: 900 });
}
