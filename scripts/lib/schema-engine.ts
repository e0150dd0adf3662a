/**
 * Prisma's schema engine as WebAssembly: works out the SQL that leads from one schema to another. (The native engine would
 * have to be downloaded.) Only writing and checking migrations needs it; applying them does not.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

/** A Prisma schema as its files. */
type Schema = readonly { path: string; content: string }[];

let ready: Promise<void> | undefined;

/** What the package's own entry file does, by means that Node has without a flag. */
async function instantiate(): Promise<void> {
  const folder = dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const module = await WebAssembly.compile(await readFile(join(folder, "schema_engine_bg.wasm")));
  const { exports } = await WebAssembly.instantiate(module, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
}

/**
 * PostgreSQL's catalogues use the type "char", which Prisma's adapter refuses. The pool shows such columns to the adapter
 * as text and remembers where they were; the adapter then reports them to the engine as single characters.
 */
class CataloguePool extends pg.Pool {
  readonly characters = new Map<string, number[]>();

  override query = (async (...args: [{ text?: string }, ...unknown[]]) => {
    const result = await Reflect.apply(super.query, this, args);
    const fields: { dataTypeID: number }[] = result.fields ?? [];
    const found = fields.flatMap(({ dataTypeID }, index) => (dataTypeID === 18 ? [index] : []));
    for (const field of fields) if (field.dataTypeID === 18) field.dataTypeID = 25;
    this.characters.set(args[0].text ?? "", found);
    return result;
  }) as pg.Pool["query"];
}

class CatalogueFactory extends PrismaPg {
  readonly pool: CataloguePool;

  constructor(pool: CataloguePool) {
    super(pool);
    this.pool = pool;
  }

  override async connect() {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const index of this.pool.characters.get(query.sql) ?? [])
        result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  }
}

/**
 * The SQL that changes the database at `url` into what `schema` describes; null when it is that already. Partial and
 * expression indexes, functions and triggers, which a Prisma schema cannot say, are left alone.
 */
export async function schemaDiff(url: string, schema: Schema): Promise<string | null> {
  ready ??= instantiate();
  await ready;
  const pool = new CataloguePool({ connectionString: url, max: 2 });
  const files = schema.map(({ path, content }) => ({ path, content }));
  const engine = await glue.SchemaEngine.new(
    { datamodels: schema.map(({ path, content }) => [path, content]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(new CatalogueFactory(pool)),
  );
  try {
    const { stdout } = await engine.diff({
      from: { tag: "schemaDatasource", files, configDir: "." },
      to: { tag: "schemaDatamodel", files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const script = stdout?.trim() ?? "";
    return script === "" || script.startsWith("-- This is an empty migration") ? null : `${script}\n`;
  } finally {
    engine.free();
    await pool.end();
  }
}
