import { csvLine } from "#lib/core/csv.ts";

/** What a chart shows, as a table: for the table view and the CSV. */
export type ChartTable = {
  columns: readonly { key: string; label: string; format?: (value: number) => string }[];
  rows: readonly Record<string, string | number | null | undefined>[];
};

/** RFC 4180 with full precision, whatever the table view rounds to. What is no finite figure stays empty. */
export function toCsv({ columns, rows }: ChartTable): string {
  const cell = (value: string | number | null | undefined) =>
    value == null || (typeof value === "number" && !Number.isFinite(value)) ? null : value;
  return [columns.map((column) => column.label), ...rows.map((row) => columns.map(({ key }) => cell(row[key])))]
    .map(csvLine)
    .join("");
}

export function saveFile(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // the browser needs the address until it has begun to read
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const painted = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font",
  "text-anchor",
];

/** Writes the styles that a class or a variable gave into the copy, which leaves the page's style sheet. */
function inlineStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of painted) (to as SVGElement).style.setProperty(name, style.getPropertyValue(name));
  const children = [...to.children];
  [...from.children].forEach((child, index) => {
    const copy = children[index];
    if (copy) inlineStyles(child, copy);
  });
}

type PngLegend = readonly { label: string; color: string; dash?: string | undefined }[];

/** The drawing on the page's own ground, under its title and legend, at twice the size. */
export async function toPng(svg: SVGSVGElement, title: string, legend: PngLegend = []): Promise<Blob> {
  const { width, height } = svg.getBoundingClientRect();
  const page = getComputedStyle(svg);
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--surface");
  const copy = svg.cloneNode(true) as SVGSVGElement;
  inlineStyles(svg, copy);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();

  const head = legend.length > 0 ? 60 : 40;
  const canvas = document.createElement("canvas");
  canvas.width = (width + 32) * 2;
  canvas.height = (height + head + 16) * 2;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.scale(2, 2);
  context.fillStyle = ground;
  context.fillRect(0, 0, width + 32, height + head + 16);
  context.fillStyle = page.color;
  context.font = `600 14px ${page.fontFamily}`;
  context.fillText(title, 16, 26, width);
  drawLegend(context, svg, legend);
  context.drawImage(image, 16, head, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

function drawLegend(context: CanvasRenderingContext2D, svg: SVGSVGElement, legend: PngLegend): void {
  const page = getComputedStyle(svg);
  context.font = `12px ${page.fontFamily}`;
  context.lineWidth = 3;
  let x = 16;
  for (const { label, color, dash } of legend) {
    // a colour may be a variable of the theme, which a canvas does not know
    const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
    context.strokeStyle = name ? page.getPropertyValue(name) : color;
    context.setLineDash(dash ? dash.split(" ").map(Number) : []);
    context.beginPath();
    context.moveTo(x, 44);
    context.lineTo(x + 16, 44);
    context.stroke();
    context.fillText(label, x + 22, 48);
    x += 22 + context.measureText(label).width + 20;
  }
}
