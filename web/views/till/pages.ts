/** Behind each of the addresses of a school's money: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  "": () => import("./home"),
  "khoa-so": () => import("./closes"),
  "doi-chieu": () => import("./reconciliations"),
  "doi-chieu/:id": () => import("./reconciliation"),
  "xuat-excel": () => import("./exports"),
  "khoan-thu": () => import("./items"),
  "mien-giam": () => import("./waivers"),
  "tai-khoan": () => import("./accounts"),
  "dot-thu": () => import("./periods"),
  "dot-thu/:period": () => import("./period"),
  phieu: () => import("./invoices"),
  "phieu/:invoice": () => import("./invoice"),
  "chua-dong": () => import("./debtors"),
  "tien-ve": () => import("./funds"),
  "tien-ve/:fund": () => import("./fund"),
  "sao-ke": () => import("./statements"),
  "sao-ke/:statement": () => import("./statement"),
  "bien-lai": () => import("./receipts"),
  "tien-mat": () => import("./cash"),
  "hoan-tien": () => import("./refunds"),
  "bao-co": () => import("./events"),
};

/** Refused to a principal by the server too. */
export const ACCOUNTANTS: ReadonlySet<string> = new Set([
  "xuat-excel",
  "chua-dong",
  "tien-ve",
  "tien-ve/:fund",
  "sao-ke",
  "sao-ke/:statement",
  "bien-lai",
  "bao-co",
]);
