/** One bill: chosen or not, line by line with its legal basis. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { later } from "../../components/later";
import { Badge, Button, Fault } from "../../components/ui";
import { dayName } from "../../format";
import { F } from "../../i18n/fees";
import { dong } from "../../money";
import type { Bill } from "./model";

const Part = later(() => import("./part"));

interface Props {
  bill: Bill;
  /** What of it is to be paid; 0: it is not chosen. */
  amount: number;
  choose: (amount: number) => void;
  reload: () => Promise<void>;
}

export function BillBox({ bill, amount, choose, reload }: Props) {
  const isPart = useSignal(false);
  return (
    <li class="fee-bill">
      <Pick
        bill={bill}
        isChosen={amount > 0}
        choose={(isChosen) => {
          isPart.value = false;
          choose(isChosen ? bill.left : 0);
        }}
      />
      <Lines bill={bill} />
      <div class="across">
        {bill.is_by_transfer && bill.accepts_partial && amount > 0 && !isPart.value && (
          <Button
            onClick={() => {
              isPart.value = true;
            }}
          >
            {F.partly()}
          </Button>
        )}
        {bill.is_voluntary && bill.paid === 0 && <Decline bill={bill} reload={reload} />}
      </div>
      {isPart.value && <Part most={bill.left} choose={choose} />}
    </li>
  );
}

interface PickProps {
  bill: Bill;
  isChosen: boolean;
  choose: (isChosen: boolean) => void;
}

/** Chosen for the code; without a box where no transfer is taken. */
function Pick({ bill, isChosen, choose }: PickProps) {
  const told = (
    <>
      <span class="fee-words">
        <strong>{nameOf(bill)}</strong>
        <span class="muted">{F.dueBy(dayName(bill.due_day))}</span>
        {bill.is_overdue && !bill.is_voluntary && <Badge tone="late">{F.overdue()}</Badge>}
        {!bill.is_by_transfer && <Badge>{F.atSchool()}</Badge>}
        {bill.paid > 0 && <span class="muted">{F.paidPart(dong(bill.paid))}</span>}
      </span>
      <strong class="fee-sum">{dong(bill.left)}</strong>
    </>
  );
  if (!bill.is_by_transfer) return <div class="fee-past">{told}</div>;
  return (
    <label class="fee-pick">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={(event) => choose(event.currentTarget.checked)}
      />
      {told}
    </label>
  );
}

export function nameOf(bill: Bill): string {
  const only = bill.is_voluntary && bill.lines.length === 1 ? bill.lines[0]?.name : null;
  const name = only ?? bill.period_name;
  return bill.seq > 1 ? F.instalment(name, bill.seq) : name;
}

function Lines({ bill }: { bill: Bill }) {
  return (
    <details>
      <summary>{F.details()}</summary>
      <ul class="fee-lines">
        {bill.lines.map((line) => (
          <li key={line.n}>
            <span class="fee-words">
              <span>{line.name}</span>
              {line.quantity > 1 && (
                <span class="muted small">
                  {F.times(line.quantity, dong(line.unit_amount), F[line.unit]())}
                </span>
              )}
              {line.kind === "meal_credit" ? (
                <span class="muted small">{F.mealBack()}</span>
              ) : (
                <span class="muted small">{F.basis(line.legal_basis)}</span>
              )}
              {line.waived > 0 && <span class="small">{F.waived(dong(line.waived))}</span>}
            </span>
            <span class="fee-sum">{dong(line.amount - line.waived)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Decline({ bill, reload }: { bill: Bill; reload: () => Promise<void> }) {
  const sending = useSending();
  const decline = () =>
    sending.run(async () => {
      const path = { invoice_id: bill.id };
      await of(api.POST("/v1/fees/due/{invoice_id}/declined", { params: { path } }));
      await reload();
    });
  return (
    <>
      <Button busy={sending.busy.value} onClick={() => void decline()}>
        {F.decline()}
      </Button>
      <Fault error={sending.failure.value} />
    </>
  );
}

export function DeclinedLine({ bill, reload }: { bill: Bill; reload: () => Promise<void> }) {
  const sending = useSending();
  const takeUp = () =>
    sending.run(async () => {
      const path = { invoice_id: bill.id };
      await of(api.DELETE("/v1/fees/due/{invoice_id}/declined", { params: { path } }));
      await reload();
    });
  return (
    <li class="fee-bill">
      <span class="fee-words">
        <strong>{nameOf(bill)}</strong>
        <span class="muted">{F.declined()}</span>
      </span>
      <Button busy={sending.busy.value} onClick={() => void takeUp()}>
        {F.takeUp()}
      </Button>
      <Fault error={sending.failure.value} />
    </li>
  );
}

export function PastLine({ bill }: { bill: Bill }) {
  const tone = bill.state === "open" ? "good" : "plain";
  const word =
    bill.state === "void" ? F.void() : bill.state === "written_off" ? F.writtenOff() : F.paid();
  return (
    <li class="fee-bill">
      <span class="fee-past">
        <span class="fee-words">
          <strong>{nameOf(bill)}</strong>
          <Badge tone={tone}>{word}</Badge>
          {bill.void_reason && <span class="muted small">{bill.void_reason}</span>}
        </span>
        <span class="fee-sum">{dong(bill.total)}</span>
      </span>
      <Lines bill={bill} />
    </li>
  );
}
