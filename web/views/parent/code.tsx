/** The pupil's rotating code: made on this phone, shown to the gate, good without a network. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { clockAhead } from "../../clock_ahead";
import { drawn } from "../../components/qr";
import { Avatar, Empty, Fault, Note, Page, Spinner } from "../../components/ui";
import { Refusal } from "../../failure";
import { moment } from "../../format";
import { D } from "../../i18n/child";
import { K } from "../../i18n/code";
import { C } from "../../i18n/common";
import { now } from "../../now";
import { type CodeMaker, codeMaker, phoneCode, stepStart } from "../../phone_code";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { accountId } from "../../session";
import { keepSeen } from "../../store";
import { type Kin, kin } from "./kin";
import "./code.css";

interface Kept
  extends Pick<Schemas["PhoneCodeKey"], "key" | "card_prefix" | "valid_until" | "step_s"> {
  /** How far the server's clock was ahead of this phone's, ms. */
  ahead_ms: number;
}

export default function CodePage({ params }: { params: Parameters }) {
  const who = kin(params.student ?? "");
  const back = `/con/${params.student}`;
  if (!who) {
    return (
      <Page title={C.notYours()} back="/">
        <Empty icon="person" title={C.notYours()} />
      </Page>
    );
  }
  return (
    <Page title={who.isSelf ? D.ownCode() : D.childCode()} {...(who.isSelf ? {} : { back })}>
      <Code key={who.student_id} who={who} />
    </Page>
  );
}

async function loadKey(studentId: string): Promise<Kept> {
  const sent = Date.now();
  const asked = api.GET("/v1/students/{student_id}/phone-code-key", {
    params: { path: { student_id: studentId } },
  });
  const { key, card_prefix, valid_until, step_s } = await of(asked);
  const date = (await asked).response.headers.get("Date");
  return { key, card_prefix, valid_until, step_s, ahead_ms: clockAhead(date, sent, Date.now()) };
}

function Code({ who }: { who: Kin }) {
  const kept = `phone-code/${who.student_id}`;
  const query = useQuery(kept, () => loadKey(who.student_id));
  const failure = query.failure.value;
  // The card was revoked, or the child is not this account's any more: the copy is worth nothing.
  const isRefused = failure instanceof Refusal && failure.status < 500;
  useEffect(() => {
    if (isRefused) void keepSeen(`${accountId.peek()}/${kept}`, null);
  }, [isRefused, kept]);
  useEffect(() => {
    const again = () => document.visibilityState === "visible" && void query.reload();
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [query]);
  useWakeLock();

  const found = query.data.value;
  if (isRefused || (!found && failure))
    return <Fault error={failure} retry={() => void query.reload()} />;
  if (!found) return <Spinner />;
  if (Date.parse(found.valid_until) <= now.value + found.ahead_ms)
    return (
      <>
        <Note tone="wait">{K.expired()}</Note>
        <Fault error={failure} retry={() => void query.reload()} />
      </>
    );
  return <Face who={who} kept={found} />;
}

function Face({ who, kept }: { who: Kin; kept: Kept }) {
  const code = useCode(kept);
  const nowMs = now.value + kept.ahead_ms;
  const left = kept.step_s - Math.floor(nowMs / 1000 - stepStart(nowMs, kept.step_s));
  const minutesOff = Math.round(Math.abs(kept.ahead_ms) / 60_000);
  return (
    <>
      <section class="code-face" aria-label={K.of(who.name)}>
        <div class="who">
          <Avatar name={who.name} url={who.photo_url} />
          <span class="grow">
            <strong class="name">{who.name}</strong>
            <span>{[who.class_name, who.school_name].filter(Boolean).join(" · ")}</span>
          </span>
        </div>
        <div class="code-box">{code && <Drawing text={code} />}</div>
        <progress class="code-left" max={kept.step_s} value={left} aria-hidden="true" />
        <p class="centered" role="timer" aria-live="off">
          {K.nextIn(left)}
        </p>
      </section>
      <p class="muted">{K.hint()}</p>
      <p class="muted small">{K.offline(moment(kept.valid_until, nowMs))}</p>
      {minutesOff >= 2 && <p class="muted small">{K.clockOff(minutesOff)}</p>}
      <span class="sr-only">{C.appName()}</span>
    </>
  );
}

function Drawing({ text }: { text: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg class="code" viewBox={`0 0 ${size} ${size}`} role="img" data-code={text}>
      <title>{K.picture()}</title>
      <path d={path} />
    </svg>
  );
}

/** The code of this moment, null until the first is made. */
function useCode({ key, card_prefix, step_s, ahead_ms }: Kept): string | null {
  const maker = useSignal<CodeMaker | null>(null);
  const code = useSignal<string | null>(null);
  useEffect(() => {
    let isWanted = true;
    void codeMaker(key, card_prefix).then((made) => {
      if (isWanted) maker.value = made;
    });
    return () => {
      isWanted = false;
    };
  }, [key, card_prefix, maker]);
  const step = stepStart(now.value + ahead_ms, step_s);
  const ready = maker.value;
  useEffect(() => {
    let isWanted = true;
    if (ready)
      void phoneCode(ready, step).then((made) => {
        if (isWanted) code.value = made;
      });
    return () => {
      isWanted = false;
    };
  }, [ready, step, code]);
  return code.value;
}

/** A screen that goes dark in the queue is a code that cannot be read. */
function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    const hold = async () => {
      if (document.visibilityState !== "visible") return;
      // Refused while the battery is low: then the screen is touched now and again.
      lock = await navigator.wakeLock?.request("screen").catch(() => null);
    };
    void hold();
    const again = () => void hold();
    document.addEventListener("visibilitychange", again);
    return () => {
      document.removeEventListener("visibilitychange", again);
      void lock?.release();
    };
  }, []);
}
