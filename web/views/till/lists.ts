/** What several of the money's screens load; nothing of it is kept on the phone. */

import { all, api, type Schemas } from "../../api";
import { type Query, useQuery } from "../../query";

export type Account = Schemas["FeeAccount"];
export type Merchant = Schemas["Merchant"];
export type Item = Schemas["FeeItem"];
export type Period = Schemas["BillingPeriod"];
export type Bank = Schemas["Bank"];

const MOST = 100;
const FRESH = { keeps: false } as const;

export function useItems(school: number): Query<Item[]> {
  const load = () =>
    all((cursor) =>
      api.GET("/v1/fees/items", { params: { query: { school_id: school, cursor, limit: MOST } } }),
    );
  return useQuery(`thu-khoan/${school}`, load, FRESH);
}

export function useAccounts(school: number): Query<Account[]> {
  const load = () =>
    all(() => api.GET("/v1/fees/accounts", { params: { query: { school_id: school } } }));
  return useQuery(`thu-tai-khoan/${school}`, load, FRESH);
}

export function useMerchants(school: number): Query<Merchant[]> {
  const load = () =>
    all(() => api.GET("/v1/fees/merchants", { params: { query: { school_id: school } } }));
  return useQuery(`thu-bao-co/${school}`, load, FRESH);
}

export function usePeriods(school: number): Query<Period[]> {
  const load = () =>
    all((cursor) =>
      api.GET("/v1/fees/periods", {
        params: { query: { school_id: school, cursor, limit: MOST } },
      }),
    );
  return useQuery(`thu-dot/${school}`, load, FRESH);
}

export function useBanks(): Query<Bank[]> {
  return useQuery("ngan-hang", () => all(() => api.GET("/v1/fees/banks", {})));
}
