/** All children's fees, again whenever something of them was told. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";

export type ChildDue = Schemas["ChildDue"];

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
