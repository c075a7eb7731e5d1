/** What pupils need not pay: asked for by an accountant, decided by the principal. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { W } from "../../i18n/till_setup";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { AskReason } from "./ask_reason";
import { dayShort } from "./days";
import { isAccountant, TillPage } from "./frame";
import { Chips } from "./inputs";
import { Rest } from "./rest";
import { Said } from "./said";
import { WaiverForm } from "./waiver_form";

type Waiver = Schemas["WaiverShown"];
type State = Waiver["state"] | "all";

export default function Waivers({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const state = useSignal<State>(isAccountant() ? "all" : "requested");
  const isAsking = useSignal(false);
  const said = useSignal("");
  const turn = useSignal(0);
  const add = isAccountant() && (
    <Button kind="main" icon="plus" onClick={() => (isAsking.value = true)}>
      {W.add()}
    </Button>
  );
  return (
    <TillPage school={school} here="thu/mien-giam" title={T.waivers()} actions={add}>
      <p class="muted">{W.lead()}</p>
      <Said words={said.value} of={turn.value} />
      <Chips
        label={W.state()}
        value={state}
        options={[
          ["requested", W.requested()],
          ["approved", W.approved()],
          ["rejected", W.rejected()],
          ["all", T.all()],
        ]}
      />
      <List key={`${state.value}/${turn.value}`} school={school} state={state.value} />
      {isAsking.value && (
        <WaiverForm
          school={school}
          onClose={() => (isAsking.value = false)}
          onSaved={() => {
            said.value = W.sent();
            turn.value += 1;
          }}
        />
      )}
    </TillPage>
  );
}

type Act = { kind: "approve" | "reject" | "end"; waiver: Waiver } | null;

function List({ school, state }: { school: number; state: State }) {
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/waivers", {
        params: { query: { school_id: school, state, cursor, limit: 50 } },
      }),
    );
  const query = useQuery(`thu-mien/${school}/${state}`, () => page(), { keeps: false });
  const act = useSignal<Act>(null);
  return (
    <Loaded query={query}>
      {(found) =>
        found.items.length === 0 ? (
          <Empty icon="people" title={W.none()} />
        ) : (
          <>
            <ul class="till-cards">
              {found.items.map((waiver) => (
                <li key={waiver.id}>
                  <One waiver={waiver} act={act} />
                </li>
              ))}
            </ul>
            <Rest query={query} found={found} page={page} />
            {act.value && <Acting act={act} onDone={query.reload} />}
          </>
        )
      }
    </Loaded>
  );
}

const TONES = { requested: "wait", approved: "good", rejected: "bad", ended: "plain" } as const;

function One({ waiver, act }: { waiver: Waiver; act: Signal<Act> }) {
  const less = waiver.kind === "percent" ? `${waiver.value}%` : dong(waiver.value);
  return (
    <Card aria-label={waiver.student_name}>
      <div class="till-pair">
        <h2>{waiver.student_name}</h2>
        <Badge tone={TONES[waiver.state]}>{W[waiver.state]()}</Badge>
      </div>
      <p>
        <strong>− {less}</strong> · {waiver.item_name ?? W.everyItem()}
      </p>
      <p class="muted small">
        {[
          waiver.class_name && T.classOf(waiver.class_name),
          W[waiver.ground](),
          W.until(dayShort(waiver.from_day), dayShort(waiver.to_day)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <p>{waiver.reason}</p>
      <p class="muted small">
        {T.asked(waiver.requested_by ?? "", moment(waiver.requested_at))}
        {waiver.decided_at && (
          <>
            <br />
            {T.decided(waiver.decided_by ?? "", moment(waiver.decided_at))}
            {waiver.decided_reason && `: ${waiver.decided_reason}`}
          </>
        )}
      </p>
      <div class="across">
        {waiver.may_decide && waiver.state === "requested" && (
          <>
            <Button kind="main" onClick={() => (act.value = { kind: "approve", waiver })}>
              {T.approve()}
            </Button>
            <Button onClick={() => (act.value = { kind: "reject", waiver })}>{T.reject()}</Button>
          </>
        )}
        {waiver.state === "approved" && (
          <Button kind="quiet" onClick={() => (act.value = { kind: "end", waiver })}>
            {W.endNow()}
          </Button>
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
  const { kind, waiver } = now;
  const params = { path: { waiver_id: waiver.id }, query: { school_id: waiver.school_id } };
  if (kind === "end")
    return (
      <Confirm
        title={W.endAsk()}
        action={W.endNow()}
        onClose={close}
        onYes={async () => {
          await of(api.POST("/v1/fees/waivers/{waiver_id}/end", { params }));
          await onDone();
        }}
      >
        <p>{W.endHint()}</p>
      </Confirm>
    );
  return (
    <AskReason
      title={kind === "approve" ? W.approveAsk() : W.rejectAsk()}
      action={kind === "approve" ? T.approve() : T.reject()}
      kind={kind === "approve" ? "main" : "danger"}
      label={W.decidedReason()}
      isOptional={kind === "approve"}
      onClose={close}
      onSend={async (reason) => {
        const body = { decision: kind, reason };
        await of(api.POST("/v1/fees/waivers/{waiver_id}/decision", { params, body }));
        await onDone();
      }}
    >
      <p>
        <strong>{waiver.student_name}</strong>
      </p>
    </AskReason>
  );
}
