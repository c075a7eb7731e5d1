/** What a family owes, is offered and chooses to pay, school by school. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";

export type ChildDue = Schemas["ChildDue"];
export type Bill = Schemas["Bill"];
export type Intent = Schemas["Intent"];

export interface SchoolDue {
  readonly id: number;
  readonly name: string;
  readonly children: ChildDue[];
}

/** What of which bill is to be paid, by its id; left out: all of what is owed, nothing of an offer. */
export type Choice = Readonly<Record<string, number>>;

/** All children's fees, again whenever something of fees was told. */
export function useFees(): Query<ChildDue[]> {
  const query = useQuery("fees", async () => (await of(api.GET("/v1/fees/due"))).items);
  useHeard(query);
  return query;
}

/** Loads it again when money, a bill or a reminder was told, or nobody knows what was. */
export function useHeard<T>(query: Query<T>): void {
  useEffect(() => {
    const again = () => void query.reload();
    const stops = [onItem((item) => item.kind.startsWith("fee_") && again()), onReset(again)];
    const onSight = () => document.visibilityState === "visible" && again();
    document.addEventListener("visibilitychange", onSight);
    return () => {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", onSight);
    };
  }, [query]);
}

/** Whether there is anything of fees to see. */
export function hasFees(items: readonly ChildDue[]): boolean {
  return items.some(
    (each) =>
      each.credit > 0 ||
      [each.bills, each.offers, each.declined, each.history].some((bills) => bills.length > 0),
  );
}

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

/** What may be paid now. */
export function payable(school: SchoolDue): Bill[] {
  return school.children.flatMap((each) => [...each.bills, ...each.offers]);
}

export function wanted(bill: Bill, choice: Choice): number {
  const chosen = choice[bill.id] ?? (bill.is_voluntary ? 0 : bill.left);
  return Math.min(chosen, bill.left);
}

export interface Wish {
  readonly sum: number;
  readonly shares: Schemas["ShareWanted"][];
}

export function wishOf(school: SchoolDue, choice: Choice): Wish {
  const chosen = payable(school)
    .map((bill) => ({ bill, amount: wanted(bill, choice) }))
    .filter(({ amount }) => amount > 0);
  return {
    sum: chosen.reduce((sum, { amount }) => sum + amount, 0),
    // The amount is said where it is a part: the rest of a bill may be less by the time it is sent.
    shares: chosen.map(({ bill, amount }) => ({
      invoice_id: bill.id,
      amount: amount < bill.left ? amount : null,
    })),
  };
}
