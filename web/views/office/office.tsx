/** What the office's screens share: their frame, and where each of them is. */

import "./office.css";
import type { ComponentChildren } from "preact";
import { type PageLink, PageLinks } from "../../components/page_links";
import { Page } from "../../components/ui";
import { O } from "../../i18n/office";

export type Part =
  | "chuan-bi"
  | "co-so"
  | "diem-quet"
  | "ca-hoc"
  | "lich"
  | "can-bo"
  | "nhap"
  | "lop";

const PARTS: readonly PageLink<Part>[] = [
  { path: "chuan-bi", icon: "list", name: O.navSetup },
  { path: "co-so", icon: "map", name: O.navCampuses },
  { path: "diem-quet", icon: "scan", name: O.navStations },
  { path: "ca-hoc", icon: "clock", name: O.navShifts },
  { path: "lich", icon: "calendar", name: O.navCalendar },
  { path: "can-bo", icon: "people", name: O.navStaff },
  { path: "nhap", icon: "file", name: O.navImports },
  { path: "lop", icon: "card", name: O.navClasses },
];

export function pathOf(school: number, part: Part, rest = ""): string {
  return `/truong/${school}/${part}${rest && `/${rest}`}`;
}

/** All parts as a row of links; on a phone the checklist alone shows them, as tiles. */
export function Parts({ school, here, tiles }: { school: number; here: Part; tiles?: boolean }) {
  return (
    <PageLinks
      class={tiles ? "office-tiles" : "office-nav"}
      linkClass={tiles ? "button" : ""}
      label={O.pages()}
      parts={tiles ? PARTS.filter(({ path }) => path !== "chuan-bi") : PARTS}
      hrefOf={(path) => pathOf(school, path)}
      here={here}
    />
  );
}

interface Props {
  school: number;
  here: Part;
  title: string;
  /** Where the arrow leads; the checklist, unless said otherwise. */
  back?: string | null;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function OfficePage({ school, here, title, back, actions, children }: Props) {
  const arrow = back === undefined ? pathOf(school, "chuan-bi") : (back ?? undefined);
  return (
    <div class="office">
      <Parts school={school} here={here} />
      <Page title={title} back={arrow} actions={actions} wide>
        {children}
      </Page>
    </div>
  );
}
