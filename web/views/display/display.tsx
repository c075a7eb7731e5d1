/** The screen at the gate: pairing it, then the code that changes every ten seconds. */

import "./display.css";
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Drawn, drawn } from "../../components/qr";
import { Spinner } from "../../components/ui";
import { clock, count, dayName, schoolDay } from "../../format";
import { C } from "../../i18n/common";
import { D } from "../../i18n/display";
import { me } from "../../session";
import { useAwake } from "./awake";
import { stationCode } from "./codes";
import { useNewest } from "./newest";
import { Pair } from "./pair";
import * as screen from "./screen";
import { ScreenMenu } from "./screen_menu";

export default function GateDisplay() {
  const link = me.value?.memberships.find((each) => each.role === "display");
  useEffect(() => {
    document.title = `${D.title()} · ${C.appName()}`;
  }, []);
  if (!link?.person_id) return <Pair />;
  return (
    <Station
      key={link.person_id}
      id={link.person_id}
      name={link.name ?? ""}
      school={link.school_name ?? ""}
    />
  );
}

function Station({ id, name, school }: { id: string; name: string; school: string }) {
  useEffect(() => {
    const stop = new AbortController();
    screen.tick(stop.signal);
    void screen.work(id, stop.signal);
    return () => stop.abort();
  }, [id]);
  const stays = useAwake();
  useNewest();
  return (
    <main class="gate" style={shift(screen.second.value)}>
      <header class="gate-name">
        <p>{school}</p>
        <h1>{name}</h1>
      </header>
      <Code />
      <Side />
      <footer class="gate-foot">
        <Troubles staysAwake={stays.value} />
        <ScreenMenu />
      </footer>
    </main>
  );
}

/** A few pixels to and fro, a step a minute: what never moves burns into the panel. */
function shift(at: number): Record<string, string> {
  const minute = Math.floor(at / 60_000);
  return { "--dx": `${((minute % 5) - 2) * 3}px`, "--dy": `${((minute % 7) - 3) * 2}px` };
}

function useCode(): Drawn | null {
  const code = useSignal<Drawn | null>(null);
  useSignalEffect(() => {
    const key = screen.keyOfDay.value;
    const step = screen.step.value;
    if (!key) {
      code.value = null;
      return;
    }
    void stationCode(key, step).then((token) => {
      // Signing takes no time to speak of, but a code of before must not come after.
      if (screen.step.peek() === step) code.value = drawn(token);
    });
  });
  return code.value;
}

function Code() {
  const code = useCode();
  const key = screen.keyOfDay.value;
  if (!key) {
    if (!screen.hasAsked.value) return <Spinner />;
    return (
      <section class="gate-code without" role="status">
        <h2>{D.noKey()}</h2>
        <p>{D.noKeyHint()}</p>
      </section>
    );
  }
  const leftS = key.step_s - ((screen.second.value / 1000) % key.step_s);
  return (
    <section class="gate-code">
      {code && (
        <svg
          class="gate-qr"
          viewBox={`0 0 ${code.size} ${code.size}`}
          role="img"
          aria-label={D.codeAlt()}
        >
          <path d={code.path} />
        </svg>
      )}
      <div class="gate-renews">
        <Ring left={leftS / key.step_s} />
        <p>
          <strong>{D.scanMe()}</strong>
          <span aria-hidden="true">{D.renews(leftS)}</span>
        </p>
      </div>
    </section>
  );
}

const AROUND = 2 * Math.PI * 16;

/** How much of the step is left; decoration beside the words. */
function Ring({ left }: { left: number }) {
  return (
    <svg class="gate-ring" viewBox="0 0 40 40" aria-hidden="true">
      <circle class="gate-ring-all" cx="20" cy="20" r="16" />
      <circle
        class="gate-ring-left"
        cx="20"
        cy="20"
        r="16"
        stroke-dasharray={AROUND}
        stroke-dashoffset={AROUND * (1 - left)}
      />
    </svg>
  );
}

function Side() {
  const at = screen.second.value;
  const today = schoolDay(at);
  const counted = screen.arrivals.value;
  const isToday = counted?.day === today;
  return (
    <section class="gate-side">
      <p class="gate-clock">{clock(at)}</p>
      <p class="gate-day">{dayName(today)}</p>
      {counted && isToday && (
        <p class="gate-count">
          <strong>{count(counted.count)}</strong>{" "}
          <span>
            {screen.awaySince.value === null ? D.arrived() : D.arrivedAt(clock(counted.as_of))}
          </span>
        </p>
      )}
    </section>
  );
}

function Troubles({ staysAwake }: { staysAwake: boolean }) {
  const words: string[] = [];
  const away = screen.awaySince.value;
  const off = screen.offset.value;
  if (away !== null) words.push(D.offline(clock(away + (off ?? 0))));
  if (off === null && away !== null) words.push(D.clockUnknown());
  else if (screen.hasMoved.value) words.push(D.clockMoved());
  else if (off !== null && Math.abs(off) > screen.WRONG_MS) words.push(D.clockWrong(howMuch(off)));
  if (!staysAwake) words.push(D.awake());
  return (
    <div class="gate-troubles" role="status">
      {words.map((each) => (
        <p key={each}>{each}</p>
      ))}
    </div>
  );
}

function howMuch(ms: number): string {
  const s = Math.round(Math.abs(ms) / 1000);
  if (s < 120) return D.seconds(s);
  return s < 7200 ? D.minutes(Math.round(s / 60)) : D.hours(Math.round(s / 3600));
}
