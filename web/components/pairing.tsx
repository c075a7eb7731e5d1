/** "Ghép màn hình": shows the principal the code that makes a screen a station's. */

import "./pairing.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../api";
import { C } from "../i18n/common";
import { D } from "../i18n/display";
import { now } from "../now";
import { useSending } from "./form";
import type { Drawn } from "./qr";
import { Button, Dialog, Fault, Spinner } from "./ui";

type Pairing = Schemas["Pairing"];

interface PairingProps {
  stationId: string;
  stationName: string;
}

export function PairingButton(props: PairingProps) {
  const isOpen = useSignal(false);
  return (
    <>
      <Button icon="phone" onClick={() => (isOpen.value = true)}>
        {D.pairButton()}
      </Button>
      {isOpen.value && <PairingDialog {...props} onClose={() => (isOpen.value = false)} />}
    </>
  );
}

/** Asks for a code as it opens; each code ends the one before. */
function PairingDialog({
  stationId,
  stationName,
  onClose,
}: PairingProps & { onClose: () => void }) {
  const pairing = useSignal<Pairing | null>(null);
  const sending = useSending();
  const ask = () =>
    sending.run(async () => {
      const path = { station_id: stationId };
      pairing.value = await of(api.POST("/v1/stations/{station_id}/pairing", { params: { path } }));
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as it opens
  useEffect(() => void ask(), [stationId]);
  const shown = pairing.value;
  return (
    <Dialog title={D.pairTitle(stationName)} onClose={onClose}>
      <Fault error={sending.failure.value} retry={() => void ask()} />
      {sending.busy.value && <Spinner />}
      {shown && !sending.busy.value && <Steps pairing={shown} onAgain={() => void ask()} />}
      <Button onClick={onClose}>{C.close()}</Button>
    </Dialog>
  );
}

function Steps({ pairing, onAgain }: { pairing: Pairing; onAgain: () => void }) {
  const leftS = Math.ceil((Date.parse(pairing.expires_at) - now.value) / 1000);
  if (leftS <= 0) {
    return (
      <div class="stack" role="status">
        <p>{D.expired()}</p>
        <Button kind="main" icon="turn" onClick={onAgain}>
          {D.newCode()}
        </Button>
      </div>
    );
  }
  const address = `${location.origin}/man-hinh`;
  const left = leftS > 90 ? D.minutes(Math.round(leftS / 60)) : D.seconds(leftS);
  return (
    <>
      <ol class="pairing">
        <li>
          {D.step1()} <strong class="pairing-address">{address}</strong> {D.step1Scan()}
          <Link to={`${address}#${pairing.pairing_code}`} />
        </li>
        <li>
          {D.step2()} <strong class="pairing-code">{grouped(pairing.pairing_code)}</strong>
          <span class="muted">{D.expires(left)}</span>
        </li>
      </ol>
      <p class="muted">{D.step3()}</p>
    </>
  );
}

/** 101-ABCDEFGHJK as 101-ABCDE FGHJK: five letters are kept in mind while typing. */
function grouped(code: string): string {
  return code.replace(/-(.{5})/, "-$1 ");
}

function Link({ to }: { to: string }) {
  const qr = useSignal<Drawn | null>(null);
  useEffect(() => {
    let isWanted = true;
    void import("./qr").then(({ drawn }) => {
      if (isWanted) qr.value = drawn(to);
    });
    return () => {
      isWanted = false;
    };
  }, [to, qr]);
  if (!qr.value) return null;
  const { size, path } = qr.value;
  return (
    <svg class="pairing-qr" viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
