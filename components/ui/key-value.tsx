import clsx from "clsx";
import { Fragment, type ReactNode } from "react";

type KeyValueProps = {
  /** empty entries are left out, so that `value && ["Name", value]` works */
  items: readonly (readonly [key: ReactNode, value: ReactNode] | null | false | "" | undefined)[];
  columns?: 1 | 2;
};

/** Facts as a definition list. */
export function KeyValue({ items, columns = 1 }: KeyValueProps) {
  return (
    <dl
      className={clsx(
        "grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5 text-sm",
        columns === 2 && "lg:grid-cols-[auto_1fr_auto_1fr]",
      )}
    >
      {items.map((item, index) =>
        item ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: facts have no identity beyond their place
          <Fragment key={index}>
            <dt className="text-muted">{item[0]}</dt>
            <dd className="min-w-0 break-words">{item[1]}</dd>
          </Fragment>
        ) : null,
      )}
    </dl>
  );
}
