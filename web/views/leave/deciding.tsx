/** Requests that wait for the caller: opened, read with the note, approved or not. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Dialog, Fault } from "../../components/ui";
import { moment, schoolDay } from "../../format";
import { V } from "../../i18n/leave";
import { spanWords, stateTone, stateWords } from "../../leave";
import { Answer } from "./list";
import { Paper } from "./paper";
import { type LeaveRequest, whoOf } from "./requests";
import "./leave.css";

interface Props {
  requests: readonly LeaveRequest[];
  title: string;
  /** Whose class it is, where there are several. */
  withClass: boolean;
  onDecided: (request: LeaveRequest) => void;
}

/** A card with what is to be decided; nothing where there is nothing. */
export function LeaveToDecide({ requests, title, withClass, onDecided }: Props) {
  const opened = useSignal<LeaveRequest | null>(null);
  if (requests.length === 0 && opened.value === null) return null;
  return (
    <Card class="leave-wait" aria-label={title}>
      <h2 class="across">
        {title} <Badge tone="wait">{requests.length}</Badge>
      </h2>
      <LeaveRows
        requests={requests}
        withClass={withClass}
        onOpen={(request) => {
          opened.value = request;
        }}
      />
      {opened.value && (
        <LeaveDialog
          request={opened.value}
          onDecided={onDecided}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </Card>
  );
}

interface RowsProps {
  requests: readonly LeaveRequest[];
  withClass: boolean;
  onOpen: (request: LeaveRequest) => void;
}

export function LeaveRows({ requests, withClass, onOpen }: RowsProps) {
  return (
    <ul class="plain-list">
      {requests.map((each) => (
        <li key={each.id} class="row leave-item">
          <span class="grow">
            <strong>
              {[whoOf(each), withClass ? each.class_name : null].filter(Boolean).join(" · ")}
            </strong>
            <span>{spanWords(each)}</span>
            <span class="muted">
              {[each.reason, each.has_paper ? V.withNote() : null].filter(Boolean).join(" · ")}
            </span>
            {each.state === "pending" && each.approved_first_by && (
              <span class="muted">{V.approvedFirst(each.approved_first_by)}</span>
            )}
          </span>
          {each.state !== "pending" && (
            <Badge tone={stateTone(each.state)}>{stateWords(each.state)}</Badge>
          )}
          <Button aria-label={V.lookAt(whoOf(each))} onClick={() => onOpen(each)}>
            {V.look()}
          </Button>
        </li>
      ))}
    </ul>
  );
}

interface DialogProps {
  request: LeaveRequest;
  onDecided: (request: LeaveRequest) => void;
  onClose: () => void;
}

export function LeaveDialog({ request, onDecided, onClose }: DialogProps) {
  const by =
    request.requested_by ?? (request.requested_as === "guardian" ? V.family() : V.school());
  return (
    <Dialog title={whoOf(request)} onClose={onClose}>
      <div class="stack-small">
        <p class="strong">{spanWords(request)}</p>
        <p>
          <q class="leave-said">{request.reason}</q>
        </p>
        <p class="muted small">{V.askedBy(by, moment(request.created_at))}</p>
        <p>
          <Badge tone={stateTone(request.state)}>{stateWords(request.state)}</Badge>
        </p>
        <Answer request={request} />
        {request.state === "pending" && request.approved_first_by && (
          <p>{V.approvedFirst(request.approved_first_by)}</p>
        )}
        {request.has_paper && request.may_see_paper && <Paper requestId={request.id} />}
      </div>
      {request.may_decide && (
        <Decide
          request={request}
          onDecided={(after) => {
            onDecided(after);
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}

type Decision = "approve" | "reject";

interface DecideProps {
  request: LeaveRequest;
  onDecided: (request: LeaveRequest) => void;
}

function Decide({ request, onDecided }: DecideProps) {
  const id = useId();
  const sending = useSending();
  const words = useSignal("");
  const isMissing = useSignal(false);
  const isStaff = request.person_kind === "staff";
  const takesTwo =
    !request.approved_first_by && request.from_day.slice(0, 7) < schoolDay().slice(0, 7);

  async function decide(decision: Decision): Promise<void> {
    const reason = words.peek().trim();
    isMissing.value = decision === "reject" && !reason;
    if (isMissing.peek()) {
      document.getElementById(id)?.focus();
      return;
    }
    await sending.run(async () => {
      const params = { path: { request_id: request.id } };
      const body = { decision, reason };
      onDecided(await of(api.POST("/v1/leave-requests/{request_id}/decision", { params, body })));
    });
  }

  return (
    <div class="stack">
      <div class="field">
        <label for={id}>{isStaff ? V.wordsOwn() : V.words()}</label>
        <textarea
          id={id}
          rows={2}
          maxLength={500}
          value={words.value}
          aria-invalid={isMissing.value}
          aria-describedby={`${id}-more`}
          onInput={(event) => {
            words.value = event.currentTarget.value;
            isMissing.value = false;
          }}
        />
        <p id={`${id}-more`} class={isMissing.value ? "fault" : "hint"}>
          {isMissing.value ? V.wordsMissing() : V.wordsHint()}
        </p>
      </div>
      {!isStaff && <p class="hint">{takesTwo ? V.approveFirstHint() : V.approveHint()}</p>}
      <Fault error={sending.failure.value} />
      <div class="segments leave-verdict">
        <Button kind="danger" disabled={sending.busy.value} onClick={() => void decide("reject")}>
          {V.reject()}
        </Button>
        <Button kind="main" disabled={sending.busy.value} onClick={() => void decide("approve")}>
          {V.approve()}
        </Button>
      </div>
    </div>
  );
}
