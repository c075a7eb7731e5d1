/** A new password by the old one. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Field, Note, Page } from "../../components/ui";
import { C } from "../../i18n/common";
import { S } from "../../i18n/settings";
import { MIN_PASSWORD } from "../../passwords";

export function Password() {
  const before = useSignal("");
  const after = useSignal("");
  const faults = useSignal<{ before?: string; after?: string }>({});
  const isDone = useSignal(false);
  const sending = useSending();

  function check(): boolean {
    faults.value = {
      ...(before.peek() ? {} : { before: S.passwordMissing() }),
      ...(after.peek().length >= MIN_PASSWORD ? {} : { after: S.passwordShort() }),
    };
    return Object.keys(faults.peek()).length === 0;
  }

  async function change(): Promise<void> {
    isDone.value = false;
    const body = { old_password: before.peek(), new_password: after.peek() };
    await of(api.POST("/v1/me/password", { body }));
    before.value = "";
    after.value = "";
    isDone.value = true;
  }

  return (
    <Page title={S.password()} back="/cai-dat">
      <Form sending={sending} onSend={change} check={check}>
        <Field
          label={S.oldPassword()}
          fault={faults.value.before}
          type="password"
          autoComplete="current-password"
          value={before.value}
          onInput={(event) => {
            before.value = event.currentTarget.value;
          }}
        />
        <Field
          label={S.newPassword()}
          hint={S.newPasswordHint()}
          fault={faults.value.after}
          type="password"
          autoComplete="new-password"
          value={after.value}
          onInput={(event) => {
            after.value = event.currentTarget.value;
          }}
        />
        {isDone.value && <Note tone="good">{S.passwordDone()}</Note>}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Page>
  );
}
