/** What the department's pages share: their frame, and where each of them is. */

import "../daily/daily.css";
import "../office/office.css";
import type { ComponentChildren } from "preact";
import { type PageLink, PageLinks } from "../../components/page_links";
import { Page } from "../../components/ui";
import { Z } from "../../i18n/department";
import { K } from "../../i18n/desk";

const PARTS = [
  { path: "/so/ngay", icon: "calendar", name: Z.navDay },
  { path: "/so/tin", icon: "bell", name: Z.navDeliveries },
  { path: "/so/nghi", icon: "storm", name: Z.navClosures },
  { path: "/so/thong-bao", icon: "book", name: K.navNotices },
  { path: "/so/so-lien-lac", icon: "chart", name: K.navRates },
  { path: "/so/thu", icon: "money", name: Z.navFees },
  { path: "/so/khong-duoc-thu", icon: "flag", name: Z.navForbidden },
] as const satisfies readonly PageLink[];

type PartPath = (typeof PARTS)[number]["path"];

export function DepartmentLinks({ here }: { here?: PartPath }) {
  return (
    <PageLinks
      class={here ? "daily-nav above" : "daily-nav"}
      label={Z.nav()}
      parts={PARTS}
      hrefOf={(path) => path}
      here={here}
    />
  );
}

interface Props {
  here: PartPath;
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function DepartmentPage({ here, title, actions, children }: Props) {
  return (
    <Page title={title} back="/" actions={actions} wide>
      <DepartmentLinks here={here} />
      {children}
    </Page>
  );
}
