import type { Page } from "@playwright/test";

/**
 * Opens a page and waits until React has taken over what the server drew: before that a click or a typed text may get lost. React
 * leaves a mark on every element that it has taken over.
 */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForFunction(() => {
    const last = [...document.querySelectorAll("main button, main a, main input")].at(-1);
    return last !== undefined && Object.keys(last).some((key) => key.startsWith("__reactProps"));
  });
}
