/** What the school collects: each item with its basis and its cap. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Icon } from "../../components/icons";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { dong } from "../../money";
import type { Parameters } from "../../router";
import { Forbidden } from "./forbidden";
import { isAccountant, TillPage } from "./frame";
import { ItemForm } from "./item_form";
import { type Item, useItems } from "./lists";
import { categoryName, perUnit } from "./words";

export default function Items({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useItems(school);
  const opened = useSignal<Item | "new" | null>(null);
  const ending = useSignal<Item | null>(null);
  const mayChange = isAccountant();
  const add = mayChange && (
    <Button kind="main" icon="plus" onClick={() => (opened.value = "new")}>
      {S.addItem()}
    </Button>
  );
  return (
    <TillPage school={school} here="thu/khoan-thu" title={T.items()} actions={add}>
      <p class="muted">{S.itemsLead()}</p>
      <Loaded query={query}>
        {(items) => {
          const live = items.filter((each) => !each.ended_at);
          if (live.length === 0)
            return (
              <Empty icon="list" title={S.itemsNone()}>
                {S.itemsNoneHint()}
              </Empty>
            );
          return (
            <ul class="till-cards">
              {live.map((item) => (
                <li key={item.id}>
                  <One
                    item={item}
                    onChange={mayChange ? () => (opened.value = item) : null}
                    onEnd={() => (ending.value = item)}
                  />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
      <Forbidden school={school} />
      {opened.value && (
        <ItemForm
          school={school}
          changed={opened.value === "new" ? null : opened.value}
          onClose={() => (opened.value = null)}
          onSaved={query.reload}
        />
      )}
      {ending.value && (
        <Confirm
          title={S.endItem()}
          action={T.end()}
          onClose={() => (ending.value = null)}
          onYes={async () => {
            await end(ending.peek()?.id ?? "", school);
            await query.reload();
          }}
        >
          <p>{S.endItemHint()}</p>
        </Confirm>
      )}
    </TillPage>
  );
}

async function end(item: string, school: number): Promise<void> {
  await of(
    api.POST("/v1/fees/items/{item_id}/end", {
      params: { path: { item_id: item }, query: { school_id: school } },
    }),
  );
}

interface OneProps {
  item: Item;
  onChange: (() => void) | null;
  onEnd: () => void;
}

function One({ item, onChange, onEnd }: OneProps) {
  return (
    <Card aria-label={item.name}>
      <div class="till-pair">
        <h2>{item.name}</h2>
        <span class="strong">
          {dong(item.amount)} <span class="muted small">{perUnit(item.unit)}</span>
        </span>
      </div>
      <p class="across">
        <Badge>{categoryName(item.category)}</Badge>
        {item.is_voluntary && <Badge tone="wait">{S.voluntary()}</Badge>}
        {item.collector === "parents_board" && <Badge>{S.byParents()}</Badge>}
      </p>
      <p class="small">
        <Icon name="book" /> {item.legal_basis}
      </p>
      <p class="muted small">
        {[
          item.cap !== null && S.capShown(dong(item.cap)),
          item.kitchen_cut_off && S.kitchenSaid(item.kitchen_cut_off.slice(0, 5)),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {onChange && (
        <div class="across">
          <Button onClick={onChange}>{T.change()}</Button>
          <Button kind="quiet" onClick={onEnd}>
            {T.end()}
          </Button>
        </div>
      )}
    </Card>
  );
}
