/** Fees on the family's first screen: one line, and nothing where the school bills nothing. */

import { Icon } from "../../components/icons";
import { count } from "../../format";
import { H } from "../../i18n/fees_card";
import { hasFees, useFees } from "./family";

export default function FeesCard() {
  const items = useFees().data.value ?? [];
  if (!hasFees(items)) return null;
  const due = items.reduce((sum, each) => sum + each.due, 0);
  return (
    <a class="card child" href="/khoan-thu">
      <span class="who">
        <Icon name="money" />
        <span class="grow">
          <strong>{H.title()}</strong>
          <span class="muted">{due ? H.toPay(count(due)) : H.nothing()}</span>
        </span>
        <Icon name="next" />
      </span>
    </a>
  );
}
