/** Adds or changes a member of staff. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Field } from "../../components/ui";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { W } from "../../i18n/office_staff";
import { dialled } from "../../phone_words";
import { Ticks } from "./inputs";
import type { Staff } from "./lists";

type Role = Staff["roles"][number];

const ROLES: readonly Role[] = [
  "guard",
  "homeroom_teacher",
  "subject_teacher",
  "accountant",
  "principal",
];

interface Props {
  school: number;
  changed: Staff | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function StaffForm({ school, changed, onClose, onSaved }: Props) {
  const sending = useSending();
  const name = useSignal(changed?.name ?? "");
  const before = dialled(changed?.phone ?? "");
  const phone = useSignal(before);
  const roles = useSignal<readonly Role[]>(changed?.roles ?? ["guard"]);
  const tried = useSignal(false);
  const nameFault = name.value.trim() ? "" : O.nameMissing();
  const isPhone = /^\+?[0-9 .()-]{8,20}$/.test(phone.value.trim());
  const phoneFault = isPhone ? "" : W.phoneFault();
  const rolesFault = roles.value.length ? "" : W.noRole();

  function check(): boolean {
    tried.value = true;
    return !nameFault && !phoneFault && !rolesFault;
  }

  async function save(): Promise<void> {
    const body = { name: name.value.trim(), roles: [...roles.value] };
    const number = phone.value.trim();
    const path = { school_id: school };
    await of(
      changed
        ? api.PATCH("/v1/schools/{school_id}/staff/{staff_id}", {
            params: { path: { ...path, staff_id: changed.id } },
            // Another number is another account: only one that was typed is sent.
            body: number === before ? body : { ...body, phone: number },
          })
        : api.POST("/v1/schools/{school_id}/staff", {
            params: { path },
            body: { ...body, phone: number, shift_ids: [] },
          }),
    );
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={changed ? changed.name : W.add()} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        <Field
          label={W.name()}
          fault={tried.value ? nameFault : ""}
          name="name"
          maxLength={200}
          autoComplete="off"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <Field
          label={W.phone()}
          hint={W.phoneHint()}
          fault={tried.value ? phoneFault : ""}
          type="tel"
          name="phone"
          autoComplete="off"
          value={phone.value}
          onInput={(event) => {
            phone.value = event.currentTarget.value;
          }}
        />
        <Ticks
          label={W.roles()}
          value={roles}
          options={ROLES.map((role) => [role, W[role]()])}
          fault={tried.value ? rolesFault : ""}
        />
        <p class="muted small">{W.hint()}</p>
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}
