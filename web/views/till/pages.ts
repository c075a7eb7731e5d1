/** Behind each of the addresses of a school's money: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  thu: () => import("./home"),
  "thu/khoa-so": () => import("./closes"),
  "thu/doi-chieu": () => import("./reconciliations"),
  "thu/doi-chieu/:id": () => import("./reconciliation"),
  "thu/xuat-excel": () => import("./exports"),
  "thu/khoan-thu": () => import("./items"),
  "thu/mien-giam": () => import("./waivers"),
  "thu/tai-khoan": () => import("./accounts"),
  "thu/dot-thu": () => import("./periods"),
  "thu/dot-thu/:period": () => import("./period"),
  "thu/phieu": () => import("./invoices"),
  "thu/phieu/:invoice": () => import("./invoice"),
  "thu/chua-dong": () => import("./debtors"),
  "thu/tien-ve": () => import("./funds"),
  "thu/tien-ve/:fund": () => import("./fund"),
  "thu/sao-ke": () => import("./statements"),
  "thu/sao-ke/:statement": () => import("./statement"),
  "thu/tien-mat": () => import("./cash"),
  "thu/hoan-tien": () => import("./refunds"),
  "thu/bao-co": () => import("./events"),
};
