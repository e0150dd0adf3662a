import base from "./playwright.config.ts";
export default { ...base, expect: { timeout: 90_000 }, timeout: 400_000, workers: 1, outputDir: "/tmp/ds/pw2", use: { ...base.use, trace: "off" } };
