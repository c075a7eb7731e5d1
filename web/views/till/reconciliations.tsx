/** Reconciliations: an account and some days, and what does not fit. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Loaded } from "../../components/ui";
import { count, moment, schoolDay } from "../../format";
import { T } from "../../i18n/till";
import { K } from "../../i18n/till_books";
import { useQuery } from "../../query";
import { go, type Parameters } from "../../router";
import { Select } from "../office/inputs";
import { dayShort, monthOf } from "./days";
import { isAccountant, TillPage, tillPath } from "./frame";
import { Text } from "./inputs";
import { type Account, useAccounts } from "./lists";
import { Rest } from "./rest";

export type Run = Schemas["Reconciliation"];

export default function Reconciliations({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const accounts = useAccounts(school);
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/reconciliations", {
        params: { query: { school_id: school, cursor, limit: 20 } },
      }),
    );
  const query = useQuery(`thu-doi/${school}`, () => page(), { keeps: false });
  const banks = accounts.data.value?.filter((each) => each.kind === "bank") ?? [];
  return (
    <TillPage school={school} here="thu/doi-chieu" title={T.matching()}>
      <p class="muted">{K.recLead()}</p>
      {isAccountant() && banks.length > 0 && <Ask school={school} banks={banks} />}
      <Card>
        <Loaded query={query}>
          {(found) => (
            <>
              {found.items.length === 0 && <p class="muted">{K.recNone()}</p>}
              <ul class="plain-list">
                {found.items.map((run) => (
                  <li key={run.id}>
                    <a class="row" href={tillPath(school, "thu/doi-chieu", run.id)}>
                      <span class="grow">
                        <strong>
                          {dayShort(run.from_day)} – {dayShort(run.to_day)}
                        </strong>
                        <span class="muted small">
                          {[run.run_by_name, moment(run.run_at)].filter(Boolean).join(" · ")}
                        </span>
                      </span>
                      <RunBadge run={run} />
                      <Icon name="next" />
                    </a>
                  </li>
                ))}
              </ul>
              {found.items.length > 0 && <Rest query={query} found={found} page={page} />}
            </>
          )}
        </Loaded>
      </Card>
    </TillPage>
  );
}

/** By the sums: a list leaves the differences themselves out, and one run holds the first 1,000. */
export function RunBadge({ run: { sums } }: { run: Run }) {
  return sums.differences === 0 ? (
    <Badge tone="good">{K.recFine()}</Badge>
  ) : (
    <Badge tone="late">{K.recDiffs(count(sums.differences))}</Badge>
  );
}

function Ask({ school, banks }: { school: number; banks: readonly Account[] }) {
  const sending = useSending();
  const account = useSignal<string>(banks[0]?.id ?? "");
  const from = useSignal(monthOf(schoolDay()).from);
  const to = useSignal(schoolDay());
  async function run(): Promise<void> {
    const body = {
      school_id: school,
      account_id: account.value,
      from_day: from.value,
      to_day: to.value,
    };
    const made = await of(api.POST("/v1/fees/reconciliations", { body }));
    go(tillPath(school, "thu/doi-chieu", made.id));
  }
  return (
    <Card aria-label={K.recRun()}>
      <Form sending={sending} onSend={run} check={() => Boolean(from.value && to.value)}>
        <div class="till-filters">
          <Select
            label={K.account()}
            value={account}
            options={banks.map((each) => [each.id, each.name])}
          />
          <Text label={T.from()} type="date" value={from} />
          <Text label={T.to()} type="date" value={to} />
        </div>
        <Button kind="main" type="submit" class="till-start" busy={sending.busy.value}>
          {K.recRun()}
        </Button>
      </Form>
    </Card>
  );
}
