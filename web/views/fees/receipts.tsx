/** A family's receipts, the latest first. */

import { api, download, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Empty, Fault, Loaded, Page } from "../../components/ui";
import { dayName } from "../../format";
import { F } from "../../i18n/fees";
import { dong, fileName, receiptNumber } from "../../money";
import { useQuery } from "../../query";
import "./fees.css";
import { useHeard } from "./family";

type Receipt = Schemas["Receipt"];
/** Years of one family. */
const MOST = 200;

export default function Receipts() {
  const query = useQuery(
    "fee-receipts",
    async () =>
      (await of(api.GET("/v1/fees/receipts", { params: { query: { limit: MOST } } }))).items,
  );
  useHeard(query);
  return (
    <Page title={F.receipts()} back="/khoan-thu">
      <Loaded query={query}>
        {(items) =>
          items.length ? (
            <ul class="fee-bills">
              {items.map((each) => (
                <One key={each.id} receipt={each} reload={() => query.reload()} />
              ))}
            </ul>
          ) : (
            <Empty icon="file" title={F.noReceipts()}>
              {F.noReceiptsHint()}
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}

function One({ receipt, reload }: { receipt: Receipt; reload: () => Promise<void> }) {
  const sending = useSending();
  const { series, replaced_by } = receipt;
  const number = receiptNumber(series, receipt.number);
  const name = receipt.kind === "credit_slip" ? F.slipNumber(number) : F.receiptNumber(number);
  const get = () =>
    sending.run(async () => {
      await download(`/v1/fees/receipts/${receipt.id}/receipt.pdf`, fileName(number));
      if (!receipt.is_printed) await reload();
    });
  const periods = [...new Set(receipt.lines.map((line) => line.period))].join(", ");
  return (
    <li class="card">
      <span class="fee-past">
        <span class="fee-words">
          <strong>{name}</strong>
          <span>{[receipt.student_name, periods].filter(Boolean).join(" · ")}</span>
          <span class="muted">
            {dayName(receipt.day)} · {receipt.channel === "cash" ? F.cash() : F.transfer()}
          </span>
          {receipt.state === "void" && (
            <Badge>{replaced_by ? F.replaced(receiptNumber(series, replaced_by)) : F.void()}</Badge>
          )}
        </span>
        <strong class="fee-sum">{dong(receipt.amount)}</strong>
      </span>
      <Button icon="file" busy={sending.busy.value} onClick={() => void get()}>
        {F.pdf()}
        <span class="sr-only"> {name}</span>
      </Button>
      <Fault error={sending.failure.value} />
    </li>
  );
}
