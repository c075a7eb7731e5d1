/** A browser that is to become a gate's screen: the code that the principal was shown. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Form, useSending } from "../../components/form";
import { Button, Field, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { D } from "../../i18n/display";
import { decoded, go, place } from "../../router";
import { device, endedByServer, enterBy, phase } from "../../session";
import { Mark } from "../../shell";

export function Pair() {
  const code = useSignal("");
  const isMissing = useSignal(false);
  const sending = useSending();
  useEffect(() => {
    // The principal's dialog shows this page's address with the code behind the `#`.
    const given = place.peek().hash;
    if (!given) return;
    code.value = decoded(given) ?? "";
    go("/man-hinh", { replace: true });
  }, [code]);

  async function send(): Promise<void> {
    await enterBy("/v1/auth/pair", { pairing_code: code.peek().trim(), device: device() });
    go("/man-hinh", { replace: true });
  }
  function check(): boolean {
    isMissing.value = code.peek().trim() === "";
    return !isMissing.value;
  }
  return (
    <main class="entry">
      <Mark />
      <h1>{D.title()}</h1>
      <p class="centered">{D.pairLine()}</p>
      {endedByServer.value && <Note tone="wait">{D.pairEnded()}</Note>}
      {phase.value === "in" && <Note tone="late">{D.pairOther()}</Note>}
      <Form sending={sending} onSend={send} check={check}>
        <p>{D.pairHow()}</p>
        <Field
          label={D.pairCode()}
          hint={D.pairHint()}
          fault={isMissing.value ? D.pairMissing() : null}
          value={code.value}
          onInput={(event) => (code.value = event.currentTarget.value)}
          autoComplete="off"
          autoCapitalize="characters"
          spellcheck={false}
          maxLength={40}
        />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {D.pairGo()}
        </Button>
      </Form>
      <a class="button quiet" href={phase.value === "in" ? "/" : "/dang-nhap"}>
        {phase.value === "in" ? C.home() : D.toLogin()}
      </a>
    </main>
  );
}
