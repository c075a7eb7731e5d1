/** The billing periods of a school, the newest first. */

import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { go, type Parameters } from "../../router";
import { dayShort } from "./days";
import { isAccountant, TillPage, tillPath } from "./frame";
import { type Period, useAccounts, usePeriods } from "./lists";
import { PeriodForm } from "./period_form";

export default function Periods({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = usePeriods(school);
  const accounts = useAccounts(school);
  const isAdding = useSignal(false);
  const add = isAccountant() && (
    <Button kind="main" icon="plus" onClick={() => (isAdding.value = true)}>
      {S.addPeriod()}
    </Button>
  );
  return (
    <TillPage school={school} here="thu/dot-thu" title={T.periods()} actions={add}>
      <p class="muted">{S.periodsLead()}</p>
      <Loaded query={query}>
        {(periods) =>
          periods.length === 0 ? (
            <Empty icon="calendar" title={S.periodsNone()} />
          ) : (
            <Card>
              <ul class="plain-list">
                {periods.map((period) => (
                  <li key={period.id}>
                    <Row period={period} href={tillPath(school, "thu/dot-thu", period.id)} />
                  </li>
                ))}
              </ul>
            </Card>
          )
        }
      </Loaded>
      {isAdding.value && (
        <PeriodForm
          school={school}
          changed={null}
          accounts={accounts.data.value}
          onClose={() => (isAdding.value = false)}
          onSaved={async (id) => go(tillPath(school, "thu/dot-thu", id))}
        />
      )}
    </TillPage>
  );
}

const TONES = { draft: "wait", open: "good", closed: "plain" } as const;

export function PeriodBadge({ state }: { state: Period["state"] }) {
  return <Badge tone={TONES[state]}>{S[state]()}</Badge>;
}

function Row({ period, href }: { period: Period; href: string }) {
  return (
    <a class="row" href={href}>
      <span class="grow">
        <strong>{period.name}</strong>
        <span class="muted small">
          {dayShort(period.from_day)} – {dayShort(period.to_day)} ·{" "}
          {S.dueOn(dayShort(period.due_day))}
        </span>
      </span>
      <PeriodBadge state={period.state} />
      <Icon name="next" />
    </a>
  );
}
