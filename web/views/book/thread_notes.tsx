/** What stands around a conversation: who reads it, when, and why nothing can be written. */

import { Badge, Note } from "../../components/ui";
import { dayName, moment } from "../../format";
import { T } from "../../i18n/book_threads";
import type { Thread } from "./thread_model";

export function Outlook({ thread }: { thread: Thread }) {
  const teachers = thread.teachers.map(({ name, is_stand_in }) =>
    is_stand_in ? T.standIn(name) : name,
  );
  const about = [thread.student_name, thread.class_name].filter(Boolean).join(" · ");
  return (
    <div class="thread-head">
      {thread.side === "guardian" && teachers.length > 0 && <strong>{teachers.join(", ")}</strong>}
      <span class="muted">{about}</span>
      {thread.is_apart ? (
        <span class="across">
          <Badge tone="wait">{T.apartBadge()}</Badge>
          <span class="muted small">{T.apart()}</span>
        </span>
      ) : (
        <span class="muted small">{T.bothParents()}</span>
      )}
      {thread.looks.map((look) => (
        <Note key={look.at} tone="late">
          {T.lookedIn(look.name, moment(look.at))}
        </Note>
      ))}
    </div>
  );
}

/** Said to the family: what is written now is read then. */
export function Hours({ thread }: { thread: Thread }) {
  if (thread.side !== "guardian") return null;
  const away = thread.teachers.filter((each) => each.away_until !== null);
  if (!thread.opens_at && away.length === 0) return null;
  return (
    <p class="hint" role="status">
      {thread.opens_at && T.laterFrom(moment(thread.opens_at))}
      {away.map((each) => (
        <span key={each.staff_id} class="block">
          {T.away(each.name, dayName(each.away_until ?? ""))}
          {each.away_note && `: ${each.away_note}`}
        </span>
      ))}
    </p>
  );
}

export function WhyNot({ thread }: { thread: Thread }) {
  const words = {
    stopped: T.blocked,
    nobody: T.nobodyNow,
    left: T.left,
    reader: T.readOnly,
  } as const;
  return <Note tone="wait">{words[thread.why_not ?? "reader"]()}</Note>;
}
