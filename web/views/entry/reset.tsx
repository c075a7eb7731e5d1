/** A new password for somebody who has forgotten the old one. */

import { useEffect } from "preact/hooks";
import { C } from "../../i18n/common";
import { E } from "../../i18n/entry";
import { go } from "../../router";
import { CodeByMessage } from "./by_message";
import { EntryHead, LanguageChoice, useTyped } from "./fields";

export default function Reset() {
  const phone = useTyped();
  useEffect(() => {
    document.title = `${E.reset()} · ${C.appName()}`;
  }, []);
  return (
    <main class="entry">
      <EntryHead title={E.reset()} />
      <CodeByMessage purpose="reset" phone={phone} onEntered={() => go("/")} />
      <a class="button quiet" href="/dang-nhap">
        {E.toLogin()}
      </a>
      <LanguageChoice />
    </main>
  );
}
