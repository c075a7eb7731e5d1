/** After the activation, and whenever a text has changed: what the family agrees to. */

import { ConsentList, useConsents } from "../../components/consents";
import { C } from "../../i18n/common";
import { E } from "../../i18n/entry";
import { S } from "../../i18n/settings";
import { EntryHead } from "./fields";

export default function AskConsents() {
  const query = useConsents();
  const open = query.data.value?.choices.filter((each) => each.asks).length ?? 0;
  return (
    <main class="entry wide-entry">
      <EntryHead title={C.choices()} line={S.choicesHint()} />
      <ConsentList query={query} only="asked" />
      <a class="button main" href="/">
        {open > 0 ? S.chooseLater() : E.openApp()}
      </a>
    </main>
  );
}
