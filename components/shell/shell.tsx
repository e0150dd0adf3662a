"use client";

import { Menu, Search } from "lucide-react";
import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Drawer } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { useTitleProgress } from "./active-runs.ts";
import { Breadcrumb } from "./breadcrumb.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";
import { TeamSwitcher, UserMenu } from "./user-menu.tsx";

const CommandPalette = dynamic(() => import("#components/command-palette.tsx").then((m) => m.CommandPalette), {
  ssr: false,
});
const KeyboardHelp = dynamic(() => import("./keyboard-help.tsx").then((m) => m.KeyboardHelp), { ssr: false });

/** Sidebar (drawer below 1024 px), top bar, and the one `main`. */
export function Shell({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  const [navOpen, setNavOpen] = useState(false);
  const palette = useOnDemand();
  const help = useOnDemand();
  useShortcuts({ onPalette: palette.toggle, onHelp: help.toggle });
  useTitleProgress(/^\/runs\/([^/]+)/.exec(pathname)?.[1] ?? null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: going anywhere closes the drawer
  useEffect(() => setNavOpen(false), [pathname]);

  return (
    <div className="lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-ink px-3 py-2 text-inverse focus:translate-y-0"
      >
        Skip to the content
      </a>
      <aside className="no-print sticky top-0 hidden h-dvh overflow-y-auto border-r lg:block">
        <Sidebar team={<TeamSwitcher />} />
      </aside>
      <Drawer open={navOpen} onOpenChange={setNavOpen} title="Stillhouse" side="left">
        <Sidebar team={<TeamSwitcher />} />
      </Drawer>
      <div className="min-w-0">
        <header className="no-print sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-canvas/90 px-3 backdrop-blur-sm sm:px-6">
          <span className="lg:hidden">
            <IconButton label="Navigation" onClick={() => setNavOpen(true)}>
              <Menu aria-hidden />
            </IconButton>
          </span>
          <Breadcrumb />
          <Button size="sm" className="hidden! sm:inline-flex!" icon={<Search aria-hidden />} onClick={palette.toggle}>
            <span className="text-muted">Go to or do …</span>
            <Kbd>⌘K</Kbd>
          </Button>
          <span className="sm:hidden">
            <IconButton label="Go to or do" onClick={palette.toggle}>
              <Search aria-hidden />
            </IconButton>
          </span>
          <ThemeSwitch />
          <UserMenu onHelp={help.toggle} />
        </header>
        <main id="main" tabIndex={-1} className="mx-auto max-w-[1440px] px-3 py-4 focus:outline-none sm:px-6 sm:py-6">
          {children}
        </main>
      </div>
      {palette.wanted ? (
        <CommandPalette open={palette.open} onOpenChange={palette.setOpen} onHelp={help.toggle} />
      ) : null}
      {help.wanted ? <KeyboardHelp open={help.open} onOpenChange={help.setOpen} /> : null}
    </div>
  );
}

/** A dialog whose code is loaded when it is first opened. */
function useOnDemand() {
  const [state, setState] = useState({ open: false, wanted: false });
  const setOpen = useCallback((open: boolean) => setState({ open, wanted: true }), []);
  const toggle = useCallback(() => setState((was) => ({ open: !was.open, wanted: true })), []);
  return { ...state, setOpen, toggle };
}
