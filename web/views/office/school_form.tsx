/** A new school with its first principal, who sets it up from there. */

import { type Signal, useSignal } from "@preact/signals";
import { all, api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Field, Loaded } from "../../components/ui";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { P } from "../../i18n/office_department";
import { useQuery } from "../../query";
import { Select } from "./inputs";

type Level = Schemas["NewSchool"]["level"];

const LEVELS: readonly Level[] = [
  "preschool",
  "primary",
  "lower_secondary",
  "upper_secondary",
  "continuing",
];

interface Props {
  onClose: () => void;
  onSaved: (name: string) => Promise<void>;
}

export function SchoolForm({ onClose, onSaved }: Props) {
  const units = useQuery("org-units", () =>
    all((cursor) => api.GET("/v1/org-units", { params: { query: { cursor, limit: 200 } } })),
  );
  return (
    <Dialog title={P.add()} onClose={onClose}>
      <Loaded query={units}>
        {(found) => <Fields units={found} onClose={onClose} onSaved={onSaved} />}
      </Loaded>
    </Dialog>
  );
}

function Fields({ units, onClose, onSaved }: Props & { units: Schemas["OrgUnit"][] }) {
  const sending = useSending();
  const name = useSignal("");
  const level = useSignal<Level>("lower_secondary");
  const unit = useSignal(`${units[0]?.id ?? ""}`);
  const who = useSignal("");
  const phone = useSignal("");
  const tried = useSignal(false);
  const isPhone = /^\+?[0-9 .()-]{8,20}$/.test(phone.value.trim());
  const faults = {
    name: name.value.trim() ? "" : O.nameMissing(),
    who: who.value.trim() ? "" : O.nameMissing(),
    phone: isPhone ? "" : P.phoneFault(),
  };
  const told = tried.value ? faults : { name: "", who: "", phone: "" };

  function check(): boolean {
    tried.value = true;
    return !Object.values(faults).some(Boolean);
  }

  async function save(): Promise<void> {
    const body = {
      name: name.value.trim(),
      level: level.value,
      org_unit_id: Number(unit.value),
      principal: { name: who.value.trim(), phone: phone.value.trim() },
    };
    await of(api.POST("/v1/schools", { body }));
    await onSaved(body.name);
    onClose();
  }

  return (
    <Form sending={sending} onSend={save} check={check}>
      <Text
        label={P.schoolName()}
        hint={P.schoolNameHint()}
        fault={told.name}
        value={name}
        name="name"
      />
      <Select label={P.level()} value={level} options={LEVELS.map((each) => [each, P[each]()])} />
      <Select
        label={P.unit()}
        value={unit}
        options={units.map((each) => [`${each.id}`, each.name])}
      />
      <h3>{P.principal()}</h3>
      <p class="muted small">{P.principalHint()}</p>
      <Text label={P.principalName()} fault={told.who} value={who} name="principal" />
      <Text label={P.phone()} fault={told.phone} value={phone} name="phone" isPhone />
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {C.save()}
      </Button>
    </Form>
  );
}

interface TextProps {
  label: string;
  hint?: string;
  fault: string;
  value: Signal<string>;
  name: string;
  isPhone?: boolean;
}

function Text({ label, hint, fault, value, name, isPhone }: TextProps) {
  return (
    <Field
      label={label}
      hint={hint}
      fault={fault}
      type={isPhone ? "tel" : "text"}
      name={name}
      maxLength={200}
      autoComplete="off"
      value={value.value}
      onInput={(event) => {
        value.value = event.currentTarget.value;
      }}
    />
  );
}
