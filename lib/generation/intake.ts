import type { Ledger, PendingRow } from "./ledger.ts";

/** Rows read ahead of the calls, in order, a bounded number of them in memory. */
export type Intake = {
  /** rows at hand */
  left(): number;
  /** the next row, which stays until `take` */
  peek(): PendingRow | undefined;
  take(): void;
  /** reads more when less than half is at hand; calls back when rows have come */
  fill(): void;
  /** nothing at hand and nothing to come */
  drained(): boolean;
};

export function createIntake(
  ledger: Pick<Ledger, "next">,
  readAhead: number,
  onRows: () => void,
  onError: (error: unknown) => void,
): Intake {
  let rows: PendingRow[] = [];
  let taken = 0;
  let cursor = 0;
  let reading = false;
  let exhausted = false;
  const left = () => rows.length - taken;
  return {
    left,
    peek: () => rows[taken],
    take: () => {
      taken++;
    },
    fill() {
      if (reading || exhausted || left() > readAhead / 2) return;
      reading = true;
      ledger.next(cursor, readAhead).then((found) => {
        reading = false;
        rows = [...rows.slice(taken), ...found];
        taken = 0;
        cursor = found.at(-1)?.position ?? cursor;
        exhausted = found.length < readAhead;
        onRows();
      }, onError);
    },
    drained: () => exhausted && left() === 0,
  };
}
