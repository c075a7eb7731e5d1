/** Before bills go out: what they would be, and what to look at; then out they go. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { useSending } from "../../components/form";
import { Progress } from "../../components/progress";
import { Button, Card, Fault, Note } from "../../components/ui";
import { wordsOf } from "../../failure";
import { count } from "../../format";
import { T } from "../../i18n/till";
import { S, WARN } from "../../i18n/till_setup";
import { dong, percentOf } from "../../money";
import { Select } from "../office/inputs";
import type { SchoolClass } from "../office/lists";
import { whomOptions } from "./charges";
import { scopeOf } from "./charges_model";
import { tillPath } from "./frame";
import { type Issued, type IssueStage, issuingOf } from "./issuing";
import type { Period } from "./lists";
import { PreviewTables } from "./preview";

export type Preview = Schemas["Preview"];

interface Props {
  period: Period;
  classes: readonly SchoolClass[];
  onIssued: () => Promise<void>;
}

export function Issue({ period, classes, onIssued }: Props) {
  const issuing = issuingOf(period.school_id, period.id);
  const stage = issuing.stage.value;
  const whom = useSignal("school");
  const preview = useSignal<Preview | null>(null);
  const isAsking = useSignal(false);
  const sending = useSending();

  async function look(): Promise<void> {
    issuing.forget();
    preview.value = await previewOf(period, whom.value);
  }

  if (stage.at === "job") return <Running stage={stage} />;
  return (
    <>
      {stage.at === "done" && <Done period={period} issued={stage.issued} />}
      {stage.at === "failed" && (
        <Note tone="bad">
          <strong>{S.issueFailed()}</strong>
          <p>{wordsOf(stage.error)}</p>
        </Note>
      )}
      <Card>
        <h2>{S.preview()}</h2>
        <p class="muted">{S.previewLead()}</p>
        <div class="till-add">
          <Whom whom={whom} classes={classes} onChange={() => (preview.value = null)} />
          <Button
            kind={preview.value ? "plain" : "main"}
            busy={sending.busy.value}
            onClick={() => void sending.run(look)}
          >
            {S.preview()}
          </Button>
        </div>
        <Fault error={sending.failure.value} />
        {preview.value && stage.at !== "done" && (
          <Judged
            period={period}
            whom={whom.value}
            preview={preview}
            onIssue={() => (isAsking.value = true)}
          />
        )}
      </Card>
      {isAsking.value && preview.value && (
        <Confirm
          title={asking(preview.value)}
          action={S.issue()}
          kind="main"
          onClose={() => (isAsking.value = false)}
          onYes={async () => {
            const { scope, ref } = scopeOf(whom.peek());
            const seen = preview.peek();
            if (!seen) return;
            await issuing.start(scope, ref, seen.sums.total + seen.offers.total);
            preview.value = null;
            await onIssued();
          }}
        >
          <p>{S.issueHint()}</p>
        </Confirm>
      )}
    </>
  );
}

function asking({ sums, offers }: Preview): string {
  if (sums.bills === 0) return S.issueAskOffers(count(offers.bills));
  return S.issueAsk(count(sums.bills + offers.bills), dong(sums.total));
}

export async function previewOf(period: Period, whom: string, cursor?: string): Promise<Preview> {
  return await of(
    api.POST("/v1/fees/periods/{period_id}/preview", {
      params: { path: { period_id: period.id }, query: { cursor } },
      body: { school_id: period.school_id, ...scopeOf(whom) },
    }),
  );
}

interface WhomProps {
  whom: Signal<string>;
  classes: readonly SchoolClass[];
  onChange: () => void;
}

function Whom({ whom, classes, onChange }: WhomProps) {
  return (
    <div onChange={onChange}>
      <Select label={S.issueScope()} value={whom} options={whomOptions(classes)} />
    </div>
  );
}

interface JudgedProps {
  period: Period;
  whom: string;
  preview: Signal<Preview | null>;
  onIssue: () => void;
}

function Judged({ period, whom, preview, onIssue }: JudgedProps) {
  const seen = preview.value;
  if (!seen) return null;
  const bills = seen.sums.bills + seen.offers.bills;
  return (
    <div class="stack" aria-live="polite">
      <dl class="till-figures">
        <Figure name={T.bills()} value={count(bills)} />
        <Figure name={S.asked()} value={dong(seen.sums.asked)} />
        <Figure name={S.waived()} value={dong(seen.sums.waived)} />
        <Figure name={S.toPay()} value={dong(seen.sums.total)} />
      </dl>
      <Warnings warnings={seen.warnings} />
      {bills === 0 ? (
        <Note>{S.nothingToIssue()}</Note>
      ) : (
        <Button kind="main" class="till-start" disabled={!seen.can_issue} onClick={onIssue}>
          {S.issue()}
        </Button>
      )}
      <PreviewTables
        preview={seen}
        onMore={async (cursor) => {
          const next = await previewOf(period, whom, cursor);
          preview.value = { ...next, items: [...seen.items, ...next.items] };
        }}
      />
    </div>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Warnings({ warnings }: { warnings: Preview["warnings"] }) {
  return (
    <>
      {warnings.map((each) => (
        <Note key={`${each.kind}/${each.item_id}`} tone={each.blocks ? "bad" : "late"}>
          <strong>
            {WARN[each.kind](count(each.count))}
            {each.item_name && `: ${each.item_name}`}
            {each.amount != null && ` (${dong(each.amount)})`}
          </strong>
          {each.student_names.length > 0 && (
            <p class="small">
              {each.student_names.join(", ")}
              {each.count > each.student_names.length && "…"}
            </p>
          )}
        </Note>
      ))}
    </>
  );
}

function Running({ stage }: { stage: Extract<IssueStage, { at: "job" }> }) {
  const percent = percentOf(stage.done, stage.total) ?? 0;
  return (
    <Card aria-live="polite">
      <p class="strong">{stage.isQueued ? S.queued() : S.issuing(count(percent))}</p>
      <Progress done={stage.done} total={stage.total} label={S.issue()} />
      <p class="muted">{S.mayLeave()}</p>
    </Card>
  );
}

function Done({ period, issued }: { period: Period; issued: Issued }) {
  return (
    <Note tone="good">
      {(issued.invoices > 0 || issued.offers === 0) && (
        <strong>{S.issued(count(issued.invoices), dong(issued.total))}</strong>
      )}
      {issued.offers > 0 && <p>{S.issuedOffers(count(issued.offers))}</p>}
      {issued.credit > 0 && <p>{S.issuedCredit(dong(issued.credit))}</p>}
      <p>{S.issuedTold(count(issued.told))}</p>
      <a class="button" href={`${tillPath(period.school_id, "thu/phieu")}?dot=${period.id}`}>
        {S.seeBills()}
      </a>
    </Note>
  );
}
