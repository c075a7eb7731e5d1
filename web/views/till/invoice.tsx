/** One bill: what it asks and on which basis, what was paid, and what may be done about it. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Button, Card, Loaded, Note } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { B } from "../../i18n/till_bills";
import { R } from "../../i18n/till_receipts";
import { S } from "../../i18n/till_setup";
import { dong } from "../../money";
import { useQuery } from "../../query";
import { go, type Parameters } from "../../router";
import { AskReason } from "./ask_reason";
import { dayShort } from "./days";
import { isAccountant, TillPage, tillPath } from "./frame";
import { Tick } from "./inputs";
import { BillBadge } from "./invoices";

type Shown = Schemas["InvoiceShown"];

export default function Invoice({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.invoice ?? "";
  return <One key={id} school={school} id={id} />;
}

function One({ school, id }: { school: number; id: string }) {
  const query = useQuery(
    `thu-phieu/${id}`,
    () =>
      of(
        api.GET("/v1/fees/invoices/{invoice_id}", {
          params: { path: { invoice_id: id }, query: { school_id: school } },
        }),
      ),
    { keeps: false },
  );
  const asking = useSignal<"void" | "write_off" | null>(null);
  return (
    <TillPage
      school={school}
      here="thu/phieu"
      title={query.data.value?.invoice.student_name ?? T.bills()}
      back={tillPath(school, "thu/phieu")}
    >
      <Loaded query={query}>
        {(shown) => (
          <>
            <Told shown={shown} />
            <div class="till-two">
              <Lines shown={shown} />
              <div class="stack">
                <Sums shown={shown} asking={asking} />
                <Payments shown={shown} />
              </div>
            </div>
            {asking.value && <Act shown={shown} asking={asking} onDone={query.reload} />}
          </>
        )}
      </Loaded>
    </TillPage>
  );
}

function Told({ shown: { invoice, detail } }: { shown: Shown }) {
  const to = (id: string) => tillPath(invoice.school_id, "thu/phieu", id);
  return (
    <>
      {detail.void_reason && (
        <Note>
          <p>{B.voided(detail.void_reason)}</p>
          {detail.replaced_by && (
            <a class="button" href={to(detail.replaced_by)}>
              {B.toNew()}
            </a>
          )}
        </Note>
      )}
      {detail.write_off_reason && <Note tone="late">{B.writtenOff(detail.write_off_reason)}</Note>}
      {detail.replaces && (
        <a class="button till-start" href={to(detail.replaces)}>
          {B.toOld()}
        </a>
      )}
    </>
  );
}

function Lines({ shown: { invoice, lines, detail } }: { shown: Shown }) {
  return (
    <Card>
      <div class="till-pair">
        <h2>{invoice.period_name}</h2>
        <BillBadge bill={invoice} />
      </div>
      <p class="muted small">
        {[
          invoice.class_name && T.classOf(invoice.class_name),
          invoice.pay_ref,
          S.dueOn(dayShort(invoice.due_day)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <ul class="plain-list">
        {lines.map((line) => (
          <li key={line.n} class="row">
            <span class="grow">
              <strong>
                {line.name}
                {line.quantity > 1 && ` × ${line.quantity}`}
              </strong>
              <span class="muted small">{line.legal_basis}</span>
            </span>
            <span class="till-money">
              {dong(line.amount)}
              {line.waived > 0 && (
                <>
                  <br />
                  <span class="small">{B.waived(dong(line.waived))}</span>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {detail.issued_by && invoice.opened_at && (
        <p class="muted small">{B.issuedBy(detail.issued_by, moment(invoice.opened_at))}</p>
      )}
    </Card>
  );
}

type Asking = Signal<"void" | "write_off" | null>;

function Sums({ shown: { invoice }, asking }: { shown: Shown; asking: Asking }) {
  const isOwed = invoice.state === "open" && invoice.rest > 0;
  return (
    <Card>
      <p class="till-pair">
        <span>{B.total()}</span>
        <strong>{dong(invoice.total)}</strong>
      </p>
      <p class="till-pair">
        <span>{B.paidSum()}</span>
        <strong>{dong(invoice.paid)}</strong>
      </p>
      <p class="till-pair">
        <span>{B.rest()}</span>
        <strong>{dong(invoice.state === "open" ? invoice.rest : 0)}</strong>
      </p>
      {invoice.reminded_at && (
        <p class="muted small">{B.reminded(`${invoice.reminders}`, moment(invoice.reminded_at))}</p>
      )}
      <div class="across">
        {isAccountant() && invoice.state === "open" && invoice.paid === 0 && (
          <Button kind="danger" onClick={() => (asking.value = "void")}>
            {B.voidAct()}
          </Button>
        )}
        {!isAccountant() && isOwed && !invoice.is_voluntary && (
          <Button kind="danger" onClick={() => (asking.value = "write_off")}>
            {B.writeOff()}
          </Button>
        )}
      </div>
    </Card>
  );
}

function Payments({ shown: { invoice, payments } }: { shown: Shown }) {
  return (
    <Card>
      <h2>{B.payments()}</h2>
      {payments.length === 0 && <p class="muted">{B.paymentsNone()}</p>}
      <ul class="plain-list">
        {payments.map((each) => {
          const words = (
            <>
              <span class="grow">
                <span>{moment(each.made_at)}</span>
                <span class="muted small">{B[each.how]()}</span>
              </span>
              <span class="till-money">{dong(each.amount)}</span>
            </>
          );
          return (
            <li key={each.allocation_id}>
              {isAccountant() ? (
                <a class="row" href={tillPath(invoice.school_id, "thu/tien-ve", each.fund_id)}>
                  {words}
                </a>
              ) : (
                <div class="row">{words}</div>
              )}
            </li>
          );
        })}
      </ul>
      {isAccountant() && (
        <a
          class="button till-start"
          href={`${tillPath(invoice.school_id, "thu/bien-lai")}?em=${invoice.student_id}`}
        >
          {R.ofPupil()}
        </a>
      )}
    </Card>
  );
}

interface ActProps {
  shown: Shown;
  asking: Asking;
  onDone: () => Promise<void>;
}

function Act({ shown: { invoice }, asking, onDone }: ActProps) {
  const isReissued = useSignal(false);
  const isVoid = asking.value === "void";
  const { school_id } = invoice;
  const params = { path: { invoice_id: invoice.id } };

  async function act(reason: string): Promise<void> {
    if (isVoid) {
      const body = { school_id, reason, reissue: isReissued.peek() };
      const done = await of(api.POST("/v1/fees/invoices/{invoice_id}/void", { params, body }));
      if (done.reissued) return go(tillPath(school_id, "thu/phieu", done.reissued.id));
    } else {
      const body = { school_id, reason };
      await of(api.POST("/v1/fees/invoices/{invoice_id}/write-off", { params, body }));
    }
    await onDone();
  }

  return (
    <AskReason
      title={isVoid ? B.voidAsk() : B.writeOffAsk(dong(invoice.rest))}
      action={isVoid ? B.voidAct() : B.writeOff()}
      onClose={() => {
        asking.value = null;
      }}
      onSend={act}
    >
      <p>{isVoid ? B.voidHint() : B.writeOffHint()}</p>
      {isVoid && <Tick label={B.reissue()} hint={B.reissueHint()} value={isReissued} />}
    </AskReason>
  );
}
