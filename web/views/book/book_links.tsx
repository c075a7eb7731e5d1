/** Above the feed: messages and search, whose book, which kind. */

import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../components/icons";
import { hat } from "../../hats";
import { B } from "../../i18n/book";
import { me } from "../../session";
import { messagesUnread } from "../../unread";
import { type Kin, kinOf } from "../parent/kin";
import { KINDS, type Kind, kindsName } from "./words";

interface Props {
  student: string | null;
  kind: Kind | null;
}

export function BookLinks({ student, kind }: Props) {
  const children = kinOf(me.value).filter((each) => !each.isSelf);
  const isPupil = hat.value?.role === "student";
  return (
    <>
      <nav class="book-links" aria-label={B.messages()}>
        {!isPupil && (
          <a class="button" href="/tin-nhan">
            <Icon name="chat" />
            {B.messages()}
            {messagesUnread.value > 0 && <span class="count">{messagesUnread.value}</span>}
          </a>
        )}
        <a class="button" href={student ? `/so-lien-lac/tim?con=${student}` : "/so-lien-lac/tim"}>
          <Icon name="search" />
          {B.find()}
        </a>
      </nav>
      {children.length > 1 && <Whose of={children} student={student} />}
      <Which student={student} kind={kind} />
    </>
  );
}

function Whose({ of, student }: { of: readonly Kin[]; student: string | null }) {
  return (
    <nav class="chips one-line" data-scrolls aria-label={B.whose()}>
      <Chip href="/so-lien-lac" isHere={student === null} words={B.allChildren()} />
      {of.map((each) => (
        <Chip
          key={each.student_id}
          href={`/con/${each.student_id}/so`}
          isHere={student === each.student_id}
          words={each.name}
        />
      ))}
    </nav>
  );
}

function Which({ student, kind }: Props) {
  const book = student ? `/con/${student}/so` : "/so-lien-lac";
  return (
    <nav class="chips one-line" data-scrolls aria-label={B.which()}>
      <Chip href={book} isHere={kind === null} words={B.everything()} />
      {KINDS.map((each) => (
        <Chip
          key={each}
          href={`${book}?loai=${each}`}
          isHere={kind === each}
          words={kindsName(each)}
        />
      ))}
    </nav>
  );
}

function Chip({ href, isHere, words }: { href: string; isHere: boolean; words: string }) {
  const chip = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    // The row is longer than a phone is wide: where one is stays in sight.
    const row = chip.current?.parentElement;
    if (isHere && row) row.scrollLeft = (chip.current?.offsetLeft ?? 0) - row.offsetLeft - 16;
  }, [isHere]);
  return (
    <a ref={chip} class="chip" href={href} aria-current={isHere ? "page" : undefined}>
      {words}
    </a>
  );
}
