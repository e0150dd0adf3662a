/**
 * The only formatter of money, tokens, durations, bytes, rates, percent and dates. Isomorphic and fixed to en-US, so
 * that server and browser agree. Figures are rounded to what they support; the `exact…` variants are for hover.
 */

/** Both keep a unit on the line of its figure: the narrow one before symbols (%, k, M), the full one before words and letters. */
const thin = "\u202f";
const space = "\u00a0";
export const missing = "–";

const integer = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

function fixed(value: number, digits: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Three significant figures, never more than `max` decimals: 0.0312, 1.25, 84.1, 1,240. */
function significant(value: number, max = 4): string {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return integer.format(value);
  const digits = Math.min(max, 2 - Math.floor(Math.log10(size)));
  return fixed(value, Math.max(0, digits))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

type Step = { from: number; per: number; unit: string };

/** The last step whose `from` is not above `value`. */
function stepOf(value: number, steps: readonly [Step, ...Step[]]): Step {
  return steps.findLast((step) => value >= step.from) ?? steps[0];
}

/** 8112 -> "8,112". With `approximate`: "about 1.2 M". */
export function formatCount(value: number | null | undefined, options: { approximate?: boolean } = {}): string {
  if (value == null || !Number.isFinite(value)) return missing;
  return options.approximate ? `about ${formatCompact(value)}` : integer.format(value);
}

const compactSteps = [
  { from: 0, unit: "", per: 1 },
  { from: 9_999.5, unit: `${thin}k`, per: 1e3 },
  { from: 999_500, unit: `${thin}M`, per: 1e6 },
  { from: 999_500_000, unit: `${thin}B`, per: 1e9 },
] as const;

/** Short counts for axes and tight places: 950, 8,112, 12.3 k, 1.2 M. */
export function formatCompact(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return missing;
  const step = stepOf(Math.abs(value), compactSteps);
  return step.per === 1 ? significant(value) : `${significant(value / step.per, 1)}${step.unit}`;
}

/** "8,112 rows", "1 row". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Micro-dollars to "$4.10", "$12,340", "$0.0031", "<$0.0001", "-$3.20". */
export function formatMoney(micros: number | null | undefined): string {
  if (micros == null || !Number.isFinite(micros)) return missing;
  const dollars = Math.abs(micros) / 1e6;
  const sign = micros < 0 ? "-" : "";
  if (dollars === 0) return "$0.00";
  if (dollars < 0.0001) return `${sign}<$0.0001`;
  if (dollars < 0.1) return `${sign}$${fixed(dollars, dollars < 0.01 ? 4 : 3)}`;
  return `${sign}$${dollars < 999.5 ? fixed(dollars, 2) : integer.format(dollars)}`;
}

/** Every digit that micro-dollars have: "$4.103201". */
export function exactMoney(micros: number | null | undefined): string {
  if (micros == null || !Number.isFinite(micros)) return missing;
  const text = fixed(Math.abs(micros) / 1e6, 6).replace(/0{1,4}$/, "");
  return `${micros < 0 ? "-" : ""}$${text}`;
}

/** Short money for axes: "$950", "$12.3 k", "$1.2 M". */
export function formatMoneyCompact(micros: number | null | undefined): string {
  if (micros == null || !Number.isFinite(micros)) return missing;
  if (micros === 0) return "$0";
  if (Math.abs(micros) < 1e6) return formatMoney(micros);
  return `${micros < 0 ? "-" : ""}$${formatCompact(Math.abs(micros) / 1e6)}`;
}

export function formatTokens(tokens: number | null | undefined): string {
  if (tokens == null || !Number.isFinite(tokens)) return missing;
  return `${formatCompact(tokens)}${space}tokens`;
}

const byteSteps = [
  { from: 0, unit: "B", per: 1 },
  { from: 999.5, unit: "kB", per: 1e3 },
  { from: 999_500, unit: "MB", per: 1e6 },
  { from: 999_500_000, unit: "GB", per: 1e9 },
  { from: 999_500_000_000, unit: "TB", per: 1e12 },
] as const;

/** Decimal units: 1,234,567 -> "1.23 MB". */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes == null || !Number.isFinite(bytes)) return missing;
  const step = stepOf(Math.abs(bytes), byteSteps);
  return `${significant(bytes / step.per, 2)}${space}${step.unit}`;
}

const two = (n: number) => String(n).padStart(2, "0");

