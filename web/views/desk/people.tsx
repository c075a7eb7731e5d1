/** Somebody found by name: pupils for all teachers, staff for the principal. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Fault, Field } from "../../components/ui";
import { N } from "../../i18n/notices";

export interface Person {
  readonly kind: "student" | "staff";
  readonly id: string;
  readonly name: string;
  /** The class of a pupil. */
  readonly more: string | null;
}

const MOST = 8;
/** Between two letters nobody waits for an answer. */
const PAUSE_MS = 250;

async function find(school: number, kind: Person["kind"], q: string): Promise<Person[]> {
  const params = { path: { school_id: school }, query: { q, limit: MOST } };
  if (kind === "student") {
    const { items } = await of(api.GET("/v1/schools/{school_id}/students", { params }));
    return items.map(({ id, name, class_name }) => ({ kind, id, name, more: class_name ?? null }));
  }
  const { items } = await of(api.GET("/v1/schools/{school_id}/staff", { params }));
  const here = items.filter((each) => !each.ended_at);
  return here.map(({ id, name }) => ({ kind, id, name, more: null }));
}

interface Props {
  school: number;
  kind: Person["kind"];
  label: string;
  onChoose: (person: Person) => void;
}

export function FindPerson({ school, kind, label, onChoose }: Props) {
  const typed = useSignal("");
  const found = useSignal<readonly Person[] | null>(null);
  const sending = useSending();
  const wanted = typed.value.trim();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signals are the component's own
  useEffect(() => {
    found.value = null;
    if (wanted.length < 2) return;
    let isWanted = true;
    const timer = setTimeout(
      () =>
        void sending.run(async () => {
          const people = await find(school, kind, wanted);
          if (isWanted) found.value = people;
        }),
      PAUSE_MS,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [wanted, kind, school]);
  return (
    <div class="stack-small">
      <Field
        label={label}
        type="search"
        value={typed.value}
        // The form around it is not meant.
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <Fault error={sending.failure.value} />
      {found.value?.length === 0 && <p class="muted">{N.nobodyFound()}</p>}
      <ul class="plain-list">
        {found.value?.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              class="row"
              onClick={() => {
                onChoose(person);
                typed.value = "";
              }}
            >
              <span class="grow">
                <strong>{person.name}</strong>
                {person.more && <span class="muted small">{person.more}</span>}
              </span>
              <Icon name="plus" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
