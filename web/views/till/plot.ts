/** Bars of money with uPlot: loaded where a chart is seen. */

import "uplot/dist/uPlot.min.css";
import uPlot from "uplot";
import { shortly } from "../../money";

const HEIGHT = 200;

export interface Bars {
  /** One a bar, for the axis below. */
  names: readonly string[];
  values: readonly number[];
}

export function drawIn(place: HTMLElement): { show: (bars: Bars) => void; end: () => void } {
  const styles = getComputedStyle(place);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--soft"),
    // uPlot reads whole pixels alone.
    font: `${Math.round(Number.parseFloat(styles.fontSize))}px system-ui, sans-serif`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  let names: readonly string[] = [];
  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: (_plot, first, last) => [first - 0.6, last + 0.6] },
        y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 56,
          incrs: [1, 2, 5, 7, 10, 14],
          values: (_plot, ticks) => ticks.map((n) => names[n] ?? ""),
        },
        { ...axis, size: 84, values: (_plot, ticks) => ticks.map(shortly) },
      ],
      series: [
        {},
        {
          fill: colour("--brand"),
          stroke: colour("--brand"),
          width: 0,
          paths: uPlot.paths.bars?.({ size: [0.7, 36] }),
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
    show: (bars) => {
      names = bars.names;
      plot.setData([bars.names.map((_, n) => n), [...bars.values]]);
    },
    end: () => {
      fit.disconnect();
      plot.destroy();
    },
  };
}
