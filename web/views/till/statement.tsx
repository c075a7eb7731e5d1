/** The rows of a statement; those that wait are decided here. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Empty, Fault, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { TillPage, tillPath } from "./frame";
import { Chips } from "./inputs";
import { Rest } from "./rest";

type Row = Schemas["StatementRowShown"];
type Show = "waiting" | "all";

export default function Statement({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const show = useSignal<Show>("all");
  return (
    <TillPage
      school={school}
      here="thu/sao-ke"
      title={T.statements()}
      back={tillPath(school, "thu/sao-ke")}
    >
      <Chips
        label={M.which()}
        value={show}
        options={[
          ["all", M.allRows()],
          ["waiting", M.rowWaits()],
        ]}
      />
      <Rows key={show.value} school={school} id={params.statement ?? ""} show={show.value} />
    </TillPage>
  );
}

function Rows({ school, id, show }: { school: number; id: string; show: Show }) {
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/statements/{statement_id}/rows", {
        params: {
          path: { statement_id: id },
          query: {
            school_id: school,
            waiting: show === "waiting" || undefined,
            cursor,
            limit: 100,
          },
        },
      }),
    );
  const query = useQuery(`thu-sao-ke/${id}/${show}`, () => page(), { keeps: false });
  return (
    <Loaded query={query}>
      {(found) =>
        found.items.length === 0 ? (
          <Empty icon="check" title={M.noneWaiting()} />
        ) : (
          <Card>
            <ul class="plain-list">
              {found.items.map((row) => (
                <li key={row.n}>
                  <One school={school} statement={id} row={row} onDone={query.reload} />
                </li>
              ))}
            </ul>
            <Rest query={query} found={found} page={page} />
          </Card>
        )
      }
    </Loaded>
  );
}

interface OneProps {
  school: number;
  statement: string;
  row: Row;
  onDone: () => Promise<void>;
}

function One({ school, statement, row, onDone }: OneProps) {
  const sending = useSending();
  const decide = (fund: string | null) =>
    sending.run(async () => {
      const params = { path: { statement_id: statement, n: row.n } };
      const body = { school_id: school, fund_id: fund };
      await of(api.POST("/v1/fees/statements/{statement_id}/rows/{n}/decision", { params, body }));
      await onDone();
    });
  return (
    <div class="row till-bank-row">
      <span class="grow">
        <strong class="till-memo">{row.memo || M.noMemo()}</strong>
        <span class="muted small">
          {[moment(row.at), row.bank_ref].filter(Boolean).join(" · ")}
        </span>
        {row.waits && (
          <span>
            <Badge tone="late">{M[row.waits]()}</Badge>
          </span>
        )}
        {row.fund_id && (
          <a class="small" href={tillPath(school, "thu/tien-ve", row.fund_id)}>
            {M.toFund()}
          </a>
        )}
        {row.waits && (
          <span class="across">
            {row.candidates.map((fund) => (
              <span key={fund} class="across">
                <a class="button quiet" href={tillPath(school, "thu/tien-ve", fund)}>
                  {M.toFund()}
                </a>
                <Button busy={sending.busy.value} onClick={() => void decide(fund)}>
                  {M.isKnown()}
                </Button>
              </span>
            ))}
            <Button busy={sending.busy.value} onClick={() => void decide(null)}>
              {M.isNew()}
            </Button>
          </span>
        )}
        <Fault error={sending.failure.value} />
      </span>
      <span class="till-money">{dong(row.amount)}</span>
    </div>
  );
}
