import type { Metadata } from "next";
import { TokensCard } from "#components/settings/tokens-card.tsx";
import { installationUrl } from "#lib/http/next-auth.ts";
import { Prefetch, prefetch } from "#lib/http/server.tsx";
import { tokenList } from "#lib/tokens/schema.ts";

export const metadata: Metadata = { title: "API tokens" };

export default function TokensPage() {
  return (
    <Prefetch of={[prefetch(tokenList, { all: false })]}>
      <TokensCard url={installationUrl()} />
    </Prefetch>
  );
}
