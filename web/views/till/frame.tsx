/** What the pages of a school's money share: their frame, and the way between them. */

import "../office/office.css";
import "./till.css";
import type { ComponentChildren } from "preact";
import { type PageLink, PageLinks } from "../../components/page_links";
import { Page } from "../../components/ui";
import { hat } from "../../hats";
import { T } from "../../i18n/till";

export type Part =
  | "thu"
  | "thu/khoa-so"
  | "thu/doi-chieu"
  | "thu/xuat-excel"
  | "thu/khoan-thu"
  | "thu/mien-giam"
  | "thu/tai-khoan"
  | "thu/dot-thu"
  | "thu/phieu"
  | "thu/chua-dong"
  | "thu/tien-ve"
  | "thu/sao-ke"
  | "thu/bien-lai"
  | "thu/tien-mat"
  | "thu/hoan-tien"
  | "thu/bao-co";

interface Group {
  readonly name: () => string;
  readonly parts: readonly PageLink<Part>[];
}

const ITEMS = { path: "thu/khoan-thu", icon: "list", name: T.items } as const;
const WAIVERS = { path: "thu/mien-giam", icon: "people", name: T.waivers } as const;
const ACCOUNTS = { path: "thu/tai-khoan", icon: "bank", name: T.accounts } as const;
const PERIODS = { path: "thu/dot-thu", icon: "calendar", name: T.periods } as const;
const BILLS = { path: "thu/phieu", icon: "file", name: T.bills } as const;
const CASH = { path: "thu/tien-mat", icon: "money", name: T.cash } as const;
const REFUNDS = { path: "thu/hoan-tien", icon: "undo", name: T.refunds } as const;

/** An accountant's day, in the order in which a term goes. */
const ACCOUNTANTS: readonly Group[] = [
  {
    name: T.groupMoney,
    parts: [
      { path: "thu/tien-ve", icon: "in", name: T.funds },
      { path: "thu/sao-ke", icon: "card", name: T.statements },
      { path: "thu/bien-lai", icon: "file", name: T.receipts },
      CASH,
      REFUNDS,
      { path: "thu/bao-co", icon: "bell", name: T.events },
    ],
  },
  {
    name: T.groupBills,
    parts: [BILLS, PERIODS, { path: "thu/chua-dong", icon: "clock", name: T.debtors }],
  },
  {
    name: T.groupBooks,
    parts: [
      { path: "thu/khoa-so", icon: "check", name: T.closes },
      { path: "thu/doi-chieu", icon: "turn", name: T.matching },
      { path: "thu/xuat-excel", icon: "share", name: T.exports },
    ],
  },
  { name: T.groupPrepare, parts: [ITEMS, WAIVERS, ACCOUNTS] },
];

const PRINCIPALS: readonly Group[] = [
  { name: T.approvals, parts: [WAIVERS, REFUNDS, CASH] },
  { name: T.groupBills, parts: [PERIODS, BILLS, ITEMS, ACCOUNTS] },
];

export function isAccountant(): boolean {
  return hat.value?.role === "accountant";
}

export const tillPath = (school: number, part: Part, rest = ""): string =>
  `/truong/${school}/${part}${rest && `/${rest}`}`;

const groups = () => (isAccountant() ? ACCOUNTANTS : PRINCIPALS);

/** All pages, by what they are about: on the first page. */
export function TillTiles({ school }: { school: number }) {
  return (
    <nav class="till-tiles" aria-label={T.nav()}>
      {groups().map(({ name, parts }) => (
        <section key={name()} class="stack-small">
          <h2>{name()}</h2>
          <Links school={school} parts={parts} />
        </section>
      ))}
    </nav>
  );
}

interface LinksProps {
  school: number;
  parts: readonly PageLink<Part>[];
  here?: Part;
}

function Links({ school, parts, here }: LinksProps) {
  return (
    <PageLinks
      class="till-nav"
      label={T.nav()}
      parts={parts}
      hrefOf={(path) => tillPath(school, path)}
      here={here}
    />
  );
}

/** At a desk, the pages beside the one that is open. */
function Beside({ school, here }: { school: number; here: Part }) {
  const group = groups().find(({ parts }) => parts.some(({ path }) => path === here));
  if (!group) return null;
  return (
    <div class="till-beside">
      <Links school={school} parts={group.parts} here={here} />
    </div>
  );
}

interface Props {
  school: number;
  here: Part;
  title: string;
  /** Where the arrow leads; the first page, unless said otherwise. */
  back?: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function TillPage({ school, here, title, back, actions, children }: Props) {
  return (
    <div class="office">
      <Beside school={school} here={here} />
      <Page title={title} back={back ?? tillPath(school, "thu")} actions={actions} wide>
        {children}
      </Page>
    </div>
  );
}
