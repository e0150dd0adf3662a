"use client";

import { useViewer } from "#components/shell/viewer.tsx";
import { LinkTabs } from "#components/ui/tabs.tsx";
import { allowedNav, settingsTabs } from "#lib/nav.ts";

/** Only what this person may open. */
export function SettingsTabs() {
  const { can } = useViewer();
  return <LinkTabs label="Settings" tabs={allowedNav(settingsTabs, can)} />;
}
