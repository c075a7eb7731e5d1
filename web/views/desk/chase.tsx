/** Who has read a notice and answered it, whom to remind, and taking it back. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { all, api, download, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Progress } from "../../components/progress";
import { Badge, Button, Card, Empty, Fault, Loaded, Note, Page } from "../../components/ui";
import { count, moment } from "../../format";
import { N } from "../../i18n/notices";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { usePolling } from "../classes/polling";
import { answerWords } from "./answer_words";
import "./desk.css";
import { noticesPath } from "./frame";
import { justDone, type Notice, noticeOf, partWords } from "./notice_api";
import { StateBadge } from "./notice_list";
import { Withdraw } from "./withdraw";

type Sheet = Schemas["AnswerSheet"];
type OneAnswer = Schemas["OneAnswer"];
type Only = "missing" | "answered" | "all";

const EVERY_MS = 30_000;

async function sheetOf(id: string, only: Only): Promise<Sheet> {
  let sheet: Sheet | null = null;
  const items = await all((cursor) => {
    const params = {
      path: { announcement_id: id },
      query: { only, cursor, limit: 200 },
    };
    const asked = api.GET("/v1/contact-book/announcements/{announcement_id}/answers", { params });
    return asked.then((answer) => {
      sheet = answer.data ?? sheet;
      return answer;
    });
  });
  return { ...(sheet as unknown as Sheet), items };
}

export default function Chase({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.id ?? "";
  const said = useSignal("");
  const query = useQuery(`thong-bao/${school}/${id}/gui`, () => noticeOf(id, school));
  useEffect(() => {
    said.value = justDone.peek();
    justDone.value = "";
  }, [said]);
  return (
    <Page title={N.answersTitle()} back={noticesPath(school)} wide>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {(notice) => (
          <>
            <Head school={school} notice={notice} onChanged={() => query.reload()} />
            {notice.may_see_answers && (
              <Answers school={school} notice={notice} onSaid={(words) => (said.value = words)} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface HeadProps {
  school: number;
  notice: Notice;
  onChanged: () => Promise<void>;
}

function Head({ school, notice, onChanged }: HeadProps) {
  const isEnding = useSignal(false);
  const sending = useSending();
  const { id, answer_until: until } = notice;
  return (
    <Card>
      <div class="across">
        <h2 class="grow">{notice.title}</h2>
        <StateBadge state={notice.state} />
      </div>
      <p class="muted small">
        {[
          notice.audience.map(partWords),
          notice.published_at ? N.sentAt(moment(notice.published_at)) : null,
          until && notice.answer_kind !== "none" ? N.until(moment(until)) : null,
        ]
          .flat()
          .filter(Boolean)
          .join(" · ")}
      </p>
      {notice.withdrawn_reason && <Note tone="bad">{N.isWithdrawn(notice.withdrawn_reason)}</Note>}
      <div class="across">
        <a class="button" href={`/thong-bao/${school}/${id}`}>
          <Icon name="book" />
          {N.open()}
        </a>
        {notice.may_see_answers && (
          <Button
            icon="file"
            busy={sending.busy.value}
            onClick={() =>
              void sending.run(() =>
                download(`/v1/contact-book/announcements/${id}/answers.xlsx`, "tra-loi.xlsx"),
              )
            }
          >
            {N.sheet()}
          </Button>
        )}
        {notice.may_withdraw && notice.state === "published" && (
          <Button
            kind="danger"
            onClick={() => {
              isEnding.value = true;
            }}
          >
            {N.withdraw()}
          </Button>
        )}
      </div>
      <Fault error={sending.failure.value} />
      {isEnding.value && (
        <Withdraw
          id={id}
          onDone={onChanged}
          onClose={() => {
            isEnding.value = false;
          }}
        />
      )}
    </Card>
  );
}

interface AnswersProps {
  school: number;
  notice: Notice;
  onSaid: (words: string) => void;
}

function Answers({ school, notice, onSaid }: AnswersProps) {
  const only = useSignal<Only>("missing");
  const query = useQuery(`tra-loi/${school}/${notice.id}/${only.value}`, () =>
    sheetOf(notice.id, only.value),
  );
  usePolling(query, EVERY_MS);
  return (
    <Loaded query={query}>
      {(sheet) => (
        <>
          <Figures sheet={sheet} />
          <Remind
            notice={notice}
            sheet={sheet}
            onDone={async (words) => {
              onSaid(words);
              await query.reload();
            }}
          />
          <div class="desk-columns">
            <div class="stack">
              <Choose only={only.value} onChoose={(each) => (only.value = each)} />
              <People sheet={sheet} only={only.value} />
            </div>
            <div class="stack">
              {sheet.by_answer.length > 0 && <ByAnswer sheet={sheet} />}
              {sheet.classes.length > 1 && <ByClass sheet={sheet} />}
            </div>
          </div>
        </>
      )}
    </Loaded>
  );
}

function Figures({ sheet: { total, answer_kind: asks } }: { sheet: Sheet }) {
  const figures = [
    [N.recipients(), total.recipients],
    [N.read(), total.read],
    ...(asks === "none"
      ? []
      : ([
          [N.answered(), total.answered],
          [N.notAnswered(), total.recipients - total.answered],
        ] as const)),
  ] as const;
  return (
    <dl class="desk-figures card">
      {figures.map(([name, n]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{count(n)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface RemindProps {
  notice: Notice;
  sheet: Sheet;
  onDone: (words: string) => Promise<void>;
}

/** One tap: those who have not answered are told again, at most once a day. */
function Remind({ notice, sheet, onDone }: RemindProps) {
  const sending = useSending();
  if (sheet.reminded_today) return <Note>{N.remindedToday()}</Note>;
  if (!sheet.may_remind) return null;
  const missing = sheet.total.recipients - sheet.total.answered;
  return (
    <>
      <Button
        kind="main"
        icon="bell"
        busy={sending.busy.value}
        onClick={() =>
          void sending.run(async () => {
            const params = { path: { announcement_id: notice.id } };
            const { people } = await of(
              api.POST("/v1/contact-book/announcements/{announcement_id}/reminders", { params }),
            );
            await onDone(N.reminded(count(people)));
          })
        }
      >
        {N.remind(count(missing))}
      </Button>
      <Fault error={sending.failure.value} />
    </>
  );
}

