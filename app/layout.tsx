import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";
import { Toaster } from "#components/ui/toaster.tsx";
import { TooltipProvider } from "#components/ui/tooltip.tsx";
import { ApiProvider } from "#lib/http/client.tsx";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Stillhouse", template: "%s · Stillhouse" },
  description: "Distil a large model into a small one of your own, and prove it.",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f7f8" },
    { media: "(prefers-color-scheme: dark)", color: "#0e0e11" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    // the theme script sets data-theme before React hydrates
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <ThemeProvider attribute="data-theme" defaultTheme="system" disableTransitionOnChange nonce={nonce}>
          <ApiProvider>
            <TooltipProvider delayDuration={300}>{children}</TooltipProvider>
          </ApiProvider>
          <Toaster />
        </ThemeProvider>
      </body>
    </html>
  );
}
