import clsx from "clsx";
import { CopyButton } from "./copy-button.tsx";

type CodeBlockProps = {
  code: string;
  /** what it is, such as "curl" or "JSON" */
  caption?: string;
  /** breaks long lines instead of scrolling */
  wrap?: boolean;
  maxHeight?: string;
};

/** Text as it is, never interpreted, with a copy button. */
export function CodeBlock({ code, caption, wrap = false, maxHeight = "24rem" }: CodeBlockProps) {
  return (
    <figure className="group relative min-w-0 rounded-lg border bg-sunken">
      {caption ? <figcaption className="border-b px-3 py-1.5 text-xs text-muted">{caption}</figcaption> : null}
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        style={{ maxHeight }}
        className={clsx(
          "overflow-auto rounded-lg p-3 pr-11 font-mono text-xs leading-5",
          wrap && "whitespace-pre-wrap [overflow-wrap:anywhere]",
        )}
      >
        <code>{code}</code>
      </pre>
      <div className={clsx("absolute right-2", caption ? "top-10" : "top-2")}>
        <CopyButton text={code} />
      </div>
    </figure>
  );
}
