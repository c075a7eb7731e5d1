/** Asks for a waiver. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { MoneyField } from "../../components/money_field";
import { Button, Dialog } from "../../components/ui";
import { schoolDay } from "../../format";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { S, W } from "../../i18n/till_setup";
import { Radios, Select } from "../office/inputs";
import { daysLater } from "./days";
import { type Chosen, PupilField, Text } from "./inputs";
import { useItems } from "./lists";

type Asked = Schemas["WaiverAsked"];

interface Props {
  school: number;
  onClose: () => void;
  onSaved: () => void;
}

const YEAR_DAYS = 300;

function useWaiver() {
  return {
    pupil: useSignal<Chosen | null>(null),
    item: useSignal(""),
    kind: useSignal<Asked["kind"]>("percent"),
    percent: useSignal("50"),
    amount: useSignal<number | null>(null),
    ground: useSignal<Asked["ground"]>("policy"),
    reason: useSignal(""),
    from: useSignal(`${schoolDay().slice(0, 7)}-01`),
    to: useSignal(daysLater(schoolDay(), YEAR_DAYS)),
  };
}

function faultsOf(draft: ReturnType<typeof useWaiver>) {
  const percent = Number(draft.percent.value);
  const isPercent = Number.isInteger(percent) && percent >= 1 && percent <= 100;
  return {
    pupil: draft.pupil.value ? "" : T.pickPupil(),
    percent: draft.kind.value === "amount" || isPercent ? "" : W.percentFault(),
    amount: draft.kind.value === "percent" || draft.amount.value ? "" : T.amountMissing(),
    reason: draft.reason.value.trim() ? "" : T.reasonMissing(),
    days: draft.from.value && draft.to.value >= draft.from.value ? "" : S.daysFault(),
  };
}

export function WaiverForm({ school, onClose, onSaved }: Props) {
  const sending = useSending();
  const items = useItems(school).data.value ?? [];
  const draft = useWaiver();
  const tried = useSignal(false);
  const found = faultsOf(draft);
  const said = (fault: string) => (tried.value ? fault : "");

  async function ask(): Promise<void> {
    const body = {
      school_id: school,
      student_id: draft.pupil.peek()?.id ?? "",
      item_id: draft.item.peek() || null,
      kind: draft.kind.peek(),
      value:
        draft.kind.peek() === "percent" ? Number(draft.percent.peek()) : (draft.amount.peek() ?? 0),
      ground: draft.ground.peek(),
      reason: draft.reason.peek().trim(),
      from_day: draft.from.peek(),
      to_day: draft.to.peek(),
    };
    await of(api.POST("/v1/fees/waivers", { body }));
    onSaved();
    onClose();
  }

  return (
    <Dialog title={W.add()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={ask}
        check={() => {
          tried.value = true;
          return !Object.values(faultsOf(draft)).some(Boolean);
        }}
      >
        <PupilField school={school} value={draft.pupil} fault={said(found.pupil)} />
        <Select
          label={W.ofItem()}
          value={draft.item}
          options={[
            ["", W.everyItem()],
            ...items.filter((each) => !each.ended_at).map((each) => [each.id, each.name] as const),
          ]}
        />
        <Radios
          label={W.how()}
          value={draft.kind}
          options={[
            ["percent", W.percent()],
            ["amount", W.amount()],
          ]}
        />
        {draft.kind.value === "percent" ? (
          <Text
            label={W.percentValue()}
            type="number"
            min={1}
            max={100}
            value={draft.percent}
            fault={said(found.percent)}
          />
        ) : (
          <MoneyField label={W.amount()} value={draft.amount} fault={said(found.amount)} />
        )}
        <Select
          label={W.ground()}
          value={draft.ground}
          options={[
            ["policy", W.policy()],
            ["sibling", W.sibling()],
            ["staff", W.staff()],
            ["hardship", W.hardship()],
            ["other", W.other()],
          ]}
        />
        <Text
          label={T.reason()}
          hint={W.reasonHint()}
          value={draft.reason}
          fault={said(found.reason)}
          maxLength={500}
        />
        <div class="till-filters">
          <Text label={T.from()} type="date" value={draft.from} />
          <Text label={T.to()} type="date" value={draft.to} fault={said(found.days)} />
        </div>
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.send()}
        </Button>
      </Form>
    </Dialog>
  );
}
