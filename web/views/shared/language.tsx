/** The language of the screen and of everything the account is told. */

import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Button, Fault } from "../../components/ui";
import { S } from "../../i18n/settings";
import { chooseLang, type Lang, lang } from "../../lang";
import { me } from "../../session";

/** The screen's at once, and the account's, in which news is written. */
export function Language() {
  const sending = useSending();
  async function choose(chosen: Lang): Promise<void> {
    chooseLang(chosen);
    me.value = await of(api.PATCH("/v1/me", { body: { locale: chosen } }));
  }
  return (
    <fieldset>
      <legend>{S.language()}</legend>
      <div class="segments">
        {(["vi", "en"] as const).map((each) => (
          <Button
            key={each}
            lang={each}
            aria-pressed={lang.value === each}
            onClick={() => void sending.run(() => choose(each))}
          >
            {each === "vi" ? "Tiếng Việt" : "English"}
          </Button>
        ))}
      </div>
      <p class="hint">{S.languageHint()}</p>
      <Fault error={sending.failure.value} />
    </fieldset>
  );
}
