/** What has just been done, brought before the eyes: on a phone the button stood a screen below. */

import { useEffect, useRef } from "preact/hooks";
import { Note } from "../../components/ui";

const LOOK_AGAIN_MS = 50;

interface Props {
  words: string;
  /** Another one, and the same words are said anew. */
  of?: unknown;
}

export function Said({ words, of }: Props) {
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same words about something else
  useEffect(() => {
    if (!words) return undefined;
    let timer = 0;
    const show = () => {
      // Behind an open dialog nothing can be focused; it closes once all is loaded again.
      if (document.querySelector("dialog[open]")) {
        timer = setTimeout(show, LOOK_AGAIN_MS);
        return;
      }
      place.current?.scrollIntoView({ block: "center" });
      place.current?.focus({ preventScroll: true });
    };
    show();
    return () => clearTimeout(timer);
  }, [words, of]);
  if (!words) return null;
  return (
    <div ref={place} tabIndex={-1} class="till-said">
      <Note tone="good">{words}</Note>
    </div>
  );
}
