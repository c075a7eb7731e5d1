/** Log in by phone and password. */

import { useEffect } from "preact/hooks";
import { Form, useSending } from "../../components/form";
import { Button, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { E } from "../../i18n/entry";
import { go, place } from "../../router";
import { device, endedByServer, enterBy, phase } from "../../session";
import {
  demand,
  EntryHead,
  isPhone,
  LanguageChoice,
  PasswordField,
  PhoneField,
  useTyped,
} from "./fields";

/** Where somebody wanted to go before the login stood in the way; only places of our own. */
function wanted(): string {
  const to = place.peek().query.get("den") ?? "/";
  return /^\/(?![/\\])/.test(to) ? to : "/";
}

export default function Login() {
  const phone = useTyped();
  const password = useTyped();
  const sending = useSending();

  useEffect(() => {
    document.title = `${E.login()} · ${C.appName()}`;
    if (phase.peek() === "in") go(wanted(), { replace: true });
  }, []);

  function check(): boolean {
    const isNamed = demand(phone, isPhone, E.phoneMissing());
    return demand(password, Boolean, E.passwordMissing()) && isNamed;
  }

  async function send(): Promise<void> {
    await enterBy("/v1/auth/login", {
      phone: phone.value.peek().trim(),
      password: password.value.peek(),
      device: device(),
    });
    go(wanted(), { replace: true });
  }

  return (
    <main class="entry">
      <EntryHead title={C.appName()} line={E.tagline()} />
      {endedByServer.value && <Note tone="wait">{C.signedOut()}</Note>}
      <Form sending={sending} onSend={send} check={check}>
        <PhoneField field={phone} />
        <PasswordField field={password} />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {E.login()}
        </Button>
      </Form>
      <nav class="stack" aria-label={E.login()}>
        <a class="button" href="/kich-hoat">
          {E.first()}
        </a>
        <a class="button quiet" href="/quen-mat-khau">
          {E.forgot()}
        </a>
      </nav>
      <LanguageChoice />
    </main>
  );
}
