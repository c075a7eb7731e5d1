/** The table of what a period collects, of whom. */

import { type Signal, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Fault, Note } from "../../components/ui";
import { T } from "../../i18n/till";
import { P } from "../../i18n/till_period";
import { S } from "../../i18n/till_setup";
import { uuid7 } from "../../ids";
import { dong } from "../../money";
import { Select } from "../office/inputs";
import type { SchoolClass } from "../office/lists";
import { ChargeRow, chargeFault } from "./charge_row";
import { bodyOf, type Charge, faultOf, newRow, pupilIdOf, type Row, rowOf } from "./charges_model";
import { dayShort } from "./days";
import type { Item, Period } from "./lists";
import { PupilName } from "./pupil";
import { perUnit } from "./words";

interface Props {
  period: Period;
  charges: readonly Charge[];
  items: readonly Item[];
  classes: readonly SchoolClass[];
  isFrozen: boolean;
  onSaved: () => Promise<void>;
}

export function whomOptions(classes: readonly SchoolClass[]) {
  const grades = [...new Set(classes.map((each) => each.grade))].sort((a, b) => a - b);
  return [
    ["school", T.school()],
    ...grades.map((grade) => [`grade:${grade}`, T.grade(`${grade}`)] as const),
    ...classes.map((each) => [`class:${each.id}`, T.classOf(each.name)] as const),
  ] as (readonly [string, string])[];
}

export function Charges(props: Props) {
  return props.isFrozen ? <Shown {...props} /> : <Editor {...props} />;
}

function Shown({ period, charges, items, classes }: Props) {
  const names = new Map(whomOptions(classes));
  const byId = new Map(items.map((item) => [item.id, item]));
  return (
    <Card>
      <h2>{S.charges()}</h2>
      {charges.length === 0 && <p class="muted">{S.chargesNone()}</p>}
      <ul class="plain-list">
        {charges.map((charge) => {
          const item = byId.get(charge.item_id);
          const { whom } = rowOf(charge);
          return (
            <li key={charge.id} class="row">
              <span class="grow">
                <strong>{item?.name}</strong>
                <span class="muted small">
                  {pupilIdOf(whom) ? (
                    <PupilName school={period.school_id} id={pupilIdOf(whom)} />
                  ) : (
                    (names.get(whom) ?? P.otherGroup())
                  )}
                  {charge.due_day && ` · ${S.dueOn(dayShort(charge.due_day))}`}
                  {charge.quantity !== null && charge.quantity > 1 && ` · × ${charge.quantity}`}
                </span>
              </span>
              {item?.is_voluntary && <Badge tone="wait">{S.voluntary()}</Badge>}
              <span class="till-money">
                {dong(charge.amount)}
                <br />
                <span class="muted small">{item && perUnit(item.unit)}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

const idsOf = (charges: readonly Charge[]) => charges.map((each) => each.id);

function Editor({ period, charges, items, classes, onSaved }: Props) {
  const sending = useSending();
  const rows = useSignal<readonly Row[]>(useMemo(() => charges.map(rowOf), [charges]));
  // Of when these rows were read, however often the page is since: others are not to be undone.
  const seen = useSignal(idsOf(charges));
  const tried = useSignal(false);
  const isChanged = useSignal(false);
  const live = items.filter((each) => !each.ended_at);
  const itemOf = (row: Row) => items.find((each) => each.id === row.itemId);

  function set(changed: readonly Row[]): void {
    rows.value = changed;
    isChanged.value = true;
  }

  async function save(): Promise<void> {
    tried.value = true;
    const all = rows.value;
    if (all.some((row) => faultOf(row, all, itemOf(row)))) return;
    const saved = await of(
      api.PUT("/v1/fees/periods/{period_id}/charges", {
        params: { path: { period_id: period.id }, query: { school_id: period.school_id } },
        body: { charges: all.map(bodyOf), seen: seen.peek() },
      }),
    );
    seen.value = idsOf(saved.charges);
    isChanged.value = false;
    await onSaved();
  }

  return (
    <Card>
      <h2>{S.charges()}</h2>
      {rows.value.length === 0 && <p class="muted">{S.chargesNone()}</p>}
      <div class="till-charges">
        {rows.value.map((row, n) => (
          <ChargeRow
            key={row.key}
            school={period.school_id}
            row={row}
            item={itemOf(row)}
            whom={whomOptions(classes)}
            fault={tried.value ? chargeFault(faultOf(row, rows.value, itemOf(row))) : ""}
            onChange={(changed) => set(rows.value.map((each, m) => (m === n ? changed : each)))}
            onRemove={() => set(rows.value.filter((_, m) => m !== n))}
          />
        ))}
      </div>
      <AddCharge items={live} onAdd={(item) => set([...rows.value, newRow(item, uuid7())])} />
      <Fault error={sending.failure.value} />
      {isChanged.value && <p class="muted">{S.chargesUnsaved()}</p>}
      {!isChanged.value && tried.value && <Note tone="good">{S.chargesSaved()}</Note>}
      <Button
        kind={isChanged.value ? "main" : "plain"}
        class="till-start"
        disabled={!isChanged.value}
        busy={sending.busy.value}
        onClick={() => void sending.run(save)}
      >
        {S.saveCharges()}
      </Button>
    </Card>
  );
}

function AddCharge({ items, onAdd }: { items: readonly Item[]; onAdd: (item: Item) => void }) {
  const chosen: Signal<string> = useSignal("");
  const item = items.find((each) => each.id === chosen.value);
  return (
    <div class="till-add">
      <Select
        label={S.addCharge()}
        value={chosen}
        options={[
          ["", T.choose()],
          ...items.map((each) => [each.id, `${each.name} · ${dong(each.amount)}`] as const),
        ]}
      />
      <Button
        icon="plus"
        disabled={!item}
        onClick={() => {
          if (item) onAdd(item);
          chosen.value = "";
        }}
      >
        {S.addCharge()}
      </Button>
    </div>
  );
}
