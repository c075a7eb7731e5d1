/** The bills of a school: filters, a search, and a table of them. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Badge, Empty, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { B } from "../../i18n/till_bills";
import { S } from "../../i18n/till_setup";
import { dong } from "../../money";
import { useQuery } from "../../query";
import { type Parameters, place } from "../../router";
import { Select } from "../office/inputs";
import { type SchoolClass, useClasses } from "../office/lists";
import { dayShort } from "./days";
import { isAccountant, TillPage, tillPath } from "./frame";
import { Chips, type Chosen, PupilField, Text } from "./inputs";
import { useLater } from "./later";
import { type Period, usePeriods } from "./lists";
import { Rest } from "./rest";

export type Bill = Schemas["InvoiceRow"];
type Show = "all" | "unpaid" | "partial" | "paid" | "offers" | "voids";

interface Wanted {
  period: string;
  room: string;
  show: Show;
  q: string;
  student: string;
}

const MOST = 50;

function queryOf({ period, room, show, q, student }: Wanted) {
  const isSettled = show === "unpaid" || show === "partial" || show === "paid";
  return {
    period_id: period || undefined,
    class_id: room || undefined,
    student_id: student || undefined,
    q: q || undefined,
    settlement: isSettled ? show : undefined,
    state: isSettled ? ("open" as const) : show === "voids" ? ("void" as const) : undefined,
    is_voluntary: isSettled ? false : show === "offers" ? true : undefined,
  };
}

export default function Invoices({ params }: { params: Parameters }) {
  const school = Number(params.school);
  return (
    <TillPage school={school} here="thu/phieu" title={T.bills()}>
      {isAccountant() ? <Office school={school} /> : <OfPupil school={school} />}
    </TillPage>
  );
}

function OfPupil({ school }: { school: number }) {
  const pupil = useSignal<Chosen | null>(null);
  const student = pupil.value?.id;
  return (
    <>
      <p class="muted">{B.principalHint()}</p>
      <PupilField school={school} value={pupil} />
      {student && (
        <Rows
          key={student}
          school={school}
          wanted={{ period: "", room: "", show: "all", q: "", student }}
        />
      )}
    </>
  );
}

function Office({ school }: { school: number }) {
  const periods = usePeriods(school).data.value ?? [];
  const classes = useClasses(school).data.value ?? [];
  const period = useSignal(place.peek().query.get("dot") ?? "");
  const room = useSignal("");
  const show = useSignal<Show>("all");
  const typed = useSignal("");
  const q = useLater(typed).value.trim();
  const wanted = { period: period.value, room: room.value, show: show.value, q, student: "" };
  return (
    <>
      <Filters periods={periods} classes={classes} period={period} room={room} typed={typed} />
      <Chips
        label={B.settlement()}
        value={show}
        options={[
          ["all", T.all()],
          ["unpaid", B.unpaid()],
          ["partial", B.partial()],
          ["paid", B.paid()],
          ["offers", B.offers()],
          ["voids", B.voids()],
        ]}
      />
      <Rows key={JSON.stringify(wanted)} school={school} wanted={wanted} />
    </>
  );
}

interface FiltersProps {
  periods: readonly Period[];
  classes: readonly SchoolClass[];
  period: Signal<string>;
  room: Signal<string>;
  typed: Signal<string>;
}

function Filters({ periods, classes, period, room, typed }: FiltersProps) {
  return (
    <div class="till-filters">
      <Text label={B.find()} type="search" value={typed} />
      <Select
        label={B.period()}
        value={period}
        options={[["", B.allPeriods()], ...periods.map((each) => [each.id, each.name] as const)]}
      />
      <Select
        label={B.room()}
        value={room}
        options={[["", B.allClasses()], ...classes.map((each) => [each.id, each.name] as const)]}
      />
    </div>
  );
}

function Rows({ school, wanted }: { school: number; wanted: Wanted }) {
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/invoices", {
        params: { query: { school_id: school, ...queryOf(wanted), cursor, limit: MOST } },
      }),
    );
  const query = useQuery(`thu-phieu/${school}/${JSON.stringify(wanted)}`, () => page(), {
    keeps: false,
  });
  const isAsked = Object.values(wanted).some((each) => each && each !== "all");
  return (
    <Loaded query={query}>
      {(found) =>
        found.items.length === 0 ? (
          <Empty icon="file" title={isAsked ? T.noneFound() : B.none()}>
            {!isAsked && B.noneHint()}
          </Empty>
        ) : (
          <>
            <BillTable bills={found.items} />
            <Rest query={query} found={found} page={page} />
          </>
        )
      }
    </Loaded>
  );
}

function BillTable({ bills }: { bills: readonly Bill[] }) {
  return (
    <ul class="till-bills">
      {bills.map((bill) => (
        <li key={bill.id}>
          <a class="till-bill" href={tillPath(bill.school_id, "thu/phieu", bill.id)}>
            <span class="till-bill-who">
              <strong>{bill.student_name}</strong>
              <span class="muted small">
                {[
                  bill.class_name ? T.classOf(bill.class_name) : T.noClass(),
                  bill.has_left && B.left(),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            <span class="small till-bill-what">
              {bill.period_name}
              <br />
              <span class="muted">
                {bill.pay_ref} · {S.dueOn(dayShort(bill.due_day))}
              </span>
            </span>
            <BillBadge bill={bill} />
            <span class="till-money">
              {dong(bill.total)}
              <br />
              <span class="muted small">
                {bill.paid > 0 && bill.rest > 0 && `${B.rest()} ${dong(bill.rest)}`}
              </span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

const TONES = { unpaid: "late", partial: "wait", paid: "good" } as const;

export function BillBadge({ bill }: { bill: Bill }) {
  if (bill.state !== "open")
    return <Badge tone={bill.state === "void" ? "plain" : "bad"}>{B[bill.state]()}</Badge>;
  if (bill.declined_at) return <Badge>{B.declined()}</Badge>;
  if (bill.is_voluntary && bill.settlement === "unpaid") return <Badge>{B.offers()}</Badge>;
  return <Badge tone={TONES[bill.settlement]}>{B[bill.settlement]()}</Badge>;
}
