"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { IconButton } from "#components/ui/button.tsx";
import { DropdownMenu } from "#components/ui/menu.tsx";
import { useHydrated } from "#components/ui/time.tsx";

const themes = [
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
];

export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  // the server does not know the choice
  const hydrated = useHydrated();
  const current = themes.find((each) => hydrated && each.value === theme);
  return (
    <DropdownMenu
      label="Theme"
      trigger={<IconButton label="Theme">{current?.icon ?? <Monitor aria-hidden />}</IconButton>}
      items={themes.map(({ value, label, icon }) => ({
        label,
        icon,
        checked: value === current?.value,
        onSelect: () => setTheme(value),
      }))}
    />
  );
}
