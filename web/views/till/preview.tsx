/** The sums of what would be issued, and each pupil's bills. */

import type { ComponentChildren } from "preact";
import type { Schemas } from "../../api";
import { More } from "../../components/more";
import { Badge } from "../../components/ui";
import { count } from "../../format";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { dong } from "../../money";
import { dayShort } from "./days";
import type { Preview } from "./issue";

type Sums = Schemas["Sums"];

interface Props {
  preview: Preview;
  onMore: (cursor: string) => Promise<void>;
}

export function PreviewTables({ preview, onMore }: Props) {
  return (
    <>
      <SumTable
        title={S.byItem()}
        rows={preview.by_item.map((each) => [
          each.item_id,
          <>
            {each.item_name} {each.is_voluntary && <Badge tone="wait">{S.voluntary()}</Badge>}
          </>,
          each.sums,
        ])}
      />
      <SumTable
        title={S.byClass()}
        rows={preview.by_class.map((each) => [each.class_id, each.class_name, each.sums])}
        total={preview.sums}
      />
      <Pupils preview={preview} onMore={onMore} />
    </>
  );
}

interface SumTableProps {
  title: string;
  rows: readonly (readonly [key: string, name: ComponentChildren, sums: Sums])[];
  total?: Sums;
}

function SumTable({ title, rows, total }: SumTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll-x" data-scrolls tabIndex={0} aria-label={title}>
      <table class="till-table">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" class="number">
              {S.pupils()}
            </th>
            <th scope="col" class="number">
              {S.asked()}
            </th>
            <th scope="col" class="number">
              {S.waived()}
            </th>
            <th scope="col" class="number">
              {S.mealCredit()}
            </th>
            <th scope="col" class="number">
              {S.toPay()}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, name, sums]) => (
            <SumRow key={key} name={name} sums={sums} />
          ))}
        </tbody>
        {total && (
          <tfoot>
            <SumRow name={T.total()} sums={total} />
          </tfoot>
        )}
      </table>
    </section>
  );
}

function SumRow({ name, sums }: { name: ComponentChildren; sums: Sums }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{count(sums.pupils)}</td>
      <td class="number">{dong(sums.asked)}</td>
      <td class="number">{dong(sums.waived)}</td>
      <td class="number">{dong(sums.meal_credit)}</td>
      <td class="number">{dong(sums.total)}</td>
    </tr>
  );
}

function Pupils({ preview, onMore }: Props) {
  return (
    <section class="stack-small" aria-label={S.byPupil()}>
      <h3>{S.byPupil()}</h3>
      <ul class="plain-list">
        {preview.items.map((pupil) => (
          <li key={pupil.student_id}>
            <details>
              <summary class="row">
                <span class="grow">
                  <strong>{pupil.student_name}</strong>
                  <span class="muted small">{T.classOf(pupil.class_name)}</span>
                </span>
                {pupil.already.length > 0 && <Badge>{S.billed()}</Badge>}
                <span class="till-money">{dong(pupil.total)}</span>
              </summary>
              {pupil.bills.map((bill) => (
                <BillLines key={`${bill.seq}/${bill.is_voluntary}`} bill={bill} />
              ))}
            </details>
          </li>
        ))}
      </ul>
      <More cursor={preview.next_cursor ?? null} load={onMore} end={T.listEnd()} />
    </section>
  );
}

function BillLines({ bill }: { bill: Schemas["BillShown"] }) {
  return (
    <div class="stack-small till-lines">
      <p class="across small">
        {bill.is_voluntary && <Badge tone="wait">{S.voluntary()}</Badge>}
        {S.dueOn(dayShort(bill.due_day))}
      </p>
      {bill.lines.map((line) => (
        <p key={`${line.item_id}/${line.kind}/${line.unit_amount}`} class="till-pair">
          <span>
            {line.name}
            {line.quantity > 1 && ` × ${line.quantity}`}
          </span>
          <span>
            {dong(line.amount)}
            {line.waived > 0 && <span class="muted small"> − {dong(line.waived)}</span>}
          </span>
        </p>
      ))}
    </div>
  );
}
