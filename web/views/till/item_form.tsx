/** Adds or changes a fee item; a forbidden one is refused in words that say why. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { MoneyField } from "../../components/money_field";
import { Button, Dialog, Note } from "../../components/ui";
import { Refusal } from "../../failure";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { Radios, Select } from "../office/inputs";
import { Text, Tick } from "./inputs";
import type { Item } from "./lists";
import { CATEGORIES } from "./words";

interface Props {
  school: number;
  /** null: a new one. */
  changed: Item | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

const DAYS_BEFORE = ["0", "1", "2"] as const;

function useItemDraft(item: Item | null) {
  return {
    name: useSignal(item?.name ?? ""),
    category: useSignal<Item["category"]>(item?.category ?? "tuition"),
    collector: useSignal<Item["collector"]>(item?.collector ?? "school"),
    basis: useSignal(item?.legal_basis ?? ""),
    unit: useSignal<Item["unit"]>(item?.unit ?? "period"),
    amount: useSignal<number | null>(item?.amount ?? null),
    cap: useSignal<number | null>(item?.cap ?? null),
    isVoluntary: useSignal(item?.is_voluntary ?? false),
    paper: useSignal<Item["receipt_kind"]>(item?.receipt_kind ?? "receipt"),
    cutOff: useSignal(item?.kitchen_cut_off?.slice(0, 5) ?? "08:00"),
    before: useSignal<string>(`${item?.kitchen_days_before ?? 0}`),
  };
}

type Draft = ReturnType<typeof useItemDraft>;

const isMealOf = (draft: Draft) => draft.category.value === "meal" && draft.unit.value === "day";

function faultsOf(draft: Draft) {
  const [amount, cap] = [draft.amount.value, draft.cap.value];
  return {
    name: draft.name.value.trim() ? "" : T.nameMissing(),
    basis: draft.basis.value.trim() ? "" : S.basisMissing(),
    amount: amount === null ? T.amountMissing() : "",
    cap: cap !== null && amount !== null && amount > cap ? S.capFault() : "",
  };
}

/** What may be changed later: what an item is stays as it was. */
function mendedOf(draft: Draft) {
  const isMeal = isMealOf(draft);
  return {
    name: draft.name.value.trim(),
    legal_basis: draft.basis.value.trim(),
    amount: draft.amount.value ?? 0,
    cap: draft.cap.value,
    receipt_kind: draft.paper.value,
    kitchen_cut_off: isMeal ? `${draft.cutOff.value}:00` : null,
    kitchen_days_before: isMeal ? Number(draft.before.value) : null,
  };
}

function madeOf(draft: Draft) {
  return {
    ...mendedOf(draft),
    category: draft.category.value,
    collector: draft.collector.value,
    unit: draft.unit.value,
    is_voluntary: draft.isVoluntary.value || draft.collector.value === "parents_board",
  };
}

export function ItemForm({ school, changed, onClose, onSaved }: Props) {
  const sending = useSending();
  const draft = useItemDraft(changed);
  const tried = useSignal(false);
  const found = faultsOf(draft);
  const faults = tried.value ? found : { name: "", basis: "", amount: "", cap: "" };

  function check(): boolean {
    tried.value = true;
    return !Object.values(faultsOf(draft)).some(Boolean);
  }

  async function save(): Promise<void> {
    await of(
      changed
        ? api.PATCH("/v1/fees/items/{item_id}", {
            params: { path: { item_id: changed.id }, query: { school_id: school } },
            body: mendedOf(draft),
          })
        : api.POST("/v1/fees/items", { body: { school_id: school, ...madeOf(draft) } }),
    );
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={changed ? S.editItem() : S.addItem()} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        <Text
          label={S.itemName()}
          hint={S.itemNameHint()}
          value={draft.name}
          fault={faults.name}
          maxLength={150}
        />
        {!changed && (
          <Select
            label={S.category()}
            value={draft.category}
            options={Object.entries(CATEGORIES).map(([key, name]) => [
              key as Item["category"],
              name(),
            ])}
          />
        )}
        <Text
          label={S.basis()}
          hint={S.basisHint()}
          value={draft.basis}
          fault={faults.basis}
          maxLength={300}
        />
        {!changed && (
          <Select
            label={S.unit()}
            value={draft.unit}
            options={[
              ["period", S.period()],
              ["month", S.month()],
              ["day", S.schoolDay()],
            ]}
          />
        )}
        <MoneyField label={S.unitAmount()} value={draft.amount} fault={faults.amount} />
        <MoneyField label={S.cap()} hint={S.capHint()} value={draft.cap} fault={faults.cap} />
        {isMealOf(draft) && <Kitchen draft={draft} />}
        <More draft={draft} isNew={!changed} />
        <ForbiddenNote error={sending.failure.value} />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}

function Kitchen({ draft }: { draft: Draft }) {
  return (
    <fieldset class="stack-small">
      <legend>{S.kitchen()}</legend>
      <Text label={S.kitchenTime()} type="time" value={draft.cutOff} />
      <Select
        label={S.kitchenDay()}
        value={draft.before}
        options={DAYS_BEFORE.map((n) => [n, n === "0" ? S.kitchenSameDay() : S.kitchenBefore(n)])}
      />
    </fieldset>
  );
}

function More({ draft, isNew }: { draft: Draft; isNew: boolean }) {
  const isBoards = draft.collector.value === "parents_board";
  return (
    <>
      {isNew && (
        <Radios
          label={S.collector()}
          value={draft.collector}
          options={[
            ["school", S.bySchool()],
            ["parents_board", S.byParents()],
          ]}
        />
      )}
      {isNew &&
        (isBoards ? (
          <p class="hint">{S.boardVoluntary()}</p>
        ) : (
          <Tick label={S.isVoluntary()} hint={S.isVoluntaryHint()} value={draft.isVoluntary} />
        ))}
      <Select
        label={S.paper()}
        value={draft.paper}
        options={[
          ["receipt", S.paperReceipt()],
          ["e_invoice", S.paperInvoice()],
          ["none", S.paperNone()],
        ]}
      />
    </>
  );
}

/** The server has said which rule it is; this says what can be done. */
function ForbiddenNote({ error }: { error: unknown }) {
  const isRefused = error instanceof Refusal && /forbidden-collection/.test(error.type);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isRefused) place.current?.scrollIntoView({ block: "start" });
  }, [isRefused]);
  if (!isRefused) return null;
  return (
    <div ref={place}>
      <Note tone="late">
        <strong>{S.refusedTitle()}</strong>
        <p>{S.refusedHint()}</p>
      </Note>
    </div>
  );
}
