/** A day of all schools in numbers; none of them small enough to point at a child. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Button, Empty, Field, Loaded } from "../../components/ui";
import { count, moment, plain, schoolDay } from "../../format";
import { C } from "../../i18n/common";
import { Z } from "../../i18n/department";
import { useQuery } from "../../query";
import { DayPicker } from "../daily/day_picker";
import { DepartmentPage } from "./frame";

type Cells = Schemas["Cells"];
type SchoolDay = Schemas["SchoolDay"];

interface Day {
  total: Cells;
  items: SchoolDay[];
}

async function dayOf(day: string): Promise<Day> {
  const items: SchoolDay[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page: Schemas["DepartmentDay"] = await of(
      api.GET("/v1/monitor/department", { params: { query: { day, cursor, limit: 200 } } }),
    );
    items.push(...page.items);
    if (!page.next_cursor) return { total: page.total, items };
    cursor = page.next_cursor;
  }
}

export default function DepartmentDay() {
  const day = useSignal(schoolDay());
  return (
    <DepartmentPage here="/so/ngay" title={Z.dayTitle()}>
      <DayPicker day={day} />
      <Numbers key={day.value} day={day.value} />
    </DepartmentPage>
  );
}

function Numbers({ day }: { day: string }) {
  const query = useQuery(`so-ngay/${day}`, () => dayOf(day));
  return (
    <Loaded query={query}>
      {({ total, items }) =>
        items.length === 0 ? (
          <Empty icon="home" title={Z.noSchools()} />
        ) : (
          <>
            <dl class="figures">
              {FIELDS.map(([field, name]) => (
                <div key={field}>
                  <dt>{name()}</dt>
                  <dd>{cell(total[field])}</dd>
                </div>
              ))}
            </dl>
            <p class="muted small">{Z.few()}</p>
            <Schools items={items} />
          </>
        )
      }
    </Loaded>
  );
}

const FIELDS = [
  ["expected", Z.expected],
  ["arrived", Z.arrived],
  ["late", Z.late],
  ["on_leave", Z.onLeave],
  ["missing", Z.missing],
  ["absent", Z.absent],
  ["held", Z.held],
] as const satisfies readonly (readonly [keyof Cells, () => string])[];

/** A number that is too small to be shown is said to be so. */
function cell(n: number | null): string {
  return n === null ? Z.tooFew() : count(n);
}

const STEP = 100;

function Schools({ items }: { items: readonly SchoolDay[] }) {
  const typed = useSignal("");
  const shown = useSignal(STEP);
  const wanted = plain(typed.value.trim());
  const found = items.filter((each) => plain(each.name).includes(wanted));
  return (
    <>
      <Field
        label={Z.find()}
        type="search"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys too */}
      <section class="card scroll-x" data-scrolls tabIndex={0} aria-label={Z.dayTitle()}>
        <table>
          <thead>
            <tr>
              <th scope="col">{Z.school()}</th>
              {FIELDS.map(([field, name]) => (
                <th key={field} scope="col" class="number">
                  {name()}
                </th>
              ))}
              <th scope="col">{Z.waiting()}</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shown.value).map((each) => (
              <tr key={each.school_id}>
                <th scope="row">
                  {each.name}
                  <br />
                  <span class="small">
                    {each.counted_at ? C.asOf(moment(each.counted_at)) : Z.nothingYet()}
                  </span>
                </th>
                {FIELDS.map(([field]) => (
                  <td key={field} class="number">
                    {cell(each.numbers[field])}
                  </td>
                ))}
                <td>
                  <div class="across">
                    <a
                      class="button"
                      href={`/so/don/${each.school_id}`}
                      aria-label={Z.leaveOf(each.name)}
                    >
                      {Z.leave()}
                    </a>
                    <a
                      class="button"
                      href={`/so/sua/${each.school_id}`}
                      aria-label={Z.correctionsOf(each.name)}
                    >
                      {Z.corrections()}
                    </a>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {found.length > shown.value && (
        <Button
          onClick={() => {
            shown.value = shown.peek() + STEP;
          }}
        >
          {C.more()}
        </Button>
      )}
    </>
  );
}
