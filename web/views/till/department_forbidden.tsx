/** What no school of the department may collect. */

import { useSignal } from "@preact/signals";
import { all, api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Form, useSending } from "../../components/form";
import { Badge, Button, Card, Dialog, Loaded } from "../../components/ui";
import { hat } from "../../hats";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { D } from "../../i18n/till_books";
import { S } from "../../i18n/till_setup";
import { useQuery } from "../../query";
import { DepartmentPage } from "../department/frame";
import { Radios } from "../office/inputs";
import "./till.css";
import { Text } from "./inputs";

type Rule = Schemas["Forbidden"];

export default function DepartmentForbidden() {
  const query = useQuery("so-khong-thu", () => all(() => api.GET("/v1/fees/forbidden", {})), {
    keeps: false,
  });
  const isAdding = useSignal(false);
  const ending = useSignal<Rule | null>(null);
  const add = (
    <Button kind="main" icon="plus" onClick={() => (isAdding.value = true)}>
      {D.addRule()}
    </Button>
  );
  return (
    <DepartmentPage here="/so/khong-duoc-thu" title={T.forbidden()} actions={add}>
      <p class="muted">{D.forbiddenLead()}</p>
      <Loaded query={query}>
        {(rules) => (
          <ul class="till-cards">
            {rules
              .filter((rule) => !rule.ended_at)
              .map((rule) => (
                <li key={rule.id ?? rule.name}>
                  <One rule={rule} onEnd={() => (ending.value = rule)} />
                </li>
              ))}
          </ul>
        )}
      </Loaded>
      {isAdding.value && (
        <RuleForm onClose={() => (isAdding.value = false)} onSaved={query.reload} />
      )}
      {ending.value && (
        <Confirm
          title={D.ruleEnd()}
          action={T.end()}
          onClose={() => (ending.value = null)}
          onYes={async () => {
            const params = { path: { ban_id: ending.peek()?.id ?? "" } };
            await of(api.POST("/v1/fees/forbidden/{ban_id}/end", { params }));
            await query.reload();
          }}
        >
          <p>{D.ruleEndHint()}</p>
        </Confirm>
      )}
    </DepartmentPage>
  );
}

function One({ rule, onEnd }: { rule: Rule; onEnd: () => void }) {
  return (
    <Card aria-label={rule.name}>
      <h2>{rule.name}</h2>
      {rule.org_unit_id !== null && <p class="small">{rule.words.join(", ")}</p>}
      <p class="muted small">{rule.legal_basis}</p>
      {rule.org_unit_id === null ? (
        <p>
          <Badge>{D.rulesState()}</Badge>
        </p>
      ) : (
        <Button class="till-start" kind="quiet" onClick={onEnd}>
          {T.end()}
        </Button>
      )}
    </Card>
  );
}

interface FormProps {
  onClose: () => void;
  onSaved: () => Promise<void>;
}

function RuleForm({ onClose, onSaved }: FormProps) {
  const sending = useSending();
  const name = useSignal("");
  const words = useSignal("");
  const basis = useSignal("");
  const collector = useSignal<"" | "school" | "parents_board">("");
  const tried = useSignal(false);
  const faults = {
    name: name.value.trim() ? "" : T.nameMissing(),
    basis: basis.value.trim() ? "" : S.basisMissing(),
  };
  const said = (fault: string) => (tried.value ? fault : "");

  async function save(): Promise<void> {
    const body = {
      org_unit_id: Number(hat.peek()?.id.split(".")[1]),
      name: name.value.trim(),
      words: words.value
        .split(",")
        .map((each) => each.trim())
        .filter(Boolean),
      legal_basis: basis.value.trim(),
      collector: collector.value || null,
    };
    await of(api.POST("/v1/fees/forbidden", { body }));
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={D.addRule()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={save}
        check={() => {
          tried.value = true;
          return !faults.name && !faults.basis;
        }}
      >
        <Text label={D.ruleName()} value={name} fault={said(faults.name)} maxLength={150} />
        <Text label={D.ruleWords()} hint={D.ruleWordsHint()} value={words} maxLength={600} />
        <Text label={D.ruleBasis()} value={basis} fault={said(faults.basis)} maxLength={300} />
        <Radios
          label={S.collector()}
          value={collector}
          options={[
            ["", D.ruleEither()],
            ["school", S.bySchool()],
            ["parents_board", S.byParents()],
          ]}
        />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}
