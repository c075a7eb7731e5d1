/** What the pages of the contact book share for a school's staff: the way between them. */

import "./desk.css";
import type { ComponentChildren } from "preact";
import { type PageLink, PageLinks } from "../../components/page_links";
import { Page } from "../../components/ui";
import { hatFor } from "../../hats";
import { K } from "../../i18n/desk";

type Part = "week" | "notices" | "threads" | "groups" | "hours" | "reports" | "phrases";

const TEACHERS: readonly PageLink<Part>[] = [
  { path: "notices", icon: "bell", name: K.navNotices },
  { path: "threads", icon: "chat", name: K.navThreads },
  { path: "groups", icon: "people", name: K.navGroups },
  { path: "hours", icon: "clock", name: K.navHours },
];

const PRINCIPALS: readonly PageLink<Part>[] = [
  { path: "week", icon: "chart", name: K.navWeek },
  { path: "notices", icon: "bell", name: K.navNotices },
  { path: "threads", icon: "chat", name: K.navThreads },
  { path: "groups", icon: "people", name: K.navGroups },
  { path: "reports", icon: "flag", name: K.navReports },
  { path: "phrases", icon: "list", name: K.navPhrases },
];

export function isPrincipalOf(school: number): boolean {
  return hatFor(school, ["principal"]) !== null;
}

/** Where this person's book begins. */
export function bookPath(school: number): string {
  return isPrincipalOf(school) ? `/truong/${school}/so-lien-lac` : "/so-lop";
}

export function noticesPath(school: number): string {
  return isPrincipalOf(school) ? `/truong/${school}/thong-bao` : "/thong-bao";
}

function hrefOf(school: number, part: Part): string {
  switch (part) {
    case "week":
      return bookPath(school);
    case "notices":
      return noticesPath(school);
    case "threads":
      return "/tin-nhan";
    case "groups":
      return isPrincipalOf(school) ? `/nhom?truong=${school}` : "/nhom";
    case "hours":
      return "/gio-lien-lac";
    case "reports":
      return `/truong/${school}/bao-cao-tin-nhan`;
    case "phrases":
      return `/truong/${school}/cau-mau`;
  }
}

export function BookLinks({ school, here }: { school: number; here?: Part }) {
  return (
    <PageLinks
      class={here && here !== "week" ? "desk-nav above" : "desk-nav"}
      label={K.nav()}
      parts={isPrincipalOf(school) ? PRINCIPALS : TEACHERS}
      hrefOf={(part) => hrefOf(school, part)}
      here={here}
    />
  );
}

interface Props {
  school: number;
  here: Part;
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function BookPage({ school, here, title, actions, children }: Props) {
  return (
    <Page
      title={title}
      back={here === "week" ? undefined : bookPath(school)}
      actions={actions}
      wide
    >
      <BookLinks school={school} here={here} />
      {children}
    </Page>
  );
}
