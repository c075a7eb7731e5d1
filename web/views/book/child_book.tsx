/** One child's contact book; a pupil reads the own one. */

import { Empty, Page } from "../../components/ui";
import { B } from "../../i18n/book";
import { C } from "../../i18n/common";
import type { Parameters } from "../../router";
import { kin } from "../parent/kin";
import { BookLinks } from "./book_links";
import { Feed } from "./feed";
import { kindAsked } from "./kind_asked";

export default function ChildBook({ params }: { params: Parameters }) {
  const who = kin(params.student ?? "");
  const kind = kindAsked.value;
  if (!who) {
    return (
      <Page title={C.notYours()} back="/so-lien-lac">
        <Empty icon="person" title={C.notYours()} />
      </Page>
    );
  }
  return (
    <Page
      title={who.isSelf ? C.book() : B.bookOf(who.name)}
      {...(!who.isSelf && { back: "/so-lien-lac" })}
    >
      <BookLinks student={who.student_id} kind={kind} />
      <Feed key={`${who.student_id}/${kind ?? ""}`} student={who.student_id} kind={kind} />
    </Page>
  );
}
