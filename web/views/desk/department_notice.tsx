/** A notice of the department's: written, or what came back, in sums by school. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Fault, Loaded, Note, Page } from "../../components/ui";
import { count, moment } from "../../format";
import { N } from "../../i18n/notices";
import { useQuery } from "../../query";
import { go, type Parameters, place } from "../../router";
import { Attachments } from "../book/attachments";
import { usePolling } from "../classes/polling";
import { chartOf, placesOf } from "../daily/closures_model";
import { answerWords } from "./answer_words";
import { PlaceAudience, partOf, senderOf } from "./department_audience";
import "./desk.css";
import { draftOf, justDone, type Notice, noticeOf } from "./notice_api";
import { EMPTY } from "./notice_draft";
import { NoticeForm } from "./notice_form";
import { StateBadge } from "./notice_list";
import { Withdraw } from "./withdraw";

type Sheet = Schemas["AnswerSheet"];

const LIST = "/so/thong-bao";
const EVERY_MS = 5_000;

export default function DepartmentNotice({ params }: { params: Parameters }) {
  const id = params.id ?? "";
  if (id !== "soan") return <Sent id={id} />;
  return <Compose id={place.value.query.get("id")} />;
}

function Compose({ id }: { id: string | null }) {
  const query = useQuery(
    `so-soan/${id ?? ""}`,
    async () => ({
      chart: await chartOf(),
      notice: id === null ? null : await noticeOf(id, null),
    }),
    { keeps: false },
  );
  return (
    <Page title={id ? N.editTitle() : N.newTitle()} back={LIST}>
      <Loaded query={query}>
        {({ chart, notice }) => <Writing chart={chart} notice={notice} />}
      </Loaded>
    </Page>
  );
}

interface WritingProps {
  chart: Awaited<ReturnType<typeof chartOf>>;
  notice: Notice | null;
}

function Writing({ chart, notice }: WritingProps) {
  const places = useMemo(() => placesOf(chart), [chart]);
  const before = places.filter(({ unitId, schoolId }) =>
    unitId === null ? notice?.school_ids?.includes(schoolId ?? 0) : unitId === notice?.org_unit_id,
  );
  const start = { ...(notice ? draftOf(notice) : EMPTY), parts: before.map(partOf) };
  return (
    <NoticeForm
      senderOf={senderOf}
      notice={notice}
      start={start}
      files="department"
      audience={(parts, fault) => <PlaceAudience places={places} parts={parts} fault={fault} />}
      onDone={(words, sent) => {
        justDone.value = words;
        go(sent ? `${LIST}/${sent.id}` : LIST);
      }}
    />
  );
}

function Sent({ id }: { id: string }) {
  const said = useSignal("");
  const isEnding = useSignal(false);
  const notice = useQuery(`so-thong-bao/${id}`, () => noticeOf(id, null));
  const params = { path: { announcement_id: id } };
  const sheet = useQuery(`so-tra-loi/${id}`, () =>
    of(api.GET("/v1/contact-book/announcements/{announcement_id}/answers", { params })),
  );
  usePolling(sheet, EVERY_MS);
  useEffect(() => {
    said.value = justDone.peek();
    justDone.value = "";
  }, [said]);
  return (
    <Page title={N.answersTitle()} back={LIST} wide>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={notice}>
        {(found) => (
          <Card>
            <div class="across">
              <h2 class="grow">{found.title}</h2>
              <StateBadge state={found.state} />
            </div>
            <p class="desk-quote">{found.body}</p>
            <Attachments items={found.attachments} onStale={() => notice.reload()} />
            {found.withdrawn_reason && (
              <Note tone="bad">{N.isWithdrawn(found.withdrawn_reason)}</Note>
            )}
            {found.may_withdraw && found.state === "published" && (
              <Button kind="danger" class="desk-start" onClick={() => (isEnding.value = true)}>
                {N.withdraw()}
              </Button>
            )}
          </Card>
        )}
      </Loaded>
      <Loaded query={sheet}>
        {(found) => (
          <Sums
            sheet={found}
            onRemind={async () => {
              const { people } = await of(
                api.POST("/v1/contact-book/announcements/{announcement_id}/reminders", { params }),
              );
              said.value = N.reminded(count(people));
              await sheet.reload();
            }}
          />
        )}
      </Loaded>
      {isEnding.value && (
        <Withdraw
          id={id}
          onDone={() => notice.reload()}
          onClose={() => {
            isEnding.value = false;
          }}
        />
      )}
    </Page>
  );
}

function Sums({ sheet, onRemind }: { sheet: Sheet; onRemind: () => Promise<void> }) {
  const sending = useSending();
  const told = sheet.schools.filter((each) => each.is_told).length;
  return (
    <>
      <p class="across">
        <Badge tone={told === sheet.schools.length ? "good" : "wait"}>
          {N.schoolsTold(count(told), count(sheet.schools.length))}
        </Badge>
        {sheet.answer_until && sheet.answer_kind !== "none" && (
          <span class="muted">{N.until(moment(sheet.answer_until))}</span>
        )}
      </p>
      {sheet.reminded_today && <Note>{N.remindedToday()}</Note>}
      {sheet.may_remind && !sheet.reminded_today && (
        <Button
          kind="main"
          icon="bell"
          busy={sending.busy.value}
          onClick={() => void sending.run(onRemind)}
        >
          {N.remind(count(sheet.total.recipients - sheet.total.answered))}
        </Button>
      )}
      <Fault error={sending.failure.value} />
      <BySchool sheet={sheet} />
    </>
  );
}

function BySchool({ sheet }: { sheet: Sheet }) {
  const asks = sheet.answer_kind !== "none";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll-x card" data-scrolls tabIndex={0} aria-label={N.bySchoolTitle()}>
      <table>
        <thead>
          <tr>
            <th scope="col">{N.schoolColumn()}</th>
            <th scope="col" class="number">
              {N.recipients()}
            </th>
            <th scope="col" class="number">
              {N.read()}
            </th>
            {asks && (
              <th scope="col" class="number">
                {N.answered()}
              </th>
            )}
            {asks && <th scope="col">{N.byAnswer()}</th>}
          </tr>
        </thead>
        <tbody>
          {sheet.schools.map((each) => (
            <tr key={each.school_id}>
              <th scope="row">{each.name}</th>
              <td class="number">{each.is_told ? count(each.recipients) : "–"}</td>
              <td class="number">{count(each.read)}</td>
              {asks && <td class="number">{count(each.answered)}</td>}
              {asks && (
                <td>
                  {each.by_answer
                    .map(({ answer, count: n }) =>
                      [answerWords(sheet.answer_kind, answer), count(n)].join(" "),
                    )
                    .join(", ")}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
