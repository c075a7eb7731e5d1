/** What the daily pages share: their frame, and where each of them is. */

import "./daily.css";
import type { ComponentChildren } from "preact";
import { type PageLink, PageLinks } from "../../components/page_links";
import { Badge, Page } from "../../components/ui";
import { count } from "../../format";
import { D } from "../../i18n/daily";
import { useWaitingLeave } from "../leave/of_school";

const PARTS = [
  { path: "tin-vang", icon: "absent", name: D.navHeld },
  { path: "can-xem", icon: "search", name: D.navReviews },
  { path: "don-nghi", icon: "file", name: D.navLeave },
  { path: "gio-cong", icon: "clock", name: D.navHours },
  { path: "tin-da-gui", icon: "bell", name: D.navDeliveries },
  { path: "sua-diem-danh", icon: "check", name: D.navCorrections },
  { path: "quy-tac", icon: "gear", name: D.navRules },
  { path: "nghi-dot-xuat", icon: "storm", name: D.navClosures },
  { path: "chua-den", icon: "call", name: D.navMissing },
  { path: "thu", icon: "money", name: D.navFees },
] as const satisfies readonly PageLink[];

type PartPath = (typeof PARTS)[number]["path"];

export const boardOf = (school: number): string => `/truong/${school}/hom-nay`;
export const dailyPath = (school: number, part: PartPath): string => `/truong/${school}/${part}`;

/** All of them as a row of links: on the board, and at a desk above each of them. */
export function DailyLinks({ school, here }: { school: number; here?: PartPath }) {
  return (
    <PageLinks
      class={here ? "daily-nav above" : "daily-nav"}
      label={D.nav()}
      parts={PARTS}
      hrefOf={(path) => dailyPath(school, path)}
      here={here}
      extra={(path) => path === "don-nghi" && !here && <WaitingLeave school={school} />}
    />
  );
}

function WaitingLeave({ school }: { school: number }) {
  const n = useWaitingLeave(school);
  return n > 0 ? <Badge tone="wait">{count(n)}</Badge> : null;
}

interface Props {
  school: number;
  here: PartPath;
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function DailyPage({ school, here, title, actions, children }: Props) {
  return (
    <Page title={title} back={boardOf(school)} actions={actions} wide>
      <DailyLinks school={school} here={here} />
      {children}
    </Page>
  );
}
