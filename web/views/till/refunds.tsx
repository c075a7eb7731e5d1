/** Refunds: asked for, approved by another person, transferred, recorded. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { V } from "../../i18n/till_deposit";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { accountId } from "../../session";
import { AskReason } from "./ask_reason";
import { isAccountant, TillPage, tillPath } from "./frame";
import { KINDS, stateWords } from "./fund";
import { Settle } from "./refund_settle";
import { Rest } from "./rest";
import { briefWords } from "./stay_form";

export type Refund = Schemas["RefundLine"];
type Act = { kind: "approve" | "reject" | "settle" | "restore"; refund: Refund } | null;

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
    <Card aria-label={`${refund.to_holder ?? KINDS[refund.kind]()} ${dong(refund.amount)}`}>
      <div class="till-pair">
        <h2>{dong(refund.amount)}</h2>
        <Badge tone={TONES[refund.state]}>{stateWords(refund)}</Badge>
      </div>
      <What refund={refund} />
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
        {refund.kind !== "transfer" && refund.state === "succeeded" && isAccountant() && (
          <Button onClick={() => (act.value = { kind: "restore", refund })}>{X.restore()}</Button>
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

/** To whom it goes back; what goes out of the books, and for which one; out of which cash box. */
function What({ refund }: { refund: Refund }) {
  if (refund.kind === "transfer")
    return (
      <p>
        {refund.to_holder}
        <br />
        {refund.to_bank} · …{refund.to_number_tail}
        <br />
        <span class="muted small">
          {X.fromAccount()}: {refund.from_account_name}
        </span>
      </p>
    );
  const isStrike = refund.kind === "strike";
  const other = isStrike
    ? ([X.stays(), refund.of ? briefWords(refund.of) : X.wasMissing()] as const)
    : ([V.from(), refund.from_account_name] as const);
  return (
    <>
      <p class="strong">{isStrike ? X.strike() : V.title()}</p>
      <dl class="till-facts">
        <div>
          <dt class="muted small">{isStrike ? X.gone() : X.here()}</dt>
          <dd class="till-memo">{refund.fund && briefWords(refund.fund)}</dd>
        </div>
        <div>
          <dt class="muted small">{other[0]}</dt>
          <dd class="till-memo">{other[1]}</dd>
        </div>
      </dl>
    </>
  );
}

const WORDS = { transfer: M, strike: X, deposit: V } as const;

/** What the second person looks at before; of a transfer back the form says it. */
function approveHint(refund: Refund): string {
  if (refund.kind === "deposit") return V.approveHint();
  return refund.of ? X.approveHint() : X.approveMissingHint();
}

function Acting({ act, onDone }: { act: Signal<Act>; onDone: () => Promise<void> }) {
  const now = act.value;
  if (!now) return null;
  const close = () => {
    act.value = null;
  };
  const { kind, refund } = now;
  if (kind === "settle") return <Settle refund={refund} onClose={close} onDone={onDone} />;
  if (kind === "restore") {
    const back = refund.kind === "deposit" ? V : X;
    return (
      <Confirm
        title={back.restoreAsk(dong(refund.amount))}
        action={X.restore()}
        kind="main"
        onClose={close}
        onYes={async () => {
          const params = { path: { refund_id: refund.id } };
          const body = { school_id: refund.school_id, succeeded: false };
          await of(api.POST("/v1/fees/refunds/{refund_id}/settlement", { params, body }));
          await onDone();
        }}
      >
        <p>{back.restoreHint()}</p>
      </Confirm>
    );
  }
  const isYes = kind === "approve";
  const words = WORDS[refund.kind];
  return (
    <AskReason
      title={isYes ? words.approveAsk(dong(refund.amount)) : words.rejectAsk()}
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
      {refund.kind !== "transfer" && isYes && <p>{approveHint(refund)}</p>}
      <What refund={refund} />
    </AskReason>
  );
}
