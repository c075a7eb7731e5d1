/** Messages that somebody wants judged: what they said, the decision, and who may not write. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Dialog, Empty, Fault, Loaded, Note } from "../../components/ui";
import { moment } from "../../format";
import { W } from "../../i18n/desk_office";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Blocks } from "./blocks";
import { Words } from "./day_lessons";
import { BookPage } from "./frame";
import { StopWriting } from "./thread_block";

type Report = Schemas["MessageReport"];
type Tab = "open" | "all" | "blocks";

export default function Reports({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const tab = useSignal<Tab>("open");
  const said = useSignal("");
  const names = { open: W.open(), all: W.allReports(), blocks: W.blocksTab() };
  const say = (words: string) => {
    said.value = words;
  };
  return (
    <BookPage school={school} here="reports" title={W.reportsTitle()}>
      <p class="muted">{W.reportsLead()}</p>
      <fieldset class="desk-chips">
        <legend class="sr-only">{W.which()}</legend>
        {(["open", "all", "blocks"] as const).map((each) => (
          <Button
            key={each}
            aria-pressed={tab.value === each}
            onClick={() => {
              tab.value = each;
            }}
          >
            {names[each]}
          </Button>
        ))}
      </fieldset>
      {said.value && <Note tone="good">{said.value}</Note>}
      {tab.value === "blocks" ? (
        <Blocks school={school} onSaid={say} />
      ) : (
        <Listed key={tab.value} school={school} state={tab.value} onSaid={say} />
      )}
    </BookPage>
  );
}

interface ListedProps {
  school: number;
  state: "open" | "all";
  onSaid: (words: string) => void;
}

function Listed({ school, state, onSaid }: ListedProps) {
  const query = useQuery(
    `bao-cao/${school}/${state}`,
    async () => {
      const params = { path: { school_id: school }, query: { state, limit: 100 } };
      return (await of(api.GET("/v1/schools/{school_id}/message-reports", { params }))).items;
    },
    { keeps: false },
  );
  return (
    <Loaded query={query}>
      {(reports) =>
        reports.length === 0 ? (
          <Empty icon="check" title={W.noReports()}>
            {state === "open" && W.noReportsHint()}
          </Empty>
        ) : (
          <ul class="plain-list stack">
            {reports.map((each) => (
              <li key={each.id}>
                <OneReport
                  school={school}
                  report={each}
                  onDone={async (words) => {
                    onSaid(words);
                    await query.reload();
                  }}
                />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function whoWords(kind: Report["author_kind"], name: string): string {
  return kind === "guardian" ? W.fromGuardian(name) : W.fromStaff(name);
}

interface OneProps {
  school: number;
  report: Report;
  onDone: (words: string) => Promise<void>;
}

function OneReport({ school, report, onDone }: OneProps) {
  const doing = useSignal<"decide" | "stop" | null>(null);
  const close = () => {
    doing.value = null;
  };
  const marks = [
    report.edited_at ? W.edited() : null,
    report.taken_back_at ? W.takenBack() : null,
    moment(report.sent_at),
  ];
  return (
    <Card aria-label={report.author_name}>
      <p class="across">
        <strong class="grow">{whoWords(report.author_kind, report.author_name)}</strong>
        {report.decision && (
          <Badge tone={report.decision === "upheld" ? "bad" : "good"}>{W[report.decision]()}</Badge>
        )}
      </p>
      <blockquote class="desk-quote">{report.text}</blockquote>
      {report.edits.map((edit) => (
        <details key={edit.nth}>
          <summary>{W.before()}</summary>
          <blockquote class="desk-quote">{edit.text}</blockquote>
        </details>
      ))}
      <p class="muted small">
        {[...marks, W.aboutPupil(report.student_name)].filter(Boolean).join(" · ")}
      </p>
      <p>{W.why(report.reason)}</p>
      <p class="muted small">
        {W.reportedBy(
          whoWords(report.reporter_kind, report.reporter_name),
          moment(report.created_at),
        )}
      </p>
      {report.decided_at && (
        <p class="small">
          {[report.decision_note, W.decidedBy(report.decided_by ?? "", moment(report.decided_at))]
            .filter(Boolean)
            .join(" · ")}
        </p>
      )}
      <div class="across">
        <a class="button" href={`/tin-nhan/${school}/${report.thread_id}`}>
          <Icon name="chat" />
          {W.read()}
        </a>
        {report.author_kind === "guardian" && (
          <Button kind="danger" onClick={() => (doing.value = "stop")}>
            {W.stop()}
          </Button>
        )}
        {!report.decision && (
          <Button kind="main" onClick={() => (doing.value = "decide")}>
            {W.decideTitle()}
          </Button>
        )}
      </div>
      {doing.value === "decide" && (
        <Decide school={school} report={report} onDone={onDone} onClose={close} />
      )}
      {doing.value === "stop" && (
        <StopWriting
          threadId={report.thread_id}
          messageId={report.message_id}
          name={report.author_name}
          onDone={() => onDone(W.stopped())}
          onClose={close}
        />
      )}
    </Card>
  );
}

interface DecideProps extends OneProps {
  onClose: () => void;
}

function Decide({ school, report, onDone, onClose }: DecideProps) {
  const note = useSignal("");
  const sending = useSending();
  function decide(decision: "upheld" | "dismissed"): void {
    void sending.run(async () => {
      const params = { path: { school_id: school, report_id: report.id } };
      const body = { decision, note: note.peek().trim() };
      await of(
        api.POST("/v1/schools/{school_id}/message-reports/{report_id}/decision", { params, body }),
      );
      onClose();
      await onDone(W.decided());
    });
  }
  return (
    <Dialog title={W.decideTitle()} onClose={onClose}>
      <blockquote class="desk-quote">{report.text}</blockquote>
      <p>{W.why(report.reason)}</p>
      <Words
        label={W.note()}
        hint={W.noteHint()}
        rows={2}
        maxLength={500}
        value={note.value}
        fault={undefined}
        onChange={(words) => {
          note.value = words;
        }}
      />
      <Fault error={sending.failure.value} />
      <div class="desk-chips">
        <Button disabled={sending.busy.value} onClick={() => decide("dismissed")}>
          {W.dismissed()}
        </Button>
        <Button kind="danger" disabled={sending.busy.value} onClick={() => decide("upheld")}>
          {W.upheld()}
        </Button>
      </div>
    </Dialog>
  );
}
