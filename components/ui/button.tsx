"use client";

import clsx from "clsx";
import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { Tooltip } from "./tooltip.tsx";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "sm" | "md";

const variants: Record<Variant, string> = {
  primary: "border-ink bg-ink text-inverse hover:opacity-90",
  secondary: "border-line-strong bg-surface text-ink hover:bg-hover",
  ghost: "border-transparent text-muted hover:bg-hover hover:text-ink",
  danger: "border-bad bg-bad text-inverse hover:opacity-90",
};

const sizes: Record<Size, string> = { sm: "h-7 px-2 text-sm", md: "h-8 px-3 text-base" };

function look(variant: Variant, size: Size, className?: string) {
  return clsx(
    "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium",
    "transition-[background-color,color,opacity] duration-100 [&_svg]:size-4 [&_svg]:shrink-0",
    "disabled:cursor-not-allowed disabled:opacity-45 aria-disabled:cursor-not-allowed aria-disabled:opacity-45",
    variants[variant],
    sizes[size],
    className,
  );
}

type ButtonProps = Omit<ComponentProps<"button">, "disabled"> & {
  variant?: Variant;
  size?: Size;
  icon?: ReactNode;
  /** shows a spinner and ignores clicks; the width stays */
  pending?: boolean;
  disabled?: boolean;
  /** why it cannot be pressed: disables it, stays focusable, and says so in a tooltip */
  disabledReason?: string | null | false;
  tooltip?: ReactNode;
};

/** The label says what happens: "Label 8,112 rows · about $4.10". */
export function Button({
  variant = "secondary",
  size = "md",
  icon,
  pending = false,
  disabled,
  disabledReason,
  tooltip,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) {
  const blocked = pending || Boolean(disabledReason);
  function onPress(event: MouseEvent<HTMLButtonElement>) {
    if (blocked) event.preventDefault();
    else onClick?.(event);
  }
  return (
    <Tooltip label={disabledReason || tooltip}>
      <button
        type={type}
        disabled={disabled}
        aria-disabled={blocked || undefined}
        aria-busy={pending || undefined}
        onClick={onPress}
        className={look(variant, size, clsx("relative", className))}
        {...rest}
      >
        <span className={clsx("inline-flex items-center gap-1.5", pending && "opacity-0")}>
          {icon}
          {children}
        </span>
        {pending ? <LoaderCircle aria-hidden className="absolute animate-spin" /> : null}
      </button>
    </Tooltip>
  );
}

type IconButtonProps = Omit<ButtonProps, "children" | "icon" | "tooltip"> & {
  /** what it does: accessible name and tooltip */
  label: string;
  children: ReactNode;
};

export function IconButton({ label, variant = "ghost", size = "md", className, ...rest }: IconButtonProps) {
  return (
    <Button
      aria-label={label}
      tooltip={label}
      variant={variant}
      size={size}
      className={clsx(size === "sm" ? "w-7" : "w-8", "px-0!", className)}
      {...rest}
    />
  );
}

type LinkButtonProps = ComponentProps<typeof Link> & { variant?: Variant; size?: Size; icon?: ReactNode };

/** A link that looks like a button: for going somewhere, never for doing something. */
export function LinkButton({
  variant = "secondary",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: LinkButtonProps) {
  return (
    <Link className={look(variant, size, className)} {...rest}>
      {icon}
      {children}
    </Link>
  );
}
