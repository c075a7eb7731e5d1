/** What a family owes, is offered and chooses to pay, school by school. */

import type { Schemas } from "../../api";
import type { ChildDue } from "./family";

export type Bill = Schemas["Bill"];
export type Intent = Schemas["Intent"];

export interface SchoolDue {
  readonly id: number;
  readonly name: string;
  readonly children: ChildDue[];
}

/** What of which bill is to be paid, by its id; left out: all of what is owed, nothing of an offer. */
export type Choice = Readonly<Record<string, number>>;

export function bySchool(items: readonly ChildDue[]): SchoolDue[] {
  const found = new Map<number, SchoolDue>();
  for (const each of items) {
    const school = found.get(each.school_id);
    if (school) school.children.push(each);
    else
      found.set(each.school_id, {
        id: each.school_id,
        name: each.school_name,
        children: [each],
      });
  }
  return [...found.values()];
}

/** What may be paid now, by account: a code pays what goes to one. */
export function payable(school: SchoolDue): Bill[][] {
  const found = new Map<string, Bill[]>();
  for (const child of school.children)
    for (const bill of [...child.bills, ...child.offers]) {
      if (!bill.is_by_transfer) continue;
      const own = found.get(bill.account_id);
      if (own) own.push(bill);
      else found.set(bill.account_id, [bill]);
    }
  return [...found.values()];
}

export function wanted(bill: Bill, choice: Choice): number {
  const chosen = choice[bill.id] ?? (bill.is_voluntary ? 0 : bill.left);
  return Math.min(chosen, bill.left);
}

export interface Wish {
  readonly chosen: readonly Bill[];
  readonly sum: number;
  readonly shares: Schemas["ShareWanted"][];
}

export function wishOf(bills: readonly Bill[], choice: Choice): Wish {
  const chosen = bills
    .map((bill) => ({ bill, amount: wanted(bill, choice) }))
    .filter(({ amount }) => amount > 0);
  return {
    chosen: chosen.map(({ bill }) => bill),
    sum: chosen.reduce((sum, { amount }) => sum + amount, 0),
    // The amount is said where it is a part: the rest of a bill may be less by the time it is sent.
    shares: chosen.map(({ bill, amount }) => ({
      invoice_id: bill.id,
      amount: amount < bill.left ? amount : null,
    })),
  };
}
