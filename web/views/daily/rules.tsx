/** How the school decides about absence. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Card, Field, Loaded, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { Q } from "../../i18n/rules";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { DailyPage } from "./frame";
import { type Draft, draftOf, faultsOf, type Rules, rulesOf } from "./rules_model";

export default function RulesPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useQuery(
    `quy-tac/${school}`,
    () =>
      of(
        api.GET("/v1/schools/{school_id}/attendance-rules", {
          params: { path: { school_id: school } },
        }),
      ),
    { keeps: false },
  );
  return (
    <DailyPage school={school} here="quy-tac" title={Q.title()}>
      <Loaded query={query}>
        {(rules) => (
          <RulesForm
            school={school}
            rules={rules}
            onSaved={(saved) => {
              query.data.value = saved;
            }}
          />
        )}
      </Loaded>
    </DailyPage>
  );
}

interface FormProps {
  school: number;
  rules: Rules;
  onSaved: (rules: Rules) => void;
}

function RulesForm({ school, rules, onSaved }: FormProps) {
  const sending = useSending();
  const draft = useSignal<Draft>(draftOf(rules));
  const isChecked = useSignal(false);
  const isSaved = useSignal(false);
  const faults = isChecked.value ? faultsOf(draft.value) : {};
  const put = (changed: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...changed };
    isSaved.value = false;
  };
  const numbers = [
    ["alertAfter", Q.alertAfter(), Q.alertAfterHint()],
    ["classShare", Q.classShare(), Q.classShareHint()],
    ["schoolShare", Q.schoolShare(), ""],
    ["sms", Q.sms(), Q.smsHint()],
  ] as const;
  return (
    <Card>
      <p class="muted">{Q.lead()}</p>
      <Form
        sending={sending}
        check={() => {
          isChecked.value = true;
          return Object.keys(faultsOf(draft.peek())).length === 0;
        }}
        onSend={async () => {
          const params = { path: { school_id: school } };
          const body = rulesOf(draft.peek(), rules);
          onSaved(await of(api.PUT("/v1/schools/{school_id}/attendance-rules", { params, body })));
          isSaved.value = true;
        }}
      >
        {numbers.map(([field, label, hint]) => (
          <Field
            key={field}
            type="number"
            min={0}
            label={label}
            hint={hint}
            value={draft.value[field]}
            fault={faults[field] ?? null}
            onInput={(event) => put({ [field]: event.currentTarget.value })}
          />
        ))}
        <label class="choice">
          <input
            type="checkbox"
            checked={draft.value.needsTwo}
            onChange={(event) => put({ needsTwo: event.currentTarget.checked })}
          />
          <span>{Q.two()}</span>
        </label>
        {isSaved.value && <Note tone="good">{Q.saved()}</Note>}
        <Button type="submit" kind="main" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Card>
  );
}
