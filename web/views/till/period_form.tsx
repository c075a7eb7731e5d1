/** Adds or changes a billing period. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Note, Spinner } from "../../components/ui";
import { schoolDay } from "../../format";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { Select } from "../office/inputs";
import { daysLater, monthOf } from "./days";
import { tillPath } from "./frame";
import { Text, Tick } from "./inputs";
import type { Account, Period } from "./lists";

interface Props {
  school: number;
  /** null: a new one. */
  changed: Period | null;
  /** null: not loaded yet. */
  accounts: readonly Account[] | null;
  onClose: () => void;
  onSaved: (id: string) => Promise<void>;
}

export function PeriodForm(props: Props) {
  const banks = props.accounts?.filter((each) => each.kind === "bank" && !each.ended_at);
  return (
    <Dialog title={props.changed ? S.editPeriod() : S.addPeriod()} onClose={props.onClose}>
      {!banks ? (
        <Spinner />
      ) : banks.length === 0 ? (
        <Note tone="late">
          <p>
            {S.accountsNone()}. {S.accountsNoneHint()}
          </p>
          <a class="button" href={tillPath(props.school, "thu/tai-khoan")}>
            {T.accounts()}
          </a>
        </Note>
      ) : (
        <Fields {...props} banks={banks} />
      )}
    </Dialog>
  );
}

function Fields({
  school,
  changed,
  banks,
  onClose,
  onSaved,
}: Props & { banks: readonly Account[] }) {
  const sending = useSending();
  const month = monthOf(schoolDay());
  const name = useSignal(changed?.name ?? "");
  const from = useSignal(changed?.from_day ?? month.from);
  const to = useSignal(changed?.to_day ?? month.to);
  const due = useSignal(changed?.due_day ?? daysLater(schoolDay(), 14));
  const standard = banks.find((each) => each.is_default) ?? banks[0];
  const account = useSignal<string>(changed?.account_id ?? standard?.id ?? "");
  const isPartial = useSignal(changed?.accepts_partial ?? true);
  const tried = useSignal(false);
  const faults = {
    name: name.value.trim() ? "" : T.nameMissing(),
    days: from.value && to.value && from.value <= to.value ? "" : S.daysFault(),
    due: due.value ? "" : S.dueFault(),
  };
  const said = (fault: string) => (tried.value ? fault : "");

  function check(): boolean {
    tried.value = true;
    return !Object.values(faults).some(Boolean);
  }

  async function save(): Promise<void> {
    const body = {
      name: name.value.trim(),
      from_day: from.value,
      to_day: to.value,
      due_day: due.value,
      account_id: account.value,
      accepts_partial: isPartial.value,
    };
    const saved = await of(
      changed
        ? api.PATCH("/v1/fees/periods/{period_id}", {
            params: { path: { period_id: changed.id }, query: { school_id: school } },
            body,
          })
        : api.POST("/v1/fees/periods", { body: { school_id: school, ...body } }),
    );
    onClose();
    await onSaved(saved.period.id);
  }

  return (
    <Form sending={sending} onSend={save} check={check}>
      <Text
        label={S.periodName()}
        hint={S.periodNameHint()}
        value={name}
        fault={said(faults.name)}
        maxLength={100}
      />
      <div class="till-filters">
        <Text label={S.periodFrom()} type="date" value={from} />
        <Text label={S.periodTo()} type="date" value={to} fault={said(faults.days)} />
        <Text label={S.due()} type="date" value={due} fault={said(faults.due)} />
      </div>
      <Select
        label={S.paidTo()}
        value={account}
        options={banks.map((each) => [each.id, `${each.name} · …${each.number_tail}`])}
      />
      <Tick label={S.partial()} hint={S.partialHint()} value={isPartial} />
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {C.save()}
      </Button>
    </Form>
  );
}
