/** Fees on the family's first screen: one line, and nothing where the school bills nothing. */

import { Icon } from "../../components/icons";
import { Badge } from "../../components/ui";
import { F } from "../../i18n/fees";
import { dong } from "../../money";
import "./fees.css";
import { hasFees, useFees } from "./model";

export default function FeesCard() {
  const items = useFees().data.value ?? [];
  if (!hasFees(items)) return null;
  const due = items.reduce((sum, each) => sum + each.due, 0);
  const isLate = items.some((each) => each.bills.some((bill) => bill.is_overdue));
  return (
    <a class="card fee-card" href="/khoan-thu">
      <Icon name="money" />
      <span class="fee-words">
        <strong>{F.title()}</strong>
        <span class="muted">{due ? F.toPay(dong(due)) : F.nothingDue()}</span>
      </span>
      {isLate && <Badge tone="late">{F.overdue()}</Badge>}
      <Icon name="next" />
    </a>
  );
}
