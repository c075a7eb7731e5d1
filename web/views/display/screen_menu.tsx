/** The one button of a running screen: fill the panel, or stop being a screen. */

import { useSignal } from "@preact/signals";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Dialog, Fault } from "../../components/ui";
import { C } from "../../i18n/common";
import { D } from "../../i18n/display";
import { logOut } from "../../session";

export function ScreenMenu() {
  const isOpen = useSignal(false);
  const asks = useSignal(false);
  const sending = useSending();
  const close = () => {
    isOpen.value = false;
    asks.value = false;
  };
  async function fill(): Promise<void> {
    close();
    // Refused where the browser fills the panel already; nothing is lost then.
    await document.documentElement.requestFullscreen().catch(() => undefined);
  }
  return (
    <>
      <button
        type="button"
        class="gate-menu"
        aria-label={D.menu()}
        aria-haspopup="dialog"
        onClick={() => (isOpen.value = true)}
      >
        <Icon name="menu" />
      </button>
      {isOpen.value && (
        <Dialog title={D.menu()} onClose={close}>
          {document.fullscreenEnabled && (
            <Button kind="main" onClick={() => void fill()}>
              {D.full()}
            </Button>
          )}
          {asks.value ? (
            <div class="stack">
              <p>{D.unpairAsk()}</p>
              <Button
                kind="danger"
                busy={sending.busy.value}
                onClick={() => void sending.run(logOut)}
              >
                {D.unpair()}
              </Button>
              <Button onClick={close}>{C.cancel()}</Button>
            </div>
          ) : (
            <Button onClick={() => (asks.value = true)}>{D.unpair()}</Button>
          )}
          <Fault error={sending.failure.value} />
        </Dialog>
      )}
    </>
  );
}
