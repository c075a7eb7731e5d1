/** Decoration beside a sentence and a table: uPlot draws on a canvas, which says nothing. */

import { useEffect, useRef } from "preact/hooks";
import { lang } from "../../lang";
import { useMedia } from "../board/media";
import type { Bars } from "./plot";

export function Chart({ names, values }: Bars) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<{ show: (bars: Bars) => void; end: () => void } | null>(null);
  const latest = useRef({ names, values });
  latest.current = { names, values };
  const isDark = useMedia("(prefers-color-scheme: dark)").value;
  const language = lang.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other colours or words, another plot
  useEffect(() => {
    let isWanted = true;
    void import("./plot").then(({ drawIn }) => {
      if (!isWanted || !place.current) return;
      plot.current = drawIn(place.current);
      plot.current.show(latest.current);
    });
    return () => {
      isWanted = false;
      plot.current?.end();
      plot.current = null;
    };
  }, [isDark, language]);
  useEffect(() => plot.current?.show({ names, values }), [names, values]);
  return <div class="till-chart" ref={place} aria-hidden="true" />;
}
