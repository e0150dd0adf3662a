/** `npm start`: everything this machine needs, in one process tree. See lib/product.ts. */
import { runProduct } from "./lib/product.ts";

process.exit(await runProduct("production"));
