/** What is heard and felt: eyes are on the children, not on the phone. */

import type { Tone } from "./words";

/** Hz, seconds, of notes one after another. */
const NOTES: Record<Tone, readonly (readonly [number, number])[]> = {
  good: [
    [880, 0.09],
    [1320, 0.14],
  ],
  care: [
    [740, 0.12],
    [0, 0.06],
    [740, 0.16],
  ],
  bad: [
    [220, 0.28],
    [0, 0.08],
    [220, 0.4],
  ],
  wait: [[520, 0.06]],
};
const SHAKES: Record<Tone, number | number[]> = {
  good: 90,
  care: [90, 70, 90],
  bad: [350, 120, 350],
  wait: 25,
};

let context: AudioContext | null = null;

/** A phone makes a sound only after a tap: call it in the tap's own handler. */
export function unlockSounds(): void {
  if (!("AudioContext" in globalThis)) return;
  context ??= new AudioContext();
  void context.resume().catch(() => undefined);
}

export function signalTone(tone: Tone): void {
  navigator.vibrate?.(SHAKES[tone]);
  if (context?.state !== "running") return;
  let at = context.currentTime + 0.01;
  for (const [hertz, seconds] of NOTES[tone]) {
    if (hertz) note(context, hertz, at, seconds, tone === "bad" ? "square" : "triangle");
    at += seconds;
  }
}

function note(
  on: AudioContext,
  hertz: number,
  at: number,
  seconds: number,
  type: OscillatorType,
): void {
  const oscillator = on.createOscillator();
  const gain = on.createGain();
  oscillator.type = type;
  oscillator.frequency.value = hertz;
  // Without a ramp each note begins and ends with a click.
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.5, at + 0.01);
  gain.gain.setValueAtTime(0.5, at + seconds - 0.02);
  gain.gain.linearRampToValueAtTime(0, at + seconds);
  oscillator.connect(gain).connect(on.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}
