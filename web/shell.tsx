/** What is around every screen: who acts, where to go, and whether the network is there. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { Icon, type IconName } from "./components/icons";
import { Dialog, OfflineBadge } from "./components/ui";
import { type Hat, hats, putOn, roleName } from "./hats";
import { C } from "./i18n/common";
import { Offers } from "./offers";
import { pending } from "./pending";
import { go, place } from "./router";
import { bookUnread, unread } from "./unread";

interface Tab {
  href: string;
  icon: IconName;
  name: string;
  count?: number;
  /** Other addresses that belong to it. */
  under?: RegExp;
}

function tabsOf(on: Hat): Tab[] {
  const news: Tab = { href: "/tin", icon: "bell", name: C.news(), count: unread.value };
  const settings: Tab = { href: "/cai-dat", icon: "gear", name: C.settings() };
  const scan: Tab = { href: "/quet", icon: "scan", name: C.scan() };
  const book: Tab = {
    href: "/so-lien-lac",
    icon: "book",
    name: C.book(),
    count: bookUnread.value,
    under: /^\/(con\/.+\/so|thong-bao|tin-nhan)/,
  };
  const hours: Tab = { href: "/cham-cong", icon: "clock", name: C.checkIn() };
  switch (on.role) {
    case "guardian":
      return [{ href: "/", icon: "home", name: C.today() }, book, news, settings];
    case "student":
      return [
        { href: `/con/${on.personId}`, icon: "home", name: C.today() },
        { ...book, href: `/con/${on.personId}/so` },
        { href: `/con/${on.personId}/ma`, icon: "phone", name: C.myCode() },
        news,
        settings,
      ];
    case "guard":
      return [scan, hours, news, settings];
    case "homeroom_teacher":
    case "subject_teacher":
      return [
        { href: "/lop", icon: "people", name: C.classes() },
        { ...book, href: "/so-lop", under: /^\/(lop\/.+\/so|thong-bao|tin-nhan|nhom|gio-l)/ },
        scan,
        hours,
        news,
        settings,
      ];
    case "principal":
      return [
        {
          href: `/truong/${on.schoolId}/hom-nay`,
          icon: "chart",
          name: C.board(),
          under: /^\/truong\/\d+\/((tin|chua|nghi|gio|sua|quy)-|can-xem|thu(\/|$))/,
        },
        {
          href: `/truong/${on.schoolId}/chuan-bi`,
          icon: "list",
          name: C.setup(),
          under: /^\/truong\/\d+\/(co-so|diem-quet|ca-hoc|lich|can-bo|nhap|lop|the)(\/|$)/,
        },
        {
          ...book,
          href: `/truong/${on.schoolId}/so-lien-lac`,
          under: /^\/((truong\/\d+\/)?(thong-bao|bao-cao|cau-mau)|tin-nhan|nhom)/,
        },
        scan,
        news,
        settings,
      ];
    case "accountant":
      return [...moneyTabs(`/truong/${on.schoolId}/thu`), hours, news, settings];
    case "department_admin":
      return [{ href: "/", icon: "chart", name: C.setup(), under: /^\/so\// }, news, settings];
    case "display":
      return [];
  }
}

function moneyTabs(home: string): Tab[] {
  return [
    { href: home, icon: "chart", name: C.today() },
    {
      href: `${home}/tien-ve`,
      icon: "in",
      name: C.moneyIn(),
      under: /\/thu\/(sao-ke|bien-lai|tien-mat|hoan-tien|bao-co)/,
    },
    {
      href: `${home}/phieu`,
      icon: "file",
      name: C.bills(),
      under: /\/thu\/(dot-thu|chua-dong)/,
    },
  ];
}

function isHere({ href, under }: Tab): boolean {
  const path = place.value.path;
  if (under?.test(path)) return true;
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

function Tabs({ on }: { on: Hat }) {
  const tabs = tabsOf(on);
  const best = tabs.filter(isHere).sort((a, b) => b.href.length - a.href.length)[0];
  return (
    <nav class="tabs" aria-label={C.menu()}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab === best ? "page" : undefined}>
          <Icon name={tab.icon} />
          <span>{tab.name}</span>
          {tab.count ? <span class="count">{tab.count > 99 ? "99+" : tab.count}</span> : null}
        </a>
      ))}
    </nav>
  );
}

function HatButton({ on }: { on: Hat }) {
  const [open, setOpen] = useState(false);
  const label = (
    <>
      <strong>{roleName(on.role)}</strong>
      <span class="muted">{on.schoolName}</span>
    </>
  );
  if (hats.value.length < 2) return <div class="hat">{label}</div>;
  return (
    <>
      <button type="button" class="hat" onClick={() => setOpen(true)} aria-haspopup="dialog">
        {label}
        <Icon name="menu" />
      </button>
      {open && (
        <Dialog title={C.menu()} onClose={() => setOpen(false)}>
          <ul class="plain-list">
            {hats.value.map((each) => (
              <li key={each.id}>
                <button
                  type="button"
                  class="row"
                  aria-pressed={each.id === on.id}
                  onClick={() => {
                    putOn(each.id);
                    setOpen(false);
                    go("/");
                  }}
                >
                  <span class="grow">
                    <strong>{roleName(each.role)}</strong>
                    <span class="muted">{each.schoolName}</span>
                  </span>
                  {each.id === on.id && <Icon name="check" />}
                </button>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}

/** The bars around a screen of somebody who is logged in. */
export function Shell({ on, children }: { on: Hat; children: ComponentChildren }) {
  return (
    <div class="shell">
      <a class="skip" href="#noi-dung">
        {C.skip()}
      </a>
      <header class="top">
        <a href="/" class="brand" aria-label={C.appName()}>
          <Mark />
        </a>
        <HatButton on={on} />
        <PendingBadge />
        <OfflineBadge />
      </header>
      <main id="noi-dung" tabIndex={-1}>
        {children}
        <Offers />
      </main>
      <Tabs on={on} />
    </div>
  );
}

/** Scans that this phone still owes, wherever its owner looks: they lead back to the scanner. */
function PendingBadge() {
  const { waiting, refused } = pending.value;
  if (!waiting && !refused) return null;
  return (
    <a href="/quet" class={`badge ${refused ? "bad" : "wait"} owing`}>
      <Icon name={refused ? "warn" : "wait"} />
      {refused ? C.scansRefused(refused) : C.scansWaiting(waiting)}
    </a>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-gate" d="M4 28V12L16 4l12 8v16h-6V16H10v12z" />
      <path class="mark-tick" d="m12 22 3 3 6-7" />
    </svg>
  );
}
