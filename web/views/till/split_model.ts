/** How a sum is split over bills: pure, so that it can be tried. */

export interface Open {
  readonly invoiceId: string;
  readonly payRef: string;
  readonly studentId: string;
  readonly name: string;
  readonly more: string;
  readonly rest: number;
}

export interface Part {
  readonly bill: Open;
  readonly amount: number | null;
}

export function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (part.amount ?? 0), 0);
}

/** The bill joins with as much as it wants of what is left. */
export function joined(parts: readonly Part[], bill: Open, free: number): readonly Part[] {
  if (parts.some((part) => part.bill.invoiceId === bill.invoiceId)) return parts;
  const left = Math.max(0, free - sumOf(parts));
  return [...parts, { bill, amount: Math.min(bill.rest, left) || null }];
}

export type SplitFault = "none" | "amount" | "over_bill" | "over_free";

/** `free` null: as much as one likes, as at the counter. */
export function splitFault(parts: readonly Part[], free: number | null): SplitFault | null {
  if (parts.length === 0) return "none";
  if (parts.some((part) => !part.amount)) return "amount";
  if (parts.some((part) => (part.amount ?? 0) > part.bill.rest)) return "over_bill";
  return free !== null && sumOf(parts) > free ? "over_free" : null;
}

/** Whose credit the rest may become: of one pupil alone. */
export function onePupil(parts: readonly Part[]): { id: string; name: string } | null {
  const [first, ...others] = new Map(parts.map(({ bill }) => [bill.studentId, bill.name] as const));
  return first && others.length === 0 ? { id: first[0], name: first[1] } : null;
}

export function sharesOf(parts: readonly Part[]) {
  return parts.map(({ bill, amount }) => ({ invoice_id: bill.invoiceId, amount: amount ?? 0 }));
}
