/** What closes, how far everybody has been told, and opening again. */

import { type Signal, useSignal } from "@preact/signals";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Empty, Loaded, Note } from "../../components/ui";
import { count, moment, schoolDay } from "../../format";
import { CLOSURE_KINDS, K } from "../../i18n/closing";
import { type Query, useQuery } from "../../query";
import { usePolling } from "../classes/polling";
import { ClosureForm } from "./closure_form";
import {
  type Closure,
  canOpen,
  closuresOf,
  daysWords,
  isOver,
  open,
  type Place,
} from "./closures_model";

const EVERY_MS = 10_000;

interface Props {
  /** null: of the department. */
  school: number | null;
  places: readonly Place[];
  isDeclaring: Signal<boolean>;
}

export function Closures({ school, places, isDeclaring }: Props) {
  const query = useQuery(`nghi/${school ?? ""}`, () => closuresOf(school));
  usePolling(query, EVERY_MS);
  const ending = useSignal<Closure | null>(null);
  const said = useSignal("");
  const closure = ending.value;
  return (
    <>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Lists query={query} ending={ending} />
      {isDeclaring.value && (
        <ClosureForm
          places={places}
          onClose={() => {
            isDeclaring.value = false;
          }}
          onDeclared={async (made) => {
            said.value = K.declared(made.place);
            await query.reload();
          }}
        />
      )}
      {closure && (
        <Confirm
          title={K.endTitle(closure.place)}
          action={K.endDo()}
          kind="main"
          onYes={async () => {
            await open(closure);
            said.value = K.ended(closure.place);
            await query.reload();
          }}
          onClose={() => {
            ending.value = null;
          }}
        >
          <p>{K.endHint()}</p>
        </Confirm>
      )}
    </>
  );
}

interface DeclareProps {
  isDeclaring: Signal<boolean>;
  disabled: boolean;
}

/** Opens the form of `Closures`. */
export function Declare({ isDeclaring, disabled }: DeclareProps) {
  return (
    <Button
      kind="danger"
      icon="storm"
      disabled={disabled}
      onClick={() => {
        isDeclaring.value = true;
      }}
    >
      {K.declare()}
    </Button>
  );
}

function Lists({ query, ending }: { query: Query<Closure[]>; ending: Signal<Closure | null> }) {
  const today = schoolDay();
  return (
    <Loaded query={query}>
      {(found) => {
        const over = found.filter((each) => isOver(each, today));
        const current = found.filter((each) => !isOver(each, today));
        return (
          <>
            {current.length === 0 ? (
              <Empty icon="sun" title={K.none()}>
                {K.noneHint()}
              </Empty>
            ) : (
              <section class="stack">
                <h2>{K.now()}</h2>
                <ul class="daily-cards">
                  {current.map((each) => (
                    <li key={each.id}>
                      <Current closure={each} ending={ending} />
                    </li>
                  ))}
                </ul>
              </section>
            )}
            {over.length > 0 && (
              <details>
                <summary>{K.past()}</summary>
                <ul class="plain-list">
                  {over.map((each) => (
                    <li key={each.id} class="row">
                      <span class="grow">
                        <strong>{daysWords(each)}</strong>
                        <span class="muted small">
                          {[each.place, CLOSURE_KINDS[each.kind](), each.reason].join(" · ")}
                        </span>
                      </span>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function Current({ closure, ending }: { closure: Closure; ending: Signal<Closure | null> }) {
  return (
    <Card aria-label={closure.place}>
      <div class="across">
        <h3 class="grow">{daysWords(closure)}</h3>
        <Badge tone="late">{CLOSURE_KINDS[closure.kind]()}</Badge>
      </div>
      <p>{closure.place}</p>
      <p>{closure.reason}</p>
      {closure.ended_at && <p class="muted">{K.endedAt(moment(closure.ended_at))}</p>}
      <Told closure={closure} />
      {canOpen(closure, Date.now()) && (
        <Button
          onClick={() => {
            ending.value = closure;
          }}
        >
          {K.end()}
        </Button>
      )}
    </Card>
  );
}

/** How far the news has come; of a closure from above that is not known here. */
function Told({ closure: { schools, told_schools: told, may_end } }: { closure: Closure }) {
  if (schools === null || told === null)
    return may_end ? null : <p class="muted small">{K.fromAbove()}</p>;
  if (told >= schools) return <p class="muted small">{K.toldAll()}</p>;
  return (
    <p class="muted small">{schools === 1 ? K.telling() : K.told(count(told), count(schools))}</p>
  );
}
