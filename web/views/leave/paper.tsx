/** The picture of a doctor's note, fetched when somebody wants to see it, and kept nowhere. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useSending } from "../../components/form";
import { Button, Fault } from "../../components/ui";
import { V } from "../../i18n/leave";
import { loadPaper } from "./requests";
import "./leave.css";

export function Paper({ requestId }: { requestId: string }) {
  const sending = useSending();
  const url = useSignal<string | null>(null);
  useEffect(() => () => void (url.peek() && URL.revokeObjectURL(url.peek() ?? "")), [url]);
  if (url.value) return <img class="leave-paper" src={url.value} alt={V.noteAlt()} />;
  return (
    <span class="stack-small">
      <Button
        icon="camera"
        class="start"
        busy={sending.busy.value}
        onClick={() =>
          void sending.run(async () => {
            url.value = await loadPaper(requestId);
          })
        }
      >
        {V.showNote()}
      </Button>
      <Fault error={sending.failure.value} />
    </span>
  );
}
