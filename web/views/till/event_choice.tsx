/** A notice that may be money: what it says beside the money that it may be, and the choice. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Dialog, Fault, Note } from "../../components/ui";
import { Refusal } from "../../failure";
import { clock, schoolDay } from "../../format";
import { C } from "../../i18n/common";
import { E } from "../../i18n/till_events";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { dayShort } from "./days";
import { tillPath } from "./frame";

export type Event = Schemas["GatewayEvent"];
type Fund = Schemas["AlikeFund"];

export interface Decided {
  words: string;
  fund: string | null;
}

/** A fund: it is that one. */
type Answer = Fund | "new" | "not_there";

interface Props {
  school: number;
  event: Event;
  onDecided: (done: Decided) => Promise<void>;
  /** Something else is true by now, as the words say: the list is asked again. */
  onMoved: (words: unknown) => Promise<void>;
}

export function EventChoice(props: Props) {
  const { school, event } = props;
  const asks = useSignal<Answer | null>(null);
  const sum = dong(event.amount ?? 0);
  return (
    <Card aria-label={`${sum} ${event.memo ?? ""}`} class="event-choice">
      <p class="muted small">{event.outcome === "ended" ? E.ended() : E.differs()}</p>
      <div class="event-sides">
        <section class="event-side">
          <h3>{E.told()}</h3>
          <strong class="till-money till-start">{sum}</strong>
          <span class="till-memo">{event.memo || M.noMemo()}</span>
          <span class="muted small">
            {[
              event.transferred_at && dayShort(schoolDay(event.transferred_at)),
              event.transferred_at && clock(event.transferred_at),
              event.bank_ref,
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </section>
        <section class="event-side event-alike">
          <h3>{E.alike()}</h3>
          {event.alike.length === 0 && <p class="muted">{E.alikeNone()}</p>}
          {event.alike.map((fund) => (
            <AlikeOne
              key={fund.id}
              school={school}
              fund={fund}
              onChoose={() => (asks.value = fund)}
            />
          ))}
        </section>
        <div class="event-acts">
          <Button onClick={() => (asks.value = "new")}>{E.isNew()}</Button>
          <Button kind="quiet" onClick={() => (asks.value = "not_there")}>
            {E.isNotThere()}
          </Button>
        </div>
      </div>
      {asks.value && <Sure {...props} answer={asks.value} onClose={() => (asks.value = null)} />}
    </Card>
  );
}

interface AlikeProps {
  school: number;
  fund: Fund;
  onChoose: () => void;
}

function AlikeOne({ school, fund, onChoose }: AlikeProps) {
  return (
    <div class="event-fund">
      <strong class="till-money till-start">{dong(fund.amount)}</strong>
      <span class="till-memo">{fund.memo || M.noMemo()}</span>
      <span class="muted small">
        {[dayShort(fund.day), clock(fund.received_at), fund.bank_ref].filter(Boolean).join(" · ")}
      </span>
      <span class="across">
        {fund.in_statement && <Badge tone="good">{E.inStatement()}</Badge>}
        {fund.was_told && <Badge tone="good">{E.wasTold()}</Badge>}
        <a class="small" href={tillPath(school, "thu/tien-ve", fund.id)}>
          {M.toFund()}
        </a>
      </span>
      <Button class="till-start" onClick={onChoose}>
        {E.isKnown()}
      </Button>
    </div>
  );
}

interface SureProps extends Props {
  answer: Answer;
  onClose: () => void;
}

function Sure({ school, event, answer, onClose, onDecided, onMoved }: SureProps) {
  const sending = useSending();
  const fund = typeof answer === "string" ? null : answer;
  const words = wordsFor(answer, dong(event.amount ?? 0));
  const decide = () =>
    sending.run(async () => {
      const body = {
        school_id: school,
        merchant_id: event.merchant_id,
        event_key: event.event_key,
        decision: typeof answer === "string" ? answer : ("known" as const),
        fund_id: fund?.id,
        other_than: event.alike.map((each) => each.id),
      };
      try {
        const done = await of(api.POST("/v1/fees/events/decision", { body }));
        await onDecided({ words: words.done, fund: done.fund_id });
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 409) throw error;
        onClose();
        await onMoved(error);
      }
    });
  return (
    <Dialog title={words.ask} onClose={onClose}>
      <p>{words.hint}</p>
      {fund && fund.amount !== event.amount && (
        <Note tone="late">{E.knownOther(dong(event.amount ?? 0))}</Note>
      )}
      {answer === "new" && event.alike.length > 0 && <Note tone="late">{E.newBeside()}</Note>}
      <Fault error={sending.failure.value} />
      <div class="across end">
        <Button onClick={onClose}>{C.cancel()}</Button>
        <Button kind="main" busy={sending.busy.value} onClick={() => void decide()}>
          {words.do}
        </Button>
      </div>
    </Dialog>
  );
}

function wordsFor(answer: Answer, sum: string) {
  if (answer === "new")
    return { ask: E.newAsk(sum), hint: E.newHint(), do: E.newDo(), done: E.newDone(sum) };
  if (answer === "not_there")
    return {
      ask: E.notThereAsk(sum),
      hint: E.notThereHint(),
      do: E.notThereDo(),
      done: E.notThereDone(sum),
    };
  const there = dong(answer.amount);
  return {
    ask: E.knownAsk(there),
    hint: E.knownHint(),
    do: E.knownDo(),
    done: E.knownDone(there),
  };
}
