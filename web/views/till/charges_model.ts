/** What a period asks of whom, as the table of charges has it. */

import type { Schemas } from "../../api";
import type { Item } from "./lists";

export type Charge = Schemas["PeriodCharge"];

export interface Row {
  /** Of the row alone, so that it keeps its inputs while others go. */
  readonly key: string;
  readonly itemId: string;
  /** school, grade:6, class:<id>, student:<id> */
  readonly whom: string;
  readonly amount: number | null;
  /** As typed; "": the period's school days, or one. */
  readonly quantity: string;
  readonly seq: number;
  readonly dueDay: string;
}

export function rowOf(charge: Charge): Row {
  return {
    key: charge.id,
    itemId: charge.item_id,
    whom: charge.ref ? `${charge.scope}:${charge.ref}` : charge.scope,
    amount: charge.amount,
    quantity: charge.quantity === null ? "" : `${charge.quantity}`,
    seq: charge.seq,
    dueDay: charge.due_day ?? "",
  };
}

export function newRow(item: Item, key: string): Row {
  return {
    key,
    itemId: item.id,
    whom: "school",
    amount: item.amount,
    quantity: item.unit === "day" ? "" : "1",
    seq: 1,
    dueDay: "",
  };
}

export function scopeOf(whom: string): { scope: Charge["scope"]; ref: string } {
  const [scope, ref = ""] = whom.split(":");
  return { scope: scope as Charge["scope"], ref };
}

/** Asked of one pupil who is not chosen yet. */
export const SOME_PUPIL = "student:";

export const isPupil = (whom: string) => whom.startsWith(SOME_PUPIL);

/** The pupil's id; "": not chosen, or nobody's alone. */
export const pupilIdOf = (whom: string) => (isPupil(whom) ? whom.slice(SOME_PUPIL.length) : "");

export type RowFault = "pupil" | "amount" | "over_cap" | "quantity" | "twice";

/** What is wrong with a row; null: nothing. */
export function faultOf(row: Row, rows: readonly Row[], item: Item | undefined): RowFault | null {
  if (row.whom === SOME_PUPIL) return "pupil";
  if (row.amount === null) return "amount";
  if (item?.cap != null && row.amount > item.cap) return "over_cap";
  const isDaily = item?.unit === "day";
  const isCount = /^[1-9]\d{0,2}$/.test(row.quantity) && Number(row.quantity) <= 366;
  if (!isCount && !(isDaily && row.quantity === "")) return "quantity";
  const same = (other: Row) =>
    other.itemId === row.itemId && other.whom === row.whom && other.seq === row.seq;
  return rows.filter(same).length > 1 ? "twice" : null;
}

export function bodyOf(row: Row) {
  return {
    item_id: row.itemId,
    ...scopeOf(row.whom),
    amount: row.amount ?? 0,
    quantity: row.quantity === "" ? null : Number(row.quantity),
    seq: row.seq,
    due_day: row.dueDay || null,
  };
}
