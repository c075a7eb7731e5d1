/** The scanner at work. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { CodeCamera } from "../../components/camera";
import { Button, Dialog, Note } from "../../components/ui";
import { isFailure } from "../../failure";
import { clock } from "../../format";
import { C } from "../../i18n/common";
import { S } from "../../i18n/scan";
import { now, online } from "../../now";
import { pending } from "../../pending";
import { watchPlace } from "../../place";
import { loadRoster, recallRoster, roster } from "../../roster";
import { heldUp, isForgetful } from "../../scans";
import { accountId } from "../../session";
import { useAwake } from "../display/awake";
import { Alerts } from "./alerts";
import { Answer } from "./answer";
import { beatFor } from "./beat";
import { rememberDirection } from "./direction";
import { Find } from "./find";
import { type Gate, readingKey, undoLeft } from "./gate";
import { History } from "./history";
import { PlaceBadge } from "./place_badge";
import { Switch } from "./switch";

const ROSTER_MS = 3600_000;

interface ScanningProps {
  gate: Gate;
  stationName: string;
  onLeave: () => void;
  onGone: () => void;
}

export function Scanning({ gate, stationName, onLeave, onGone }: ScanningProps) {
  const isFinding = useSignal(false);
  useEffect(() => gate.open(), [gate]);
  useEffect(() => watchPlace(), []);
  useAwake();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a station is scanned at until it is left
  useEffect(() => beatFor(gate.post.stationId, onGone), [gate]);
  useRoster(gate.post.stationId);
  return (
    <main class="scanning" id="noi-dung">
      <h1 class="sr-only">{S.title()}</h1>
      <Bar stationName={stationName} onLeave={onLeave} />
      <Switch
        direction={gate.direction.value}
        onTurn={(to) => {
          rememberDirection(to);
          gate.turn(to);
        }}
      />
      <div class="scan-camera">
        <CodeCamera
          onCode={(text) => gate.read(text)}
          keyOf={readingKey}
          readings={gate.readings}
          isPaused={isFinding.value}
        />
      </div>
      <div class="scan-said">
        <Answer gate={gate} />
        <Alerts />
        <div class="scan-deeds">
          <Undo gate={gate} />
          <Button
            icon="search"
            onClick={() => {
              isFinding.value = true;
            }}
          >
            {S.find()}
          </Button>
        </div>
        <Warnings />
        <History gate={gate} />
      </div>
      {isFinding.value && (
        <Find
          gate={gate}
          onClose={() => {
            isFinding.value = false;
          }}
        />
      )}
    </main>
  );
}

/** The names for when there is no network: at once, each hour, and when it is back. */
function useRoster(stationId: string): void {
  useEffect(() => {
    const account = accountId.peek() ?? "";
    const load = () =>
      loadRoster(account, stationId).catch((error: unknown) => {
        if (!isFailure(error)) throw error;
      });
    void recallRoster(account, stationId).then(load);
    const timer = setInterval(load, ROSTER_MS);
    window.addEventListener("online", load);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", load);
    };
  }, [stationId]);
}

function Bar({ stationName, onLeave }: Pick<ScanningProps, "stationName" | "onLeave">) {
  const isAsking = useSignal(false);
  useEffect(() => {
    // The browser asks in its own words; what waits is kept in any case.
    const ask = (event: BeforeUnloadEvent) => pending.peek().waiting && event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
  const leave = () => {
    if (pending.peek().waiting) isAsking.value = true;
    else onLeave();
  };
  return (
    <header class="scan-bar">
      <Button kind="quiet" icon="back" aria-label={S.leave()} onClick={leave} />
      <strong class="grow">{stationName}</strong>
      <PlaceBadge />
      <Owing />
      {isAsking.value && (
        <Dialog
          title={S.leaveTitle()}
          onClose={() => {
            isAsking.value = false;
          }}
        >
          <p>{S.leaveHint(pending.value.waiting)}</p>
          <div class="across">
            <Button
              kind="main"
              onClick={() => {
                isAsking.value = false;
              }}
            >
              {S.stay()}
            </Button>
            <Button kind="danger" onClick={onLeave}>
              {S.leaveAnyway()}
            </Button>
          </div>
        </Dialog>
      )}
    </header>
  );
}

/** That there is no network, and what waits for one. */
function Owing() {
  const { waiting, oldest } = pending.value;
  return (
    <span class="scan-status" role="status">
      {!online.value && <span>{C.offline()}</span>}
      {waiting > 0 && oldest !== null && <span>{S.pendingSince(waiting, clock(oldest))}</span>}
    </span>
  );
}

function Undo({ gate }: { gate: Gate }) {
  const entry = gate.undoable.value;
  const left = entry ? undoLeft(entry, now.value) : 0;
  if (!entry || left === 0) return null;
  return (
    <Button icon="undo" class="undo" onClick={() => void gate.undo(entry)}>
      <span>
        {S.undo()}
        <span class="undo-name">
          {left} s · {entry.name ?? S.unknownCard()}
        </span>
      </span>
    </Button>
  );
}

function Warnings() {
  return (
    <>
      {heldUp.value === "rights" && <Note tone="bad">{S.heldUpRights()}</Note>}
      {isForgetful.value && <Note tone="bad">{S.forgetful()}</Note>}
      {roster.value === null && <Note tone="wait">{S.noRoster()}</Note>}
    </>
  );
}
