/** The code that a family pays by: shown until the bank has told of the money, by itself. */

import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { Loaded, Note, Page } from "../../components/ui";
import { moment } from "../../format";
import { F } from "../../i18n/fees";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import "./fees.css";
import { useHeard } from "./family";
import type { Intent } from "./model";

const PayBy = later(() => import("./pay_by"));
/** Should the stream be silent, it is asked now and then. */
const AGAIN_MS = 15_000;

export default function Code({ params }: { params: Parameters }) {
  const id = params.id ?? "";
  return (
    <Page title={F.code()} back="/khoan-thu">
      <Asked key={id} id={id} />
    </Page>
  );
}

function Asked({ id }: { id: string }) {
  const query = useQuery(`fee-code/${id}`, () =>
    of(api.GET("/v1/fees/intents/{intent_id}", { params: { path: { intent_id: id } } })),
  );
  const isPending = query.data.value?.state === "pending";
  useHeard(query);
  useEffect(() => {
    if (!isPending) return undefined;
    const timer = setInterval(() => void query.reload(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isPending, query]);
  return (
    <div aria-live="polite" class="fee-code">
      <Loaded query={query}>{(intent) => <State intent={intent} />}</Loaded>
    </div>
  );
}

function State({ intent }: { intent: Intent }) {
  if (intent.state === "succeeded")
    return (
      <>
        <Note tone="good">
          <p class="fee-done">
            <Icon name="check" />
            <strong>{F.received()}</strong>
          </p>
          <p>{F.receivedSum(dong(intent.amount))}</p>
        </Note>
        <Links />
      </>
    );
  if (intent.state !== "pending" || !intent.qr || !intent.account)
    return (
      <>
        <Note tone="late">
          <p class="strong">{intent.state === "failed" ? F.failed() : F.expired()}</p>
          <p>{F.expiredHint()}</p>
        </Note>
        <Links />
      </>
    );
  return (
    <>
      <PayBy intent={intent} />
      <Note tone="wait">
        <p class="strong">{F.waiting()}</p>
        <p>{F.waitingHint()}</p>
        <p class="small">{F.until(moment(intent.expires_at))}</p>
      </Note>
    </>
  );
}

function Links() {
  return (
    <p class="across">
      <a class="button main" href="/khoan-thu/bien-lai">
        {F.receipts()}
      </a>
      <a class="button plain" href="/khoan-thu">
        {F.again()}
      </a>
    </p>
  );
}
