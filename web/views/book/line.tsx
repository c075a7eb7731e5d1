/** One entry in the feed: what it is, from whom, and what it still asks for. */

import { Icon } from "../../components/icons";
import { Badge } from "../../components/ui";
import { clock, dayName, moment } from "../../format";
import { B } from "../../i18n/book";
import { now } from "../../now";
import { kin } from "../parent/kin";
import { DoneMark } from "./done_mark";
import { askedOf, type FeedItem, pageOf } from "./feed_model";
import { type Figure, figuresOf, titleOf } from "./line_words";
import { iconOfKind, kindName } from "./words";

interface Props {
  item: FeedItem;
  /** Whether the child is named: it is not where all is of one. */
  names: boolean;
  onChanged: (after: FeedItem) => void;
}

export function Line({ item, names, onChanged }: Props) {
  const who = item.student_id ? kin(item.student_id) : null;
  const isNew = item.is_read === false;
  const isGone = item.state === "withdrawn";
  const to = isGone && item.kind !== "announcement" ? null : pageOf(item);
  const inside = <Inside item={item} who={names ? (who?.name ?? null) : null} isNew={isNew} />;
  const kind = `news ${isNew ? "new" : ""} ${isGone ? "replaced" : ""}`;
  return (
    <li>
      {to ? (
        <a class={kind} href={to}>
          {inside}
        </a>
      ) : (
        <div class={kind}>{inside}</div>
      )}
      {item.kind === "homework" && !isGone && who && (
        <div class="news-acts">
          <DoneMark
            homework={{ id: item.id, name: titleOf(item) }}
            studentId={who.student_id}
            isDone={item.is_done ?? false}
            onChanged={(is_done) => onChanged({ ...item, is_done })}
          />
        </div>
      )}
    </li>
  );
}

function Inside({ item, who, isNew }: { item: FeedItem; who: string | null; isNew: boolean }) {
  const title = titleOf(item);
  const isGone = item.state === "withdrawn";
  const from = [who, item.author, clock(item.at)].filter(Boolean).join(" · ");
  return (
    <>
      <span class={`mark-of ${isGone || item.about === "health" ? "" : (item.tone ?? "")}`}>
        <Icon name={iconOfKind(item.kind)} />
      </span>
      <span class="grow">
        <span class="title">
          <span class="sr-only">{kindName(item.kind)}: </span>
          {isGone ? <s>{title}</s> : title}
        </span>
        {item.body && (
          <span class={pageOf(item) ? "muted excerpt" : "muted whole"}>{item.body}</span>
        )}
        <Figures of={figuresOf(item)} />
        <span class="muted small">{from}</span>
        <Marks item={item} isNew={isNew} />
      </span>
    </>
  );
}

function Figures({ of }: { of: readonly Figure[] }) {
  if (of.length === 0) return null;
  return (
    <span class="figures">
      {of.map(({ name, value }) => (
        <span key={name}>
          {name}: <strong>{value}</strong>
        </span>
      ))}
    </span>
  );
}

function Marks({ item, isNew }: { item: FeedItem; isNew: boolean }) {
  const asked = askedOf(item, now.value);
  const isGone = item.state === "withdrawn";
  const { answer_until: until, due_day: due } = item;
  const marks = [
    item.is_urgent && !isGone && <Badge tone="bad">{B.urgent()}</Badge>,
    isNew && <Badge tone="wait">{B.fresh()}</Badge>,
    asked === "open" && <Badge tone="late">{until ? B.until(moment(until)) : B.toAnswer()}</Badge>,
    asked === "answered" && <Badge tone="good">{B.answered()}</Badge>,
    asked === "closed" && <Badge>{B.closed()}</Badge>,
    due && !isGone && <Badge>{B.due(dayName(due))}</Badge>,
    isGone && <Badge>{B.withdrawn()}</Badge>,
    item.has_attachments && !isGone && <Badge>{B.hasFiles()}</Badge>,
  ].filter(Boolean);
  return marks.length > 0 ? <span class="marks">{marks}</span> : null;
}
