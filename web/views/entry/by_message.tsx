/** A one-time code by text message, and a password chosen with it. */

import { useSignal } from "@preact/signals";
import { Form, useSending } from "../../components/form";
import { Button, Field, Note } from "../../components/ui";
import { E } from "../../i18n/entry";
import { now } from "../../now";
import { MIN_PASSWORD } from "../../passwords";
import { ask, device, enterBy } from "../../session";
import { demand, isPhone, PasswordField, PhoneField, useTyped } from "./fields";

/** A message takes its time: asking again at once would only void the code on its way. */
const PATIENCE_MS = 60_000;

interface Props {
  purpose: "activation" | "reset";
  phone: ReturnType<typeof useTyped>;
  onEntered: () => void;
}

export function CodeByMessage({ purpose, phone, onEntered }: Props) {
  const code = useTyped();
  const password = useTyped();
  const asking = useSending();
  const sending = useSending();
  const sentAt = useSignal<number | null>(null);
  const waits =
    sentAt.value === null ? 0 : Math.ceil((sentAt.value + PATIENCE_MS - now.value) / 1000);

  async function requestCode(): Promise<void> {
    await ask("/v1/auth/otp", { phone: phone.value.peek().trim(), purpose });
    sentAt.value = Date.now();
  }

  function check(): boolean {
    const good = [
      demand(code, (typed) => /^[0-9]{6}$/.test(typed), E.smsCodeBad()),
      demand(password, (typed) => typed.length >= MIN_PASSWORD, E.newPasswordShort()),
    ];
    return good.every(Boolean);
  }

  async function verify(): Promise<void> {
    await enterBy("/v1/auth/otp/verify", {
      phone: phone.value.peek().trim(),
      purpose,
      code: code.value.peek().trim(),
      new_password: password.value.peek(),
      device: device(),
    });
    onEntered();
  }

  if (sentAt.value === null) {
    return (
      <Form
        sending={asking}
        onSend={requestCode}
        check={() => demand(phone, isPhone, E.phoneMissing())}
      >
        <PhoneField field={phone} />
        <Button kind="main" type="submit" busy={asking.busy.value}>
          {E.sendCode()}
        </Button>
      </Form>
    );
  }
  return (
    <Form sending={sending} onSend={verify} check={check}>
      <Note>{E.codeSent()}</Note>
      <Field
        label={E.smsCode()}
        fault={code.fault.value}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        value={code.value.value}
        onInput={(event) => {
          code.value.value = event.currentTarget.value;
        }}
      />
      <PasswordField field={password} isNew />
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {E.finish()}
      </Button>
      <Button
        kind="quiet"
        busy={asking.busy.value}
        disabled={waits > 0}
        onClick={() => void asking.run(requestCode)}
      >
        {waits > 0 ? E.sendAgainIn(waits) : E.sendAgain()}
      </Button>
    </Form>
  );
}
