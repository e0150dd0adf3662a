/** `npm run restore -- FOLDER`: loads a backup into an empty installation. See docs/operations.md. */
import { resolve } from "node:path";
import { runTool, withInstallation } from "./lib/tool.ts";

await runTool(async () => {
  const from = process.argv[2];
  if (!from) throw new Error("Name the backup: npm run restore -- FOLDER");
  await withInstallation(async ({ databaseUrl, folder }) => {
    // Loaded late: it reads the settings that `withInstallation` completed.
    const { restore } = await import("./backup/load.ts");
    const { manifest, reenter } = await restore(databaseUrl, folder, resolve(from));
    process.stdout.write(`Restored the backup of ${manifest.createdAt}. Start with: npm start\n`);
    if (reenter.length > 0) {
      process.stdout.write(`STILLHOUSE_SECRET differs. Enter these teachers' keys again: ${reenter.join(", ")}\n`);
    }
  });
});
