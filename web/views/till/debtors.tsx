/** Who still has to pay, by the days since it was due; and a gentle, private reminder. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Card, Empty, Loaded, Note } from "../../components/ui";
import { count, moment } from "../../format";
import { T } from "../../i18n/till";
import { B } from "../../i18n/till_bills";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { TillPage, tillPath } from "./frame";
import { Text } from "./inputs";
import { useLater } from "./later";
import { Rest } from "./rest";

type Debtors = Schemas["Debtors"];
type Reminders = Schemas["app.fees.billing.shown.Reminded"];
type Debtor = Debtors["items"][number];

const MOST = 100;

export default function DebtorsPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const typed = useSignal("");
  const q = useLater(typed).value.trim();
  return (
    <TillPage school={school} here="thu/chua-dong" title={T.debtors()}>
      <p class="muted">{B.debtLead()}</p>
      <Text label={T.findPupil()} type="search" value={typed} />
      <List key={q} school={school} q={q} />
    </TillPage>
  );
}

function List({ school, q }: { school: number; q: string }) {
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/debtors", {
        params: { query: { school_id: school, q: q || undefined, cursor, limit: MOST } },
      }),
    );
  const query = useQuery(`thu-no/${school}/${q}`, () => page(), { keeps: false });
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const isAsking = useSignal(false);
  const done = useSignal<Reminders | null>(null);
  const billsOf = (items: readonly Debtor[]) =>
    items.filter((each) => chosen.value.has(each.student_id)).flatMap((each) => each.invoice_ids);
  return (
    <Loaded query={query}>
      {(found) =>
        found.items.length === 0 ? (
          <Empty icon="check" title={q ? T.noneFound() : B.debtNone()} />
        ) : (
          <>
            <Sums sums={found.sums} />
            {done.value && <Reminded done={done.value} />}
            <Table
              school={school}
              items={found.items}
              chosen={chosen.value}
              onChoose={(next) => {
                chosen.value = next;
              }}
            />
            <Rest query={query} found={found} page={page} />
            <Button
              kind="main"
              icon="bell"
              class="till-start"
              disabled={chosen.value.size === 0}
              onClick={() => (isAsking.value = true)}
            >
              {B.remind(count(chosen.value.size))}
            </Button>
            {isAsking.value && (
              <Confirm
                title={B.remindAsk(count(chosen.value.size))}
                action={B.remind(count(chosen.value.size))}
                kind="main"
                onClose={() => (isAsking.value = false)}
                onYes={async () => {
                  const body = { school_id: school, invoice_ids: billsOf(found.items) };
                  done.value = await of(api.POST("/v1/fees/reminders", { body }));
                  chosen.value = new Set();
                  await query.reload();
                }}
              >
                <p>{B.remindHint()}</p>
              </Confirm>
            )}
          </>
        )
      }
    </Loaded>
  );
}

function Sums({ sums }: { sums: Debtors["sums"] }) {
  const ages = [
    [B.notDue(), sums.not_due],
    [B.days30(), sums.days_1_30],
    [B.days60(), sums.days_31_60],
    [B.daysMore(), sums.days_over_60],
  ] as const;
  const figures = [[B.owed(), sums.owed] as const, ...ages.filter(([, sum]) => sum > 0)];
  return (
    <dl class="till-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{dong(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

const WHY = {
  not_open: B.not_open,
  offer: B.offer,
  paid: B.paidAlready,
  not_due: B.not_due,
  too_soon: B.too_soon,
  enough: B.enough,
} as const;

function Reminded({ done }: { done: Reminders }) {
  const reasons = [...new Set(done.left.map((each) => each.reason))];
  return (
    <Note tone="good">
      <strong>{B.remindDone(count(done.families))}</strong>
      {done.left.length > 0 && (
        <p class="small">
          {B.remindLeft(count(done.left.length))} {reasons.map((each) => WHY[each]()).join(", ")}.
        </p>
      )}
    </Note>
  );
}

interface TableProps {
  school: number;
  items: readonly Debtor[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

function Table({ school, items, chosen, onChoose }: TableProps) {
  const isAll = items.every((each) => chosen.has(each.student_id));
  function toggle(id: string): void {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  }
  return (
    <Card>
      <label class="choice">
        <input
          type="checkbox"
          checked={isAll}
          onChange={() => onChoose(new Set(isAll ? [] : items.map((each) => each.student_id)))}
        />
        <span>{B.chooseAll()}</span>
      </label>
      <ul class="plain-list">
        {items.map((each) => (
          <li key={each.student_id} class="row">
            <span class="choice">
              <input
                type="checkbox"
                aria-label={B.choose(each.student_name)}
                checked={chosen.has(each.student_id)}
                onChange={() => toggle(each.student_id)}
              />
            </span>
            <a class="grow till-debtor" href={hrefOf(school, each)}>
              <strong>{each.student_name}</strong>
              <span class="muted small">{wordsOf(each)}</span>
            </a>
            <span class="till-money">{dong(each.owed)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function hrefOf(school: number, { invoice_ids: [first = ""] }: Debtor): string {
  return tillPath(school, "thu/phieu", first);
}

function wordsOf(each: Debtor): string {
  const late = [
    [B.daysMore, each.days_over_60],
    [B.days60, each.days_31_60],
    [B.days30, each.days_1_30],
    [B.notDue, each.not_due],
  ] as const;
  return [
    each.class_name ? T.classOf(each.class_name) : T.noClass(),
    each.has_left && B.left(),
    late.find(([, sum]) => sum > 0)?.[0](),
    each.reminded_at && B.lastReminded(moment(each.reminded_at)),
  ]
    .filter(Boolean)
    .join(" · ");
}
