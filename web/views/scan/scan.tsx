/** The scanner: where and which way, then one child after another. */

import "./scan.css";
import { signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Schemas } from "../../api";
import { S } from "../../i18n/scan";
import { rememberDirection } from "./direction";
import { type Direction, Gate } from "./gate";
import { Scanning } from "./scanning";
import { Start } from "./start";

type Station = Schemas["Station"];

/** It stands over a change of station, and over a look at another screen. */
const direction = signal<Direction>("in");

interface Chosen {
  station: Station;
  schoolId: number;
}

export default function Scan() {
  const chosen = useSignal<Chosen | null>(null);
  const isGone = useSignal(false);
  useEffect(() => {
    document.title = S.title();
  }, []);
  const on = chosen.value;
  const gate = useMemo(() => {
    if (!on) return null;
    const post = { stationId: on.station.id, schoolId: on.schoolId };
    return new Gate(post, direction);
  }, [on]);
  if (!on || !gate) {
    return (
      <Start
        direction={direction}
        isGone={isGone.value}
        onStart={(station, schoolId) => {
          isGone.value = false;
          rememberDirection(direction.peek());
          chosen.value = { station, schoolId };
        }}
      />
    );
  }
  return (
    <Scanning
      key={on.station.id}
      gate={gate}
      stationName={on.station.name}
      onLeave={() => {
        chosen.value = null;
      }}
      onGone={() => {
        isGone.value = true;
        chosen.value = null;
      }}
    />
  );
}
