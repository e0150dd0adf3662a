/** `npm run dev`: everything in development mode, with sources watched. See lib/product.ts. */
import { runProduct } from "./lib/product.ts";

process.exit(await runProduct("development"));
