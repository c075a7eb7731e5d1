/** The four steps to the first bill, each done as soon as it is. */

import { Icon } from "../../components/icons";
import { Card } from "../../components/ui";
import { T } from "../../i18n/till";
import { type Part, tillPath } from "./frame";
import { useAccounts, useItems, useMerchants, usePeriods } from "./lists";

export function Start({ school }: { school: number }) {
  const accounts = useAccounts(school).data.value;
  const merchants = useMerchants(school).data.value;
  const items = useItems(school).data.value;
  const periods = usePeriods(school).data.value;
  if (!accounts || !merchants || !items || !periods) return null;
  const steps: (readonly [boolean, string, string, Part])[] = [
    [
      accounts.some((each) => each.kind === "bank"),
      T.firstAccount(),
      T.firstAccountWhy(),
      "thu/tai-khoan",
    ],
    [merchants.length > 0, T.firstMerchant(), T.firstMerchantWhy(), "thu/tai-khoan"],
    [items.length > 0, T.firstItems(), T.firstItemsWhy(), "thu/khoan-thu"],
    [
      periods.some((each) => each.state !== "draft"),
      T.firstPeriod(),
      T.firstPeriodWhy(),
      "thu/dot-thu",
    ],
  ];
  return (
    <Card aria-label={T.firstTitle()}>
      <h2>{T.firstTitle()}</h2>
      <p class="muted">{T.firstLead()}</p>
      <ul class="plain-list">
        {steps.map(([isDone, name, why, part]) => (
          <li key={name}>
            <a class="row" href={tillPath(school, part)}>
              <Icon name={isDone ? "check" : "plus"} />
              <span class="grow">
                <strong>{name}</strong>
                <span class="muted small">{isDone ? T.done() : why}</span>
              </span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
