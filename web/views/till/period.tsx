/** One billing period: what it collects, the preview, the issue. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Card, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { useClasses } from "../office/lists";
import { Charges } from "./charges";
import { dayShort } from "./days";
import { isAccountant, TillPage, tillPath } from "./frame";
import { Issue } from "./issue";
import { type Period, useAccounts, useItems } from "./lists";
import { PeriodForm } from "./period_form";
import { PeriodBadge } from "./periods";

export default function OnePeriod({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.period ?? "";
  const query = useQuery(
    `thu-dot/${id}`,
    () =>
      of(
        api.GET("/v1/fees/periods/{period_id}", {
          params: { path: { period_id: id }, query: { school_id: school } },
        }),
      ),
    { keeps: false },
  );
  const items = useItems(school);
  const classes = useClasses(school);
  const title = query.data.value?.period.name ?? T.periods();
  return (
    <TillPage
      school={school}
      here="thu/dot-thu"
      title={title}
      back={tillPath(school, "thu/dot-thu")}
    >
      <Loaded query={query}>
        {({ period, charges }) => (
          <>
            <Head period={period} onChanged={query.reload} />
            <Loaded query={items}>
              {(all) => (
                <Loaded query={classes}>
                  {(rooms) => (
                    <>
                      <Charges
                        period={period}
                        charges={charges}
                        items={all}
                        classes={rooms.filter((each) => !each.ended_at)}
                        isFrozen={period.state === "closed" || !isAccountant()}
                        onSaved={query.reload}
                      />
                      {isAccountant() && period.state !== "closed" && (
                        <Issue
                          period={period}
                          classes={rooms.filter((each) => !each.ended_at)}
                          onIssued={query.reload}
                        />
                      )}
                    </>
                  )}
                </Loaded>
              )}
            </Loaded>
          </>
        )}
      </Loaded>
    </TillPage>
  );
}

function Head({ period, onChanged }: { period: Period; onChanged: () => Promise<void> }) {
  const accounts = useAccounts(period.school_id).data.value;
  const isEditing = useSignal(false);
  const isClosing = useSignal(false);
  const account = accounts?.find((each) => each.id === period.account_id);
  return (
    <Card>
      <div class="across">
        <PeriodBadge state={period.state} />
        <span>
          {dayShort(period.from_day)} – {dayShort(period.to_day)}
        </span>
        <strong>{S.dueOn(dayShort(period.due_day))}</strong>
        {account && (
          <span class="muted">
            {S.paidTo()}: {account.name}
          </span>
        )}
        {period.accepts_partial && <span class="muted">{S.partial()}</span>}
      </div>
      {isAccountant() && period.state !== "closed" && (
        <div class="across">
          <Button onClick={() => (isEditing.value = true)}>{T.change()}</Button>
          {period.state === "open" && (
            <Button kind="quiet" onClick={() => (isClosing.value = true)}>
              {S.closePeriod()}
            </Button>
          )}
        </div>
      )}
      {isEditing.value && (
        <PeriodForm
          school={period.school_id}
          changed={period}
          accounts={accounts}
          onClose={() => (isEditing.value = false)}
          onSaved={onChanged}
        />
      )}
      {isClosing.value && (
        <Confirm
          title={S.closePeriodAsk()}
          action={S.closePeriod()}
          onClose={() => (isClosing.value = false)}
          onYes={async () => {
            const params = {
              path: { period_id: period.id },
              query: { school_id: period.school_id },
            };
            await of(api.POST("/v1/fees/periods/{period_id}/close", { params }));
            await onChanged();
          }}
        >
          <p>{S.closePeriodHint()}</p>
        </Confirm>
      )}
    </Card>
  );
}
