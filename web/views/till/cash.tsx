/** Cash at the counter: one takes it, another person confirms. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { accountId } from "../../session";
import { AskReason } from "./ask_reason";
import { CashForm } from "./cash_form";
import { isAccountant, TillPage } from "./frame";
import { Rest } from "./rest";
import { Said } from "./said";

type Intake = Schemas["CashLine"];
type Act = { kind: "confirm" | "cancel"; intake: Intake } | null;

export default function Cash({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const page = (cursor?: string) =>
    of(api.GET("/v1/fees/cash", { params: { query: { school_id: school, cursor, limit: 50 } } }));
  const query = useQuery(`thu-mat/${school}`, () => page(), { keeps: false });
  const isTaking = useSignal(false);
  const said = useSignal("");
  const act = useSignal<Act>(null);
  const add = isAccountant() && (
    <Button kind="main" icon="plus" onClick={() => (isTaking.value = true)}>
      {M.cashTake()}
    </Button>
  );
  return (
    <TillPage school={school} here="thu/tien-mat" title={T.cash()} actions={add}>
      <p class="muted">{M.cashLead()}</p>
      <Said words={said.value} of={query.data.value} />
      <Loaded query={query}>
        {(found) =>
          found.items.length === 0 ? (
            <Empty icon="money" title={M.cashNone()} />
          ) : (
            <>
              <ul class="till-cards">
                {found.items.map((intake) => (
                  <li key={intake.id}>
                    <One intake={intake} act={act} />
                  </li>
                ))}
              </ul>
              <Rest query={query} found={found} page={page} />
            </>
          )
        }
      </Loaded>
      {isTaking.value && (
        <CashForm
          school={school}
          onClose={() => (isTaking.value = false)}
          onSaved={async () => {
            said.value = M.cashTaken();
            await query.reload();
          }}
        />
      )}
      {act.value && <Acting act={act} onDone={query.reload} />}
    </TillPage>
  );
}

const TONES = { taken: "wait", confirmed: "good", cancelled: "plain" } as const;
const STATES = {
  taken: M.taken,
  confirmed: M.confirmedState,
  cancelled: M.cancelled,
} as const;

function One({ intake, act }: { intake: Intake; act: Signal<Act> }) {
  const isOwn = intake.taken_by === accountId.value;
  return (
    <Card aria-label={`${intake.payer} ${dong(intake.amount)}`}>
      <div class="till-pair">
        <h2>{dong(intake.amount)}</h2>
        <Badge tone={TONES[intake.state]}>{STATES[intake.state]()}</Badge>
      </div>
      <p>
        {M.cashPayer()}: <strong>{intake.payer}</strong>
      </p>
      {intake.shares.map((share) => (
        <p key={share.invoice_id} class="till-pair small">
          <span>
            {share.student_name} · {share.pay_ref}
          </span>
          <span>{dong(share.amount)}</span>
        </p>
      ))}
      <p class="muted small">
        {T.asked(intake.taken_by_name ?? "", moment(intake.taken_at))}
        {intake.decided_at && (
          <>
            <br />
            {T.decided(intake.decided_by_name ?? "", moment(intake.decided_at))}
            {intake.cancel_reason && `: ${intake.cancel_reason}`}
          </>
        )}
      </p>
      {intake.state === "taken" && (
        <div class="across">
          {isOwn ? (
            <span class="muted grow">{M.cashOwn()}</span>
          ) : (
            <Button kind="main" onClick={() => (act.value = { kind: "confirm", intake })}>
              {M.cashConfirm()}
            </Button>
          )}
          <Button kind="quiet" onClick={() => (act.value = { kind: "cancel", intake })}>
            {M.cashCancel()}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Acting({ act, onDone }: { act: Signal<Act>; onDone: () => Promise<void> }) {
  const now = act.value;
  if (!now) return null;
  const close = () => {
    act.value = null;
  };
  const { school_id, id, amount } = now.intake;
  const params = { path: { intake_id: id } };
  if (now.kind === "cancel")
    return (
      <AskReason
        title={M.cashCancelAsk()}
        action={M.cashCancel()}
        onClose={close}
        onSend={async (reason) => {
          const body = { school_id, reason };
          await of(api.POST("/v1/fees/cash/{intake_id}/cancellation", { params, body }));
          await onDone();
        }}
      />
    );
  return (
    <Confirm
      title={M.cashConfirmAsk(dong(amount))}
      action={M.cashConfirm()}
      kind="main"
      onClose={close}
      onYes={async () => {
        const body = { school_id };
        await of(api.POST("/v1/fees/cash/{intake_id}/confirmation", { params, body }));
        await onDone();
      }}
    >
      <p>{M.cashConfirmHint()}</p>
    </Confirm>
  );
}
