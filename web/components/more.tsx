/** The end of a list that goes on: its next page as the end comes near, and by a tap. */

import { useEffect, useRef } from "preact/hooks";
import { C } from "../i18n/common";
import { useSending } from "./form";
import { Button, Fault } from "./ui";

interface Props {
  /** What comes next; null: nothing. */
  cursor: string | null;
  load: (cursor: string) => Promise<void>;
  /** Said where nothing comes. */
  end: string;
}

export function More({ cursor, load, end }: Props) {
  const sending = useSending();
  const place = useRef<HTMLDivElement>(null);
  const next = () => void (cursor && sending.run(() => load(cursor)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cursor stands for what `next` reads
  useEffect(() => {
    if (!place.current || !cursor) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && next(), {
      rootMargin: "600px",
    });
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [cursor]);
  if (!cursor) return <p class="muted centered">{end}</p>;
  return (
    <div ref={place} class="stack">
      <Fault error={sending.failure.value} />
      <Button busy={sending.busy.value} onClick={next}>
        {C.more()}
      </Button>
    </div>
  );
}
