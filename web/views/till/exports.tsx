/** The books as Excel files. */

import { type Signal, useSignal } from "@preact/signals";
import { download } from "../../api";
import { useSending } from "../../components/form";
import { Button, Card, Fault } from "../../components/ui";
import { schoolDay } from "../../format";
import { T } from "../../i18n/till";
import { K } from "../../i18n/till_books";
import type { Parameters } from "../../router";
import { monthOf } from "./days";
import { TillPage } from "./frame";
import { Text } from "./inputs";

const BOOKS = ["invoices", "funds", "receipts", "ledger", "closes"] as const;
type Book = (typeof BOOKS)[number];

const FILES: Record<Book, string> = {
  invoices: "phieu-thu",
  funds: "tien-ve",
  receipts: "bien-lai",
  ledger: "so-cai",
  closes: "khoa-so",
};

export default function Exports({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const month = monthOf(schoolDay());
  const from = useSignal(month.from);
  const to = useSignal(schoolDay());
  return (
    <TillPage school={school} here="thu/xuat-excel" title={T.exports()}>
      <p class="muted">{K.exLead()}</p>
      <div class="till-filters">
        <Text label={T.from()} type="date" value={from} />
        <Text label={T.to()} type="date" value={to} />
      </div>
      <Card>
        <ul class="plain-list">
          {BOOKS.map((book) => (
            <li key={book}>
              <One school={school} book={book} from={from} to={to} />
            </li>
          ))}
        </ul>
      </Card>
    </TillPage>
  );
}

interface OneProps {
  school: number;
  book: Book;
  from: Signal<string>;
  to: Signal<string>;
}

function One({ school, book, from, to }: OneProps) {
  const sending = useSending();
  const query = new URLSearchParams({ school_id: `${school}`, from: from.value, to: to.value });
  const name = `${FILES[book]}-${from.value}-${to.value}.xlsx`;
  return (
    <div class="row">
      <span class="grow">
        <strong>{K[book]()}</strong>
        <Fault error={sending.failure.value} />
      </span>
      <Button
        icon="file"
        busy={sending.busy.value}
        disabled={!from.value || !to.value}
        aria-label={`${K.get()}: ${K[book]()}`}
        onClick={() =>
          void sending.run(() => download(`/v1/fees/exports/${book}.xlsx?${query}`, name))
        }
      >
        {K.get()}
      </Button>
    </div>
  );
}