/** Milliseconds to "0.42 ms", "850 ms", "1.2 s", "3 min 04 s", "2 h 05 min", "2.1 d". Never negative: clocks differ. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return missing;
  const t = Math.max(0, ms);
  if (t < 999.5) return `${t < 10 ? significant(t, 2) : integer.format(t)}${space}ms`;
  if (t < 9_950) return `${fixed(t / 1000, 1)}${space}s`;
  const seconds = Math.round(t / 1000);
  if (seconds < 60) return `${seconds}${space}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${space}min ${two(seconds % 60)}${space}s`;
  const minutes = Math.round(t / 60_000);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}${space}h ${two(minutes % 60)}${space}min`;
  return `${fixed(t / 86_400_000, 1)}${space}d`;
}

/** 0.941 -> "94.1 %". A rate that is not quite 1 never reads as 100 %, nor one above 0 as 0 %. */
export function formatPercent(rate: number | null | undefined, digits = 1): string {
  if (rate == null || !Number.isFinite(rate)) return missing;
  return `${percentFigure(rate, digits)}${thin}%`;
}

function percentFigure(rate: number, digits: number): string {
  const text = fixed(rate * 100, digits);
  const least = 10 ** -digits;
  if (rate < 1 && rate > 0.5 && text === fixed(100, digits)) return fixed(100 - least, digits);
  if (rate > 0 && rate < 0.5 && text === fixed(0, digits)) return `<${fixed(least, digits)}`;
  return text;
}

export type Interval = { low: number; high: number };

/** "94.1 % (92.8–95.2)"; without interval only the figure. */
export function formatPercentInterval(rate: number | null | undefined, interval?: Interval | null, digits = 1): string {
  if (rate == null || !interval) return formatPercent(rate, digits);
  return `${formatPercent(rate, digits)} (${fixed(interval.low * 100, digits)}–${fixed(interval.high * 100, digits)})`;
}

/** Difference of two rates in percentage points: "+2.8 pp", "±0.0 pp". */
export function formatPoints(delta: number | null | undefined, digits = 1): string {
  if (delta == null || !Number.isFinite(delta)) return missing;
  const text = fixed(Math.abs(delta) * 100, digits);
  const sign = Number(text) === 0 ? "±" : delta > 0 ? "+" : "-";
  return `${sign}${text}${space}pp`;
}

/** A bare figure such as a loss or an F1: three significant digits; tiny ones such as a learning rate as 3e-6. */
export function formatFigure(value: number | null | undefined, mostDecimals = 4): string {
  if (value == null || !Number.isFinite(value)) return missing;
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(2).replace(/\.?0*e/, "e");
  return significant(value, mostDecimals);
}

/** 1234.5, "rows" -> "1,235 rows/s"; slow ones a minute: "12 rows/min"; bytes in their own units: "1.3 MB/s". */
export function formatRate(perSec: number | null | undefined, unit: string): string {
  if (perSec == null || !Number.isFinite(perSec)) return missing;
  if (unit === "bytes") return `${formatBytes(perSec)}/s`;
  if (perSec > 0 && perSec < 1) return `${significant(perSec * 60, 1)}${space}${unit}/min`;
  return `${significant(perSec, 1)}${space}${unit}/s`;
}

type Time = string | number | Date;

/** "23 Nov 2026" in `timeZone` (IANA name; the runtime's own when absent). */
export function formatDate(at: Time | null | undefined, timeZone?: string): string {
  return formatWith(at, { day: "numeric", month: "short", year: "numeric", timeZone });
}

/** "23 Nov 2026, 19:18" in `timeZone`. */
export function formatDateTime(at: Time | null | undefined, timeZone?: string): string {
  return formatWith(at, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone,
  });
}

/** "19:18:07" in `timeZone`, for log lines. */
export function formatClock(at: Time | null | undefined, timeZone?: string): string {
  return formatWith(at, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone });
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function formatWith(at: Time | null | undefined, options: Intl.DateTimeFormatOptions): string {
  const date = at == null ? null : new Date(at);
  if (!date || Number.isNaN(date.getTime())) return missing;
  const key = JSON.stringify(options);
  let format = dateFormats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", options);
    dateFormats.set(key, format);
  }
  return format.format(date);
}

const relativeSteps = [
  { from: 0, per: 1, unit: "s" },
  { from: 60, per: 60, unit: "min" },
  { from: 3_600, per: 3_600, unit: "h" },
  { from: 86_400, per: 86_400, unit: "d" },
  { from: 30 * 86_400, per: 30.44 * 86_400, unit: "months" },
  { from: 365 * 86_400, per: 365.25 * 86_400, unit: "years" },
] as const;

/** "just now", "40 s ago", "5 min ago", "in 2 d", "3 months ago". `now` in epoch ms. */
export function formatRelative(at: Time | null | undefined, now: number): string {
  const then = at == null ? Number.NaN : new Date(at).getTime();
  if (Number.isNaN(then)) return missing;
  const seconds = Math.abs(now - then) / 1000;
  if (seconds < 5) return "just now";
  const step = stepOf(seconds, relativeSteps);
  const count = Math.max(1, Math.floor(seconds / step.per));
  const unit = count === 1 ? step.unit.replace(/s$/, (s) => (step.unit.length > 1 ? "" : s)) : step.unit;
  return then > now ? `in ${count}${space}${unit}` : `${count}${space}${unit} ago`;
}
