/** The school's receipts and slips, the latest first, void ones among them. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, download, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Empty, Fault, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { R } from "../../i18n/till_receipts";
import { dong, fileName, receiptNumber } from "../../money";
import { useQuery } from "../../query";
import { type Parameters, place } from "../../router";
import { dayShort } from "./days";
import { TillPage } from "./frame";
import { type Chosen, PupilField } from "./inputs";
import { pupilOf } from "./pupil";
import { Rest } from "./rest";

type Receipt = Schemas["Receipt"];

export default function Receipts({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const asked = place.value.query.get("em");
  const pupil = useSignal<Chosen | null>(asked ? { id: asked, name: T.pupil(), more: null } : null);
  useEffect(() => {
    if (!asked) return;
    // Who has left for good keeps the receipts, and is just "a pupil" here.
    pupilOf(school, asked).then(
      (found) => {
        if (pupil.peek()?.id === asked) pupil.value = found;
      },
      () => {},
    );
  }, [school, asked, pupil]);
  const id = pupil.value?.id;
  return (
    <TillPage school={school} here="thu/bien-lai" title={T.receipts()}>
      <p class="muted">{R.lead()}</p>
      <PupilField school={school} value={pupil} />
      <List key={id} school={school} student={id} />
    </TillPage>
  );
}

function List({ school, student }: { school: number; student: string | undefined }) {
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/receipts", {
        params: { query: { school_id: school, student_id: student, cursor, limit: 50 } },
      }),
    );
  const key = `thu-bien-lai/${school}/${student ?? ""}`;
  const query = useQuery(key, () => page(), { keeps: false });
  return (
    <Loaded query={query}>
      {(found) =>
        found.items.length === 0 ? (
          <Empty icon="file" title={R.none()}>
            {R.noneHint()}
          </Empty>
        ) : (
          <>
            <Card>
              <ul class="plain-list">
                {found.items.map((each) => (
                  <li key={each.id}>
                    <One receipt={each} onPrinted={query.reload} />
                  </li>
                ))}
              </ul>
            </Card>
            <Rest query={query} found={found} page={page} />
          </>
        )
      }
    </Loaded>
  );
}

function One({ receipt, onPrinted }: { receipt: Receipt; onPrinted: () => Promise<void> }) {
  const sending = useSending();
  const { series, kind, channel } = receipt;
  const number = receiptNumber(series, receipt.number);
  const get = () =>
    sending.run(async () => {
      await download(`/v1/fees/receipts/${receipt.id}/receipt.pdf`, fileName(number));
      if (!receipt.is_printed) await onPrinted();
    });
  const periods = [...new Set(receipt.lines.map((line) => line.period))].join(", ");
  const facts = [kind === "credit_slip" && R.slip(), dayShort(receipt.day), R[channel](), periods];
  return (
    <div class="row till-bank-row">
      <span class="grow">
        <strong>{receipt.student_name ?? R.nobody()}</strong>
        <span>
          {number} <StateBadge receipt={receipt} />
        </span>
        <span class="muted small">{facts.filter(Boolean).join(" · ")}</span>
        {receipt.void_reason && <span class="muted small">{receipt.void_reason}</span>}
        <Fault error={sending.failure.value} />
      </span>
      <span class="till-money">{dong(receipt.amount)}</span>
      <Button
        icon="file"
        busy={sending.busy.value}
        aria-label={R.pdfOf(number)}
        onClick={() => void get()}
      >
        {R.pdf()}
      </Button>
    </div>
  );
}

function StateBadge({ receipt: { state, replaced_by, series } }: { receipt: Receipt }) {
  if (state === "live") return <Badge tone="good">{R.live()}</Badge>;
  if (replaced_by === null) return <Badge>{R.void()}</Badge>;
  return <Badge>{R.replaced(receiptNumber(series, replaced_by))}</Badge>;
}
