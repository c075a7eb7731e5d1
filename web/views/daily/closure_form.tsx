/** Declaring a closure: where and when, then how many are told before anybody is. */

import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Fault, Field, Note } from "../../components/ui";
import { count, plain, schoolDay } from "../../format";
import { CLOSURE_KINDS, K } from "../../i18n/closing";
import { C } from "../../i18n/common";
import { Select } from "../office/inputs";
import {
  type Closure,
  type ClosureKind,
  type Draft,
  daysWords,
  declare,
  faultsOf,
  KINDS,
  type Place,
} from "./closures_model";

interface Props {
  places: readonly Place[];
  onDeclared: (closure: Closure) => Promise<void>;
  onClose: () => void;
}

export function ClosureForm({ places, onDeclared, onClose }: Props) {
  const place = useSignal<Place | null>(places.length === 1 ? (places[0] ?? null) : null);
  const draft = useSignal<Draft>({ from: schoolDay(), to: schoolDay(), reason: "" });
  const kind = useSignal<ClosureKind>("storm");
  const isAsking = useSignal(false);
  const sending = useSending();
  const chosen = place.value;
  return (
    <Dialog title={K.formTitle()} onClose={onClose}>
      {isAsking.value && chosen ? (
        <>
          <Warning place={chosen} draft={draft.value} />
          <Fault error={sending.failure.value} />
          <div class="across end">
            <Button
              onClick={() => {
                isAsking.value = false;
              }}
            >
              {C.back()}
            </Button>
            <Button
              kind="danger"
              busy={sending.busy.value}
              onClick={() =>
                void sending.run(async () => {
                  await onDeclared(await declare(chosen, draft.peek(), kind.peek()));
                  onClose();
                })
              }
            >
              {K.askDo()}
            </Button>
          </div>
        </>
      ) : (
        <Fields
          places={places}
          place={place}
          draft={draft}
          kind={kind}
          onNext={() => {
            isAsking.value = true;
          }}
        />
      )}
    </Dialog>
  );
}

function Warning({ place, draft }: { place: Place; draft: Draft }) {
  const pupils = count(place.pupils);
  return (
    <Note tone="bad">
      <p class="strong">{K.askTitle(place.name)}</p>
      <p>{daysWords({ from_day: draft.from, to_day: draft.to })}</p>
      <p class="strong">
        {place.schoolId === null
          ? K.askTellsSchools(count(place.schools), pupils)
          : K.askTellsSchool(pupils)}
      </p>
      <p>{K.askNoBack()}</p>
    </Note>
  );
}

interface FieldsProps {
  places: readonly Place[];
  place: Signal<Place | null>;
  draft: Signal<Draft>;
  kind: Signal<ClosureKind>;
  onNext: () => void;
}

function Fields({ places, place, draft, kind, onNext }: FieldsProps) {
  const id = useId();
  const sending = useSending();
  const isChecked = useSignal(false);
  const faults = isChecked.value ? faultsOf(draft.value) : {};
  const put = (changed: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...changed };
  };
  return (
    <Form
      sending={sending}
      check={() => {
        isChecked.value = true;
        return place.peek() !== null && Object.keys(faultsOf(draft.peek())).length === 0;
      }}
      onSend={async () => onNext()}
    >
      {places.length > 1 && (
        <PlaceField
          places={places}
          place={place}
          fault={isChecked.value && place.value === null ? K.placeMissing() : null}
        />
      )}
      <Field
        label={K.from()}
        type="date"
        value={draft.value.from}
        onInput={(event) => {
          const from = event.currentTarget.value;
          put(draft.peek().to < from ? { from, to: from } : { from });
        }}
      />
      <Field
        label={K.to()}
        type="date"
        min={draft.value.from}
        value={draft.value.to}
        fault={faults.days ?? null}
        onInput={(event) => put({ to: event.currentTarget.value })}
      />
      <Select
        label={K.kind()}
        value={kind}
        options={KINDS.map((each) => [each, CLOSURE_KINDS[each]()])}
      />
      <div class="field">
        <label for={id}>{K.reason()}</label>
        <textarea
          id={id}
          rows={2}
          maxLength={500}
          value={draft.value.reason}
          aria-invalid={Boolean(faults.reason)}
          aria-describedby={`${id}-more`}
          onInput={(event) => put({ reason: event.currentTarget.value })}
        />
        <p id={`${id}-more`} class={faults.reason ? "fault" : "hint"}>
          {faults.reason ?? K.reasonHint()}
        </p>
      </div>
      <Button type="submit" kind="main">
        {K.next()}
      </Button>
    </Form>
  );
}

/** More than anybody reads at once wait for the search. */
const SHOWN = 8;

interface PlaceProps {
  places: readonly Place[];
  place: Signal<Place | null>;
  fault: string | null;
}

function PlaceField({ places, place, fault }: PlaceProps) {
  const name = useId();
  const typed = useSignal("");
  const wanted = plain(typed.value.trim());
  const found = places.filter((each) => plain(each.name).includes(wanted)).slice(0, SHOWN);
  const chosen = place.value;
  const shown = chosen && !found.includes(chosen) ? [chosen, ...found] : found;
  return (
    <>
      <Field
        label={K.findPlace()}
        type="search"
        value={typed.value}
        fault={fault}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <fieldset>
        <legend>{K.place()}</legend>
        {shown.map((each) => (
          <label key={`${each.unitId}/${each.schoolId}`} class="choice">
            <input
              type="radio"
              name={name}
              checked={chosen === each}
              onChange={() => {
                place.value = each;
              }}
            />
            <span>
              {each.unitId === null ? each.name : K.placeSchools(each.name, count(each.schools))}
            </span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
