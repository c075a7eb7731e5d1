/** Arrivals by minute: a chart, the sentence that says it, and the numbers themselves. */

import { useEffect, useRef } from "preact/hooks";
import { Card } from "../../components/ui";
import { clock, count } from "../../format";
import { B } from "../../i18n/board";
import { lang } from "../../lang";
import { useMedia } from "./media";

const MINUTE_MS = 60_000;
const QUARTER = 15;

interface ArrivalsProps {
  from: string | null;
  /** An entry a minute from `from` on. */
  counts: readonly number[];
}

/** Nothing at all until somebody has come. */
export function Arrivals({ from, counts }: ArrivalsProps) {
  if (from === null) return null;
  return (
    <Card aria-labelledby="board-arrivals">
      <h2 id="board-arrivals">{B.chart()}</h2>
      <Drawn first={Date.parse(from)} counts={counts} />
    </Card>
  );
}

interface DrawnProps {
  /** ms since 1970 */
  first: number;
  counts: readonly number[];
}

function Drawn({ first, counts }: DrawnProps) {
  const most = Math.max(...counts);
  const at = (minute: number) => clock(first + minute * MINUTE_MS);
  const said = B.chartSaid(count(most), at(counts.indexOf(most)), at(0), at(counts.length - 1));
  return (
    <>
      <Chart first={first} counts={counts} />
      <p class="small">{said}</p>
      <details>
        <summary>{B.chartTable()}</summary>
        <Quarters first={first} counts={counts} />
      </details>
    </>
  );
}

/** Minutes of a quarter of an hour together: sixty rows an hour are read by nobody. */
function Quarters({ first, counts }: DrawnProps) {
  const sums = new Map<number, number>();
  counts.forEach((pupils, minute) => {
    const at = first + minute * MINUTE_MS;
    const begin = at - (at % (QUARTER * MINUTE_MS));
    sums.set(begin, (sums.get(begin) ?? 0) + pupils);
  });
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{B.quarter()}</th>
          <th scope="col" class="number">
            {B.pupils()}
          </th>
        </tr>
      </thead>
      <tbody>
        {[...sums].map(([begin, pupils]) => (
          <tr key={begin}>
            <td>
              {clock(begin)}–{clock(begin + QUARTER * MINUTE_MS)}
            </td>
            <td class="number">{count(pupils)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Decoration beside the sentence: uPlot draws on a canvas, which says nothing by itself. */
function Chart({ first, counts }: DrawnProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<{ show: (props: DrawnProps) => void; end: () => void } | null>(null);
  const latest = useRef({ first, counts });
  latest.current = { first, counts };
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
  useEffect(() => plot.current?.show({ first, counts }), [first, counts]);
  return <div class="board-chart" ref={place} aria-hidden="true" />;
}
