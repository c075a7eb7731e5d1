/** Activation: by the school's sheet, whose QR code leads here with its code behind the `#`. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Badge, Button, Field, Note } from "../../components/ui";
import { Refusal } from "../../failure";
import { C } from "../../i18n/common";
import { E } from "../../i18n/entry";
import { MIN_PASSWORD } from "../../passwords";
import { decoded, go, place } from "../../router";
import { device, enterBy } from "../../session";
import { CodeByMessage } from "./by_message";
import {
  demand,
  EntryHead,
  isPhone,
  LanguageChoice,
  PasswordField,
  PhoneField,
  useTyped,
} from "./fields";

type Linked = Schemas["LinkedChild"];

/** The code was in an address: it must not stay in the history of a phone that is handed on. */
function takeCode(): string {
  const code = decoded(place.peek().hash) ?? "";
  if (code) history.replaceState(null, "", place.peek().path);
  return code;
}

export default function Activate() {
  const bySheet = useSignal(true);
  const linked = useSignal<Linked[] | null>(null);
  const phone = useTyped();
  useEffect(() => {
    document.title = `${E.activate()} · ${C.appName()}`;
  }, []);
  if (linked.value) return <Welcome links={linked.value} />;
  return (
    <main class="entry">
      <EntryHead title={E.activate()} />
      <div class="segments">
        <Button
          aria-pressed={bySheet.value}
          onClick={() => {
            bySheet.value = true;
          }}
        >
          {E.haveSheet()}
        </Button>
        <Button
          aria-pressed={!bySheet.value}
          onClick={() => {
            bySheet.value = false;
          }}
        >
          {E.noSheet()}
        </Button>
      </div>
      {bySheet.value ? (
        <BySheet
          phone={phone}
          onLinked={(links) => {
            linked.value = links;
          }}
          onMessage={() => {
            bySheet.value = false;
          }}
        />
      ) : (
        <CodeByMessage purpose="activation" phone={phone} onEntered={() => go("/dong-y")} />
      )}
      <a class="button quiet" href="/dang-nhap">
        {E.toLogin()}
      </a>
      <LanguageChoice />
    </main>
  );
}

interface BySheetProps {
  phone: ReturnType<typeof useTyped>;
  onLinked: (links: Linked[]) => void;
  onMessage: () => void;
}

function BySheet({ phone, onLinked, onMessage }: BySheetProps) {
  const code = useTyped();
  const password = useTyped();
  const sending = useSending();
  // Once, and before the address is cleaned: the sheet's code.
  useEffect(() => {
    code.value.value = takeCode();
  }, [code.value]);

  function check(): boolean {
    const good = [
      demand(code, Boolean, E.codeMissing()),
      demand(phone, isPhone, E.phoneMissing()),
      demand(password, (typed) => typed.length >= MIN_PASSWORD, E.newPasswordShort()),
    ];
    return good.every(Boolean);
  }

  async function send(): Promise<void> {
    const answer = await enterBy<Schemas["ActivationAnswer"]>("/v1/auth/activate", {
      code: code.value.peek().trim(),
      phone: phone.value.peek().trim(),
      password: password.value.peek(),
      device: device(),
    });
    onLinked(answer.links);
  }

  const failure = sending.failure.value;
  const needsMessage =
    failure instanceof Refusal && ["account-exists", "needs-text-message"].includes(failure.type);
  return (
    <Form sending={sending} onSend={send} check={check}>
      <Field
        label={E.code()}
        hint={E.codeHint()}
        fault={code.fault.value}
        name="code"
        autoComplete="off"
        autoCapitalize="characters"
        spellcheck={false}
        value={code.value.value}
        onInput={(event) => {
          code.value.value = event.currentTarget.value;
        }}
      />
      <PhoneField field={phone} />
      <PasswordField field={password} isNew />
      {needsMessage && (
        <Button icon="phone" onClick={onMessage}>
          {E.byMessage()}
        </Button>
      )}
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {E.activate()}
      </Button>
    </Form>
  );
}

function Welcome({ links }: { links: Linked[] }) {
  return (
    <main class="entry">
      <EntryHead title={E.welcome()} />
      <ul class="plain-list stack">
        {links.map((link) => (
          <li key={`${link.student_id}.${link.guardian_name}`}>
            {link.state === "active" ? (
              <Badge tone="good">{E.linked(link.student_name)}</Badge>
            ) : (
              <Note tone="wait">{E.waitsForSchool(link.student_name)}</Note>
            )}
          </li>
        ))}
      </ul>
      <a class="button main" href="/dong-y">
        {E.next()}
      </a>
    </main>
  );
}
