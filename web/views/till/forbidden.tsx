/** What may not be collected, where a school's staff look it up. */

import { useSignal } from "@preact/signals";
import { all, api, type Schemas } from "../../api";
import { Loaded } from "../../components/ui";
import { S } from "../../i18n/till_setup";
import { useQuery } from "../../query";

type Rule = Schemas["Forbidden"];

export function Forbidden({ school }: { school: number }) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{S.forbiddenList()}</summary>
      {isOpen.value && <Rules school={school} />}
    </details>
  );
}

function Rules({ school }: { school: number }) {
  const query = useQuery(`khong-duoc-thu/${school}`, () =>
    all(() => api.GET("/v1/fees/forbidden", { params: { query: { school_id: school } } })),
  );
  return <Loaded query={query}>{(rules) => <RuleList rules={rules} />}</Loaded>;
}

export function RuleList({ rules }: { rules: readonly Rule[] }) {
  return (
    <ul class="plain-list">
      {rules.map((rule) => (
        <li key={rule.id ?? rule.name} class="row">
          <span class="grow">
            <strong>{rule.name}</strong>
            <span class="muted small">{rule.legal_basis}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
