/** `npm run backup -- FOLDER`: a consistent copy of database and files, while the product runs or not. See docs/operations.md. */
import { resolve } from "node:path";
import { backup } from "./backup/dump.ts";
import { runTool, withInstallation } from "./lib/tool.ts";

await runTool(async () => {
  const to = process.argv[2];
  if (!to) throw new Error("Name a new folder: npm run backup -- FOLDER");
  await withInstallation(async ({ databaseUrl, folder }) => {
    const { tables, storageFiles } = await backup(databaseUrl, folder, resolve(to));
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    process.stdout.write(`Backup in ${resolve(to)}: ${rows} rows of ${tables.length} tables, ${storageFiles} files.\n`);
    process.stdout.write(
      "STILLHOUSE_SECRET is not in it. Keep it apart: without it, teachers' keys must be entered again.\n",
    );
  });
});
