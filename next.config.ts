import type { NextConfig } from "next";

/** Sent with everything. The content security policy of pages carries a nonce per request and comes from `proxy.ts`. */
const always = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // another lock file above the clone must not move the root
  turbopack: { root: import.meta.dirname },
  // run from node_modules as they are: they load files, native code or each other by name
  serverExternalPackages: [
    "@prisma/adapter-pg",
    "@prisma/client",
    "@pydantic/genai-prices",
    "bullmq",
    "ioredis",
    "nodemailer",
    "pg",
    "pg-copy-streams",
    "pino",
    "prom-client",
    "undici",
  ],
  // types, lint and imports are the work of `npm run check`
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  // one comes in at the projects; their list has an address of its own, so that its filters can be shared
  async redirects() {
    return [{ source: "/", destination: "/projects", permanent: false }];
  },
  async headers() {
    return [
      { source: "/:path*", headers: always },
      {
        source: "/api/:path*",
        headers: [{ key: "Content-Security-Policy", value: "default-src 'none'; frame-ancestors 'none'" }],
      },
    ];
  },
};

export default config;
