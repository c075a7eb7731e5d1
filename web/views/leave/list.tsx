/** What was asked for, how it stands, and the way to take it back. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Loaded } from "../../components/ui";
import { V } from "../../i18n/leave";
import { spanWords, stateTone, stateWords } from "../../leave";
import type { Query } from "../../query";
import { Paper } from "./paper";
import { type LeaveRequest, put } from "./requests";
import "./leave.css";

export function LeaveList({ query }: { query: Query<LeaveRequest[]> }) {
  const leaving = useSignal<LeaveRequest | null>(null);
  async function withdraw(request: LeaveRequest): Promise<void> {
    const params = { path: { request_id: request.id } };
    put(query, await of(api.POST("/v1/leave-requests/{request_id}/withdrawal", { params })));
  }
  return (
    <Card aria-label={V.mine()}>
      <h2>{V.mine()}</h2>
      <Loaded query={query}>
        {(requests) =>
          requests.length === 0 ? (
            <p class="muted">{V.noneYet()}</p>
          ) : (
            <ul class="plain-list">
              {requests.map((each) => (
                <li key={each.id}>
                  <Line
                    request={each}
                    onWithdraw={() => {
                      leaving.value = each;
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {leaving.value && (
        <Confirm
          title={V.withdrawAsk()}
          action={V.withdraw()}
          onYes={() => withdraw(leaving.value as LeaveRequest)}
          onClose={() => {
            leaving.value = null;
          }}
        >
          <p class="strong">{spanWords(leaving.value)}</p>
          <p>{leaving.value.person_kind === "staff" ? V.withdrawOwnHint() : V.withdrawHint()}</p>
        </Confirm>
      )}
    </Card>
  );
}

function Line({ request, onWithdraw }: { request: LeaveRequest; onWithdraw: () => void }) {
  return (
    <div class="row leave-item">
      <span class="grow">
        <strong>{spanWords(request)}</strong>
        <span class="muted">{request.reason}</span>
        <Answer request={request} />
        {request.may_see_paper && request.has_paper && <Paper requestId={request.id} />}
      </span>
      <Badge tone={stateTone(request.state)}>{stateWords(request.state)}</Badge>
      {request.may_withdraw && (
        <Button kind="quiet" icon="undo" onClick={onWithdraw}>
          {V.withdraw()}
        </Button>
      )}
    </div>
  );
}

/** What the school has said to it. */
export function Answer({ request }: { request: LeaveRequest }) {
  if (!request.decision_reason) return null;
  return (
    <span>
      {V.answered(request.decided_by ?? V.school())}:{" "}
      <q class="leave-said">{request.decision_reason}</q>
    </span>
  );
}
