/** What the office's screens share: their frame, and where each of them is. */

import "./office.css";
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../../components/icons";
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

const PARTS: readonly { part: Part; icon: IconName; name: () => string }[] = [
  { part: "chuan-bi", icon: "list", name: O.navSetup },
  { part: "co-so", icon: "map", name: O.navCampuses },
  { part: "diem-quet", icon: "scan", name: O.navStations },
  { part: "ca-hoc", icon: "clock", name: O.navShifts },
  { part: "lich", icon: "calendar", name: O.navCalendar },
  { part: "can-bo", icon: "people", name: O.navStaff },
  { part: "nhap", icon: "file", name: O.navImports },
  { part: "lop", icon: "card", name: O.navClasses },
];

export function pathOf(school: number, part: Part, rest = ""): string {
  return `/truong/${school}/${part}${rest && `/${rest}`}`;
}

/** All parts as a row of links; on a phone the checklist alone shows them, as tiles. */
export function Parts({ school, here, tiles }: { school: number; here: Part; tiles?: boolean }) {
  const shown = tiles ? PARTS.filter(({ part }) => part !== "chuan-bi") : PARTS;
  return (
    <nav class={tiles ? "office-tiles" : "office-nav"} aria-label={O.pages()}>
      {shown.map(({ part, icon, name }) => (
        <a
          key={part}
          class={tiles ? "button" : ""}
          href={pathOf(school, part)}
          aria-current={part === here ? "page" : undefined}
        >
          <Icon name={icon} />
          <span>{name()}</span>
        </a>
      ))}
    </nav>
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
