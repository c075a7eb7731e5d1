/** What is due of all children, and one code to pay what was chosen of a school. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Empty, Fault, Loaded, Note, Page } from "../../components/ui";
import { F } from "../../i18n/fees";
import { uuid7 } from "../../ids";
import { dong } from "../../money";
import { go } from "../../router";
import { BillBox, DeclinedLine, nameOf, PastLine } from "./bill";
import "./fees.css";
import { type ChildDue, hasFees, useFees } from "./family";
import { type Bill, bySchool, type Choice, payable, type SchoolDue, wanted, wishOf } from "./model";

export default function Fees() {
  const query = useFees();
  return (
    <Page
      title={F.title()}
      back="/"
      actions={
        <a class="button plain" href="/khoan-thu/bien-lai">
          <Icon name="file" />
          {F.receipts()}
        </a>
      }
    >
      <Loaded query={query}>
        {(items) =>
          hasFees(items) ? (
            <Schools items={items} reload={() => query.reload()} />
          ) : (
            <Empty icon="money" title={F.nothing()}>
              {F.nothingDueHint()}
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function Schools({ items, reload }: { items: ChildDue[]; reload: () => Promise<void> }) {
  return (
    <>
      {bySchool(items).map((school) => (
        <School key={school.id} school={school} reload={reload} />
      ))}
    </>
  );
}

interface SchoolProps {
  school: SchoolDue;
  reload: () => Promise<void>;
}

function School({ school, reload }: SchoolProps) {
  const choice = useSignal<Choice>({});
  const choose = (id: string, amount: number) => {
    choice.value = { ...choice.value, [id]: amount };
  };
  const ways = payable(school);
  return (
    <section class="fee-school" aria-label={school.name}>
      {school.children.map((each) => (
        <Child
          key={each.student_id}
          child={each}
          choice={choice.value}
          choose={choose}
          reload={reload}
        />
      ))}
      {ways.map((bills, n) => (
        <PayBar
          key={bills[0]?.account_id}
          bills={bills}
          choice={choice.value}
          hint={ways.length > 1 && !n ? F.severalCodes(ways.length) : null}
          isOneOfSeveral={ways.length > 1}
        />
      ))}
    </section>
  );
}

interface ChildProps {
  child: ChildDue;
  choice: Choice;
  choose: (id: string, amount: number) => void;
  reload: () => Promise<void>;
}

function Child({ child, choice, choose, reload }: ChildProps) {
  const settled = [...child.declined, ...child.history];
  if (!child.bills.length && !child.offers.length && !settled.length && !child.credit) return null;
  const box = (bill: ChildDue["bills"][number]) => (
    <BillBox
      key={bill.id}
      bill={bill}
      amount={wanted(bill, choice)}
      choose={(amount) => choose(bill.id, amount)}
      reload={reload}
    />
  );
  return (
    <section class="card" aria-label={child.student_name}>
      <header>
        <h2>{child.student_name}</h2>
        <p class="muted">
          {child.school_name}
          {child.has_left && ` · ${F.hasLeft()}`}
        </p>
      </header>
      <p class={child.due ? "strong" : "muted"}>
        {child.due ? F.toPay(dong(child.due)) : F.nothingDue()}
      </p>
      {child.credit > 0 && <Note tone="good">{F.credit(dong(child.credit))}</Note>}
      {child.bills.length > 0 && <ul class="fee-bills">{child.bills.map(box)}</ul>}
      {child.offers.length > 0 && (
        <section class="fee-offers">
          <h3>{F.offers()}</h3>
          <p class="muted small">{F.offersHint()}</p>
          <ul class="fee-bills">{child.offers.map(box)}</ul>
        </section>
      )}
      {settled.length > 0 && (
        <details>
          <summary>{F.history()}</summary>
          <ul class="fee-bills">
            {child.declined.map((bill) => (
              <DeclinedLine key={bill.id} bill={bill} reload={reload} />
            ))}
            {child.history.map((bill) => (
              <PastLine key={bill.id} bill={bill} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

interface PayBarProps {
  bills: readonly Bill[];
  choice: Choice;
  hint: string | null;
  isOneOfSeveral: boolean;
}

function PayBar({ bills, choice, hint, isOneOfSeveral }: PayBarProps) {
  const sending = useSending();
  const { chosen, sum, shares } = wishOf(bills, choice);
  const asked = JSON.stringify(shares);
  // The same wish keeps its id: a second tap after a lost answer makes no second code.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new one for each wish
  const id = useMemo(() => uuid7(), [asked]);
  const pay = () =>
    sending.run(async () => {
      await of(api.POST("/v1/fees/intents", { body: { id, shares } }));
      go(`/khoan-thu/ma/${id}`);
    });
  return (
    <div class="fee-pay">
      <Fault error={sending.failure.value} />
      {hint && <p>{hint}</p>}
      <p class="muted" aria-live="polite">
        {F.chosen(shares.length)}
        {isOneOfSeveral && chosen.length > 0 && `: ${[...new Set(chosen.map(nameOf))].join(", ")}`}
      </p>
      <Button
        kind="main"
        icon="scan"
        disabled={!sum}
        busy={sending.busy.value}
        onClick={() => void pay()}
      >
        {F.pay(dong(sum))}
      </Button>
    </div>
  );
}