function Choose({ only, onChoose }: { only: Only; onChoose: (only: Only) => void }) {
  const names = {
    missing: N.showWaiting(),
    answered: N.showAnswered(),
    all: N.showAll(),
  };
  return (
    <fieldset class="desk-chips">
      <legend class="sr-only">{N.show()}</legend>
      {(["missing", "answered", "all"] as const).map((each) => (
        <Button key={each} aria-pressed={only === each} onClick={() => onChoose(each)}>
          {names[each]}
        </Button>
      ))}
    </fieldset>
  );
}

function People({ sheet, only }: { sheet: Sheet; only: Only }) {
  if (sheet.items.length === 0)
    return (
      <Empty
        icon={only === "missing" ? "check" : "people"}
        title={only === "missing" ? N.nobodyWaits() : N.nobodyHere()}
      />
    );
  const groups = new Map<string, OneAnswer[]>();
  for (const each of sheet.items) {
    const name = each.class_name ?? N.staffRow();
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return (
    <>
      {[...groups].map(([name, people]) => (
        <Card key={name} aria-label={name}>
          <h3 class="across">
            {name} <Badge>{count(people.length)}</Badge>
          </h3>
          <ul class="plain-list">
            {people.map((each) => (
              <li key={`${each.person_kind}/${each.person_id}`} class="row desk-item">
                <PersonRow person={each} sheet={sheet} />
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </>
  );
}

function PersonRow({ person, sheet }: { person: OneAnswer; sheet: Sheet }) {
  const { answer, answered_at: at, read_at: read } = person;
  return (
    <>
      <span class="grow">
        <strong>{person.name}</strong>
        {person.note && <q class="small">{person.note}</q>}
        {at ? (
          <span class="muted small">
            {person.answered_by ? N.answeredBy(person.answered_by, moment(at)) : moment(at)}
          </span>
        ) : (
          <span class="muted small">{read ? N.readAt(moment(read)) : N.unread()}</span>
        )}
        {!person.is_reachable && <span class="small">{N.unreachableHint()}</span>}
      </span>
      {answer !== null && <Badge tone="good">{answerWords(sheet.answer_kind, answer)}</Badge>}
      {!person.is_reachable && <Badge tone="late">{N.unreachable()}</Badge>}
    </>
  );
}

function ByAnswer({ sheet }: { sheet: Sheet }) {
  return (
    <Card aria-label={N.byAnswer()}>
      <h2>{N.byAnswer()}</h2>
      <div class="desk-answers">
        {sheet.by_answer.map(({ answer, count: n }) => {
          const words = answerWords(sheet.answer_kind, answer);
          return (
            <div key={answer}>
              <span class="across">
                <span class="grow">{words}</span>
                <strong>{count(n)}</strong>
              </span>
              <Progress done={n} total={sheet.total.recipients} label={words} tone="good" />
            </div>
          );
        })}
      </div>
    </Card>
  );
}

function ByClass({ sheet }: { sheet: Sheet }) {
  const asks = sheet.answer_kind !== "none";
  return (
    <Card aria-label={N.byClassTitle()}>
      <h2>{N.byClassTitle()}</h2>
      <div class="desk-answers">
        {sheet.classes.map((each) => {
          const n = asks ? each.answered : each.read;
          const name = each.class_name ?? N.staffRow();
          return (
            <div key={each.class_id ?? ""}>
              <span class="across">
                <span class="grow">{name}</span>
                <span>
                  {asks
                    ? N.countsAnswered(count(n), count(each.recipients))
                    : N.counts(count(n), count(each.recipients))}
                </span>
              </span>
              <Progress done={n} total={each.recipients} label={name} tone="good" />
            </div>
          );
        })}
      </div>
    </Card>
  );
}
