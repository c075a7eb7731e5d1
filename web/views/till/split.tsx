/** Bills chosen for a sum, each with its part. */

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { api, of } from "../../api";
import { Icon } from "../../components/icons";
import { MoneyField } from "../../components/money_field";
import { Button, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { B } from "../../i18n/till_bills";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { useQuery } from "../../query";
import { type Chosen, PupilField } from "./inputs";
import { joined, type Open, type Part } from "./split_model";

interface FindProps {
  school: number;
  onChoose: (bill: Open) => void;
}

/** The open bills of a pupil, each a tap. */
export function FindBills({ school, onChoose }: FindProps) {
  const pupil = useSignal<Chosen | null>(null);
  return (
    <div class="stack-small">
      <PupilField school={school} value={pupil} label={M.searchBills()} />
      {pupil.value && (
        <BillsOf
          key={pupil.value.id}
          school={school}
          student={pupil.value.id}
          onChoose={onChoose}
        />
      )}
    </div>
  );
}

function BillsOf({ school, student, onChoose }: FindProps & { student: string }) {
  const query = useQuery(
    `thu-phieu-cua/${student}`,
    async () => {
      const asked = { school_id: school, student_id: student, state: "open" as const };
      const { items } = await of(api.GET("/v1/fees/invoices", { params: { query: asked } }));
      return items.filter((each) => each.rest > 0);
    },
    { keeps: false },
  );
  return (
    <Loaded query={query}>
      {(bills) =>
        bills.length === 0 ? (
          <p class="muted">{M.billsNone()}</p>
        ) : (
          <BillButtons
            bills={bills.map((each) => ({
              invoiceId: each.id,
              payRef: each.pay_ref,
              studentId: each.student_id,
              name: each.student_name,
              more: [
                each.class_name && T.classOf(each.class_name),
                each.period_name,
                each.is_voluntary && B.offer(),
              ]
                .filter(Boolean)
                .join(" · "),
              rest: each.rest,
            }))}
            onChoose={onChoose}
          />
        )
      }
    </Loaded>
  );
}

interface ButtonsProps {
  bills: readonly (Open & { why?: string })[];
  onChoose: (bill: Open) => void;
}

export function BillButtons({ bills, onChoose }: ButtonsProps) {
  return (
    <ul class="plain-list">
      {bills.map((bill) => (
        <li key={bill.invoiceId}>
          <button type="button" class="row" onClick={() => onChoose(bill)}>
            <Icon name="plus" />
            <span class="grow">
              <strong>{bill.name}</strong>
              <span class="muted small">{[bill.more, bill.payRef].join(" · ")}</span>
              {bill.why && <span class="small">{bill.why}</span>}
            </span>
            <span class="till-money">{dong(bill.rest)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function addTo(parts: Signal<readonly Part[]>, bill: Open, free: number): void {
  parts.value = joined(parts.peek(), bill, free);
}

export function Parts({ parts }: { parts: Signal<readonly Part[]> }) {
  return (
    <div class="till-charges">
      {parts.value.map((part) => (
        <OnePart key={part.bill.invoiceId} part={part} parts={parts} />
      ))}
    </div>
  );
}

function OnePart({ part, parts }: { part: Part; parts: Signal<readonly Part[]> }) {
  const { bill } = part;
  const amount = useSignal(part.amount);
  useSignalEffect(() => {
    const typed = amount.value;
    parts.value = parts
      .peek()
      .map((each) => (each.bill.invoiceId === bill.invoiceId ? { ...each, amount: typed } : each));
  });
  return (
    <div class="till-part">
      <span class="grow">
        <strong>{bill.name}</strong>
        <span class="muted small">
          {bill.more} · {dong(bill.rest)}
        </span>
      </span>
      <MoneyField label={M.toBill(bill.name)} value={amount} isBare />
      <Button
        kind="quiet"
        icon="cross"
        aria-label={`${T.other()}: ${bill.name}`}
        onClick={() => {
          parts.value = parts.peek().filter((each) => each.bill.invoiceId !== bill.invoiceId);
        }}
      />
    </div>
  );
}
