/** Bars by minute with uPlot: loaded by the board alone. */

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import { clock } from "../../format";

const HEIGHT = 200;
const MINUTE_S = 60;
/** A morning is not stretched over the whole width by its first three pupils. */
const LEAST_MINUTES = 30;

interface Shown {
  /** ms since 1970 */
  first: number;
  counts: readonly number[];
}

export function drawIn(place: HTMLElement): { show: (shown: Shown) => void; end: () => void } {
  const styles = getComputedStyle(place);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--soft"),
    // uPlot reads whole pixels alone.
    font: `${Math.round(Number.parseFloat(styles.fontSize))}px system-ui, sans-serif`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: (_plot, first, last) => [first - MINUTE_S / 2, last + MINUTE_S / 2] },
        y: { range: (_plot, _low, high) => [0, Math.max(5, Math.ceil(high * 1.1))] },
      },
      axes: [
        { ...axis, space: 60, values: (_plot, ticks) => ticks.map((s) => clock(s * 1000)) },
        { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      ],
      series: [
        {},
        {
          fill: colour("--brand"),
          stroke: colour("--brand"),
          width: 0,
          paths: uPlot.paths.bars?.({ size: [0.8, 40] }),
          points: { show: false },
        },
      ],
    },
    [[], []],
    place,
  );
  const fit = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  fit.observe(place);
  return {
    show: ({ first, counts }) => {
      const minutes = Math.max(counts.length, LEAST_MINUTES);
      const times = Array.from({ length: minutes }, (_, n) => first / 1000 + n * MINUTE_S);
      plot.setData([times, times.map((_, n) => counts[n] ?? null)]);
    },
    end: () => {
      fit.disconnect();
      plot.destroy();
    },
  };
}
