/** A line that somebody needs elsewhere, with a button that takes it along. */

import { useSignal } from "@preact/signals";
import { Button } from "../../components/ui";
import { T } from "../../i18n/till";

export function CopyLine({ label, text }: { label: string; text: string }) {
  const isCopied = useSignal(false);
  return (
    <div class="stack-small">
      <span class="muted small">{label}</span>
      <span class="till-code">
        <code>{text}</code>
        <Button
          icon={isCopied.value ? "check" : "file"}
          onClick={() =>
            void navigator.clipboard.writeText(text).then(() => {
              isCopied.value = true;
            })
          }
        >
          <span aria-live="polite">{isCopied.value ? T.copied() : T.copy()}</span>
        </Button>
      </span>
    </div>
  );
}
