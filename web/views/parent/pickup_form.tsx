/** Proposes somebody who may fetch the child. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Field } from "../../components/ui";
import { schoolDay } from "../../format";
import { F } from "../../i18n/pickups";

type NewPickup = Schemas["NewPickup"];

const RELATIONS = [
  "grandparent",
  "aunt_or_uncle",
  "sibling",
  "father",
  "mother",
  "nanny",
  "driver",
  "neighbour",
  "other",
] as const satisfies readonly NewPickup["relation"][];

export function PickupForm({ onSend }: { onSend: (person: NewPickup) => Promise<void> }) {
  const id = useId();
  const sending = useSending();
  const name = useSignal("");
  const isNameless = useSignal(false);
  const relation = useSignal<NewPickup["relation"]>("grandparent");
  const phone = useSignal("");
  const from = useSignal(schoolDay());
  const to = useSignal("");

  function check(): boolean {
    isNameless.value = name.peek().trim() === "";
    return !isNameless.peek();
  }

  const send = () =>
    onSend({
      name: name.peek().trim(),
      relation: relation.peek(),
      phone: phone.peek().trim() || null,
      from_day: from.peek() || null,
      to_day: to.peek() || null,
    });

  return (
    <Form sending={sending} onSend={send} check={check}>
      <Field
        label={F.name()}
        fault={isNameless.value ? F.nameMissing() : null}
        maxLength={200}
        autoComplete="off"
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <div class="field">
        <label for={id}>{F.relation()}</label>
        <select
          id={id}
          value={relation.value}
          onChange={(event) => {
            relation.value = event.currentTarget.value as NewPickup["relation"];
          }}
        >
          {RELATIONS.map((each) => (
            <option key={each} value={each}>
              {F[each]()}
            </option>
          ))}
        </select>
      </div>
      <Field
        label={F.phone()}
        type="tel"
        autoComplete="off"
        value={phone.value}
        onInput={(event) => {
          phone.value = event.currentTarget.value;
        }}
      />
      <Field
        label={F.from()}
        type="date"
        min={schoolDay()}
        value={from.value}
        onInput={(event) => {
          from.value = event.currentTarget.value;
        }}
      />
      <Field
        label={F.to()}
        type="date"
        min={from.value}
        value={to.value}
        onInput={(event) => {
          to.value = event.currentTarget.value;
        }}
      />
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {F.send()}
      </Button>
    </Form>
  );
}
