/** What imports answer, in one form for sheets and pictures. No browser in here. */

import type { Schemas } from "../../api";

export const KINDS = ["roster", "staff", "calendar", "timetable", "photos"] as const;
export type Kind = (typeof KINDS)[number];

/** The word for a kind in an address. */
export const SLUGS: Record<Kind, string> = {
  roster: "hoc-sinh",
  staff: "can-bo",
  calendar: "lich",
  timetable: "phan-cong",
  photos: "anh",
};

export function kindOf(slug: string | undefined): Kind | null {
  return KINDS.find((kind) => SLUGS[kind] === slug) ?? null;
}

export interface Fault {
  /** The sheet's row number; null for a picture. */
  row: number | null;
  /** The column's heading, or the picture's name. */
  column: string;
  message: string;
}

/** With errors a sheet is not written at all; of pictures the good ones are taken. */
export interface Outcome {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  errors: Fault[];
  warnings: Fault[];
  ignoredColumns: string[];
}

export function ofSheet(result: Schemas["ImportResult"]): Outcome {
  const { rows, created, updated, unchanged, errors, warnings } = result;
  const ignoredColumns = result.ignored_columns;
  return { rows, created, updated, unchanged, errors, warnings, ignoredColumns };
}

const TAKEN = new Set(["new", "replaced", "unchanged"]);

export function ofPhotos(result: Schemas["PhotosImported"]): Outcome {
  const { files, created, updated, unchanged, results } = result;
  const errors = results
    .filter((each) => !TAKEN.has(each.result))
    .map((each) => ({ row: null, column: each.file, message: each.message }));
  return { rows: files, created, updated, unchanged, errors, warnings: [], ignoredColumns: [] };
}

/** How much would be written; null: nothing can be, or there is nothing to write. */
export function toWrite(kind: Kind, outcome: Outcome): number | null {
  if (kind !== "photos" && outcome.errors.length > 0) return null;
  return outcome.created + outcome.updated || null;
}

/** The classes that only `create_classes` is missing for, in the order in which they come. */
export function missingClasses(errors: readonly Fault[]): string[] {
  const found = new Set<string>();
  for (const { message } of errors) {
    const name = /(?:chưa có lớp|there is no class) “(.+?)”/.exec(message)?.[1];
    if (name) found.add(name);
  }
  return [...found];
}

export type Headings = readonly [row: string, column: string, message: string];

function cellsOf(errors: readonly Fault[], headings: Headings): string[][] {
  return [[...headings], ...errors.map((e) => [`${e.row ?? ""}`, e.column, e.message])];
}

/** Excel must take text for text: what begins like a formula is another's words. */
function harmless(cell: string): string {
  const text = cell.replace(/[\t\r\n]+/g, " ");
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}

/** To paste into a sheet. */
export function asTabs(errors: readonly Fault[], headings: Headings): string {
  return cellsOf(errors, headings)
    .map((row) => row.map(harmless).join("\t"))
    .join("\r\n");
}

/** RFC 4180, with the mark by which Excel knows UTF-8. */
export function asCsv(errors: readonly Fault[], headings: Headings): string {
  const quoted = (cell: string) => `"${harmless(cell).replaceAll('"', '""')}"`;
  const lines = cellsOf(errors, headings).map((row) => row.map(quoted).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}
