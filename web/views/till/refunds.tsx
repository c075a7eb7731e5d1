/** Refunds: asked for, approved by another person, transferred, recorded. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { accountId } from "../../session";
import { AskReason } from "./ask_reason";
import { isAccountant, TillPage, tillPath } from "./frame";
import { Settle } from "./refund_settle";
import { Rest } from "./rest";

export type Refund = Schemas["RefundLine"];
type Act = { kind: "approve" | "reject" | "settle"; refund: Refund } | null;

export default function Refunds({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/refunds", {
        params: { query: { school_id: school, cursor, limit: 50 } },
      }),
    );
  const query = useQuery(`thu-hoan/${school}`, () => page(), { keeps: false });
  const act = useSignal<Act>(null);
  return (
    <TillPage school={school} here="thu/hoan-tien" title={T.refunds()}>
      <p class="muted">{M.refundLead()}</p>
      <Loaded query={query}>
        {(found) =>
          found.items.length === 0 ? (
            <Empty icon="undo" title={M.refundNone()} />
          ) : (
            <>
              <ul class="till-cards">
                {found.items.map((refund) => (
                  <li key={refund.id}>
                    <One refund={refund} act={act} />
                  </li>
                ))}
              </ul>
              <Rest query={query} found={found} page={page} />
            </>
          )
        }
      </Loaded>
      {act.value && <Acting act={act} onDone={query.reload} />}
    </TillPage>
  );
}

const TONES = {
  requested: "wait",
  sent: "late",
  succeeded: "good",
  failed: "bad",
  rejected: "plain",
} as const;

function One({ refund, act }: { refund: Refund; act: Signal<Act> }) {
  return (
    <Card aria-label={`${refund.to_holder} ${dong(refund.amount)}`}>
      <div class="till-pair">
        <h2>{dong(refund.amount)}</h2>
        <Badge tone={TONES[refund.state]}>{M[refund.state]()}</Badge>
      </div>
      <p>
        {refund.to_holder}
        <br />
        {refund.to_bank} · …{refund.to_number_tail}
      </p>
      <p>{refund.reason}</p>
      <p class="muted small">
        {T.asked(refund.requested_by_name ?? "", moment(refund.requested_at))}
        {refund.decided_at && (
          <>
            <br />
            {T.decided(refund.decided_by_name ?? "", moment(refund.decided_at))}
            {refund.decided_reason && `: ${refund.decided_reason}`}
          </>
        )}
        {refund.bank_ref && (
          <>
            <br />
            {M.bankRef()}: {refund.bank_ref}
          </>
        )}
      </p>
      {refund.state === "requested" &&
        (refund.requested_by === accountId.value ? (
          <p class="muted">{M.ownRequest()}</p>
        ) : (
          <div class="across">
            <Button kind="main" onClick={() => (act.value = { kind: "approve", refund })}>
              {T.approve()}
            </Button>
            <Button onClick={() => (act.value = { kind: "reject", refund })}>{T.reject()}</Button>
          </div>
        ))}
      <div class="across">
        {refund.state === "sent" && isAccountant() && (
          <Button kind="main" onClick={() => (act.value = { kind: "settle", refund })}>
            {M.settle()}
          </Button>
        )}
        {isAccountant() && (
          <a class="button quiet" href={tillPath(refund.school_id, "thu/tien-ve", refund.fund_id)}>
            {M.toFund()}
          </a>
        )}
      </div>
    </Card>
  );
}

function Acting({ act, onDone }: { act: Signal<Act>; onDone: () => Promise<void> }) {
  const now = act.value;
  if (!now) return null;
  const close = () => {
    act.value = null;
  };
  const { kind, refund } = now;
  if (kind === "settle") return <Settle refund={refund} onClose={close} onDone={onDone} />;
  const isYes = kind === "approve";
  return (
    <AskReason
      title={isYes ? M.approveAsk(dong(refund.amount)) : M.rejectAsk()}
      action={isYes ? T.approve() : T.reject()}
      kind={isYes ? "main" : "danger"}
      isOptional={isYes}
      onClose={close}
      onSend={async (reason) => {
        await of(
          api.POST("/v1/fees/refunds/{refund_id}/decision", {
            params: { path: { refund_id: refund.id } },
            body: { school_id: refund.school_id, decision: kind, reason: reason || null },
          }),
        );
        await onDone();
      }}
    >
      <p>
        {refund.to_holder} · {refund.to_bank} …{refund.to_number_tail}
      </p>
    </AskReason>
  );
}
