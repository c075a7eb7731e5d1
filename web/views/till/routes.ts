/** The addresses of a school's money: the accountant's and the principal's. */

import { behind } from "../../behind";

const pages = () => import("./pages");

export const TILL = [
  ...behind({
    under: "/truong/:school/",
    paths: [
      "thu",
      "thu/khoa-so",
      "thu/doi-chieu",
      "thu/doi-chieu/:id",
      "thu/khoan-thu",
      "thu/mien-giam",
      "thu/tai-khoan",
      "thu/dot-thu",
      "thu/dot-thu/:period",
      "thu/phieu",
      "thu/phieu/:invoice",
      "thu/hoan-tien",
      "thu/tien-mat",
    ],
    roles: ["accountant", "principal"],
    pages,
  }),
  ...behind({
    under: "/truong/:school/",
    paths: [
      "thu/chua-dong",
      "thu/tien-ve",
      "thu/tien-ve/:fund",
      "thu/sao-ke",
      "thu/sao-ke/:statement",
      "thu/bao-co",
      "thu/xuat-excel",
    ],
    roles: ["accountant"],
    pages,
  }),
];
