/** A camera that reads codes, with its light, the other lens, and what to do when it fails. */

import "./camera.css";
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Decoder, decoder, NoReader } from "../decoders";
import { K } from "../i18n/camera";
import { C } from "../i18n/common";
import { Readings, readFrames } from "../scanner";
import type { IconName } from "./icons";
import { Button, Empty } from "./ui";

export type CameraTrouble = "denied" | "none" | "busy" | "insecure" | "reader";

interface CameraProps {
  /** Each reading once: a code that is held still is not read again. */
  onCode: (text: string) => void;
  /** What counts as the same code; left out, the text itself. */
  keyOf?: (text: string) => string;
  /** To forget or release readings from outside. */
  readings?: Readings;
  /** Nothing is read meanwhile; the picture goes on. */
  isPaused?: boolean;
  /** Over the picture, such as where to hold the code. */
  children?: ComponentChildren;
}

type Facing = "environment" | "user";

interface Running {
  stream: MediaStream;
  track: MediaStreamTrack;
  hasTorch: boolean;
  hasOthers: boolean;
}

function troubleOf(error: unknown): CameraTrouble {
  if (error instanceof NoReader) return "reader";
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "busy";
}

async function openCamera(facing: Facing): Promise<Running> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  const track = stream.getVideoTracks()[0];
  if (!track) throw new DOMException("", "NotFoundError");
  const able = track.getCapabilities?.() as { torch?: boolean } | undefined;
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter((device) => device.kind === "videoinput");
  return { stream, track, hasTorch: Boolean(able?.torch), hasOthers: cameras.length > 1 };
}

function close(running: Running | null): void {
  for (const track of running?.stream.getTracks() ?? []) track.stop();
}

interface Lens {
  video: { current: HTMLVideoElement | null };
  running: Signal<Running | null>;
  trouble: Signal<CameraTrouble | null>;
  facing: Signal<Facing>;
  /** Counts the attempts: another one opens the camera anew. */
  attempt: Signal<number>;
}

/** Opens the camera and reads until the component goes. */
function useReading(lens: Lens, read: { current: (text: string, at: number) => void }): void {
  const { video, running, trouble, attempt } = lens;
  const facing = lens.facing.value;
  const turn = attempt.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn opens the camera anew
  useEffect(() => {
    const stop = new AbortController();
    let opened: Running | null = null;
    let reader: Decoder | null = null;
    const again = () => {
      // Some phones take the camera away while the page is not seen.
      if (document.visibilityState === "visible" && opened?.track.readyState === "ended")
        attempt.value += 1;
    };
    async function run(): Promise<void> {
      if (!navigator.mediaDevices) {
        trouble.value = "insecure";
        return;
      }
      try {
        opened = await openCamera(facing);
        if (stop.signal.aborted || !video.current) return close(opened);
        opened.track.addEventListener("ended", () => {
          // Another app took it, or it was pulled out; a hidden page asks anew when it is seen.
          if (document.visibilityState === "visible") trouble.value = "busy";
        });
        video.current.srcObject = opened.stream;
        running.value = opened;
        trouble.value = null;
        await video.current.play();
        reader = await decoder();
        const onRead = (text: string, at: number) => read.current(text, at);
        await readFrames(video.current, reader, onRead, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        close(opened);
        running.value = null;
        trouble.value = troubleOf(error);
      } finally {
        reader?.close();
      }
    }
    void run();
    document.addEventListener("visibilitychange", again);
    return () => {
      document.removeEventListener("visibilitychange", again);
      stop.abort();
      close(opened);
      running.value = null;
    };
  }, [facing, turn]);
}

/** Mount it after somebody has asked for it: the phone asks for its permission at once. */
export function CodeCamera({ onCode, keyOf, readings, isPaused, children }: CameraProps) {
  const lens: Lens = {
    video: useRef<HTMLVideoElement>(null),
    running: useSignal<Running | null>(null),
    trouble: useSignal<CameraTrouble | null>(null),
    facing: useSignal<Facing>("environment"),
    attempt: useSignal(0),
  };
  const own = useRef(new Readings());
  const read = useRef((_text: string, _at: number) => {});
  read.current = (text, at) => {
    if (isPaused) return;
    if ((readings ?? own.current).counts(keyOf?.(text) ?? text, at)) onCode(text);
  };
  useReading(lens, read);
  const { running, trouble, attempt } = lens;
  if (trouble.value)
    return (
      <div class="camera trouble">
        <Trouble
          of={trouble.value}
          retry={() => {
            trouble.value = null;
            attempt.value += 1;
          }}
        />
      </div>
    );
  return (
    <div class="camera">
      <video ref={lens.video} muted playsInline autoPlay aria-label={K.picture()} />
      {!running.value && <p class="camera-starting">{K.starting()}</p>}
      <span class="camera-aim" aria-hidden="true" />
      {children}
      {running.value && <Controls lens={lens} running={running.value} />}
    </div>
  );
}

function Controls({ lens, running }: { lens: Lens; running: Running }) {
  const isLit = useSignal(false);
  async function light(): Promise<void> {
    const torch = !isLit.peek();
    try {
      await running.track.applyConstraints({ advanced: [{ torch } as MediaTrackConstraintSet] });
      isLit.value = torch;
    } catch {
      // The phone offers a light that it cannot switch now: nothing is lost but the light.
    }
  }
  const turned: Facing = lens.facing.value === "user" ? "environment" : "user";
  return (
    <div class="camera-controls">
      {running.hasTorch && (
        <Button icon="torch" aria-pressed={isLit.value} onClick={() => void light()}>
          {isLit.value ? K.torchOff() : K.torchOn()}
        </Button>
      )}
      {running.hasOthers && (
        <Button
          icon="turn"
          aria-label={K.turn()}
          onClick={() => {
            lens.facing.value = turned;
          }}
        />
      )}
    </div>
  );
}

const isApple = /iPhone|iPad/.test(navigator.userAgent);

function Trouble({ of, retry }: { of: CameraTrouble; retry: () => void }) {
  const said: Record<CameraTrouble, [IconName, string, string]> = {
    denied: ["warn", K.deniedTitle(), isApple ? K.deniedIos() : K.denied()],
    none: ["cross", K.noneTitle(), K.none()],
    busy: ["warn", K.busyTitle(), K.busy()],
    insecure: ["warn", K.insecureTitle(), K.insecure()],
    reader: ["wait", K.readerTitle(), K.reader()],
  };
  const [icon, title, help] = said[of];
  return (
    <div role="alert">
      <Empty icon={icon} title={title}>
        <p>{help}</p>
        <Button kind="main" icon="turn" onClick={retry}>
          {C.retry()}
        </Button>
      </Empty>
    </div>
  );
}
