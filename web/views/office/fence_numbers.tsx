/** The same area in numbers: for a keyboard, a screen reader, or a position from elsewhere. */

import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Button, Field } from "../../components/ui";
import { count } from "../../format";
import { F } from "../../i18n/office_fence";
import { MAX_M, MIN_M, type Point, pointOf, type Shape, textOf } from "./fence_geo";

type Drawn = Signal<Shape | null>;

interface Props {
  shape: Drawn;
  /** Counts the changes that are made here. */
  typed: Signal<number>;
}

export function CircleNumbers({ shape, typed }: Props) {
  const fault = useSignal("");
  const now = shape.value;
  if (now?.type !== "circle") return null;
  function setRadius(text: string): void {
    const radius = Number(text.replace(",", "."));
    const drawn = shape.peek();
    if (drawn?.type !== "circle" || !(radius > 0)) return;
    shape.value = { ...drawn, radius };
    typed.value += 1;
  }
  function setCentre(text: string): void {
    const centre = pointOf(text);
    const drawn = shape.peek();
    fault.value = centre ? "" : F.centreFault();
    if (!centre || drawn?.type !== "circle") return;
    shape.value = { ...drawn, centre };
    typed.value += 1;
  }
  return (
    <>
      <Field
        label={F.radius()}
        hint={F.radiusHint()}
        type="number"
        name="radius"
        inputMode="numeric"
        min={MIN_M}
        max={MAX_M}
        step={1}
        value={now.radius}
        onInput={(event) => setRadius(event.currentTarget.value)}
      />
      <input
        type="range"
        aria-label={F.radiusSlider()}
        min={20}
        max={500}
        step={5}
        value={now.radius}
        onInput={(event) => setRadius(event.currentTarget.value)}
      />
      <Field
        label={F.centre()}
        hint={F.centreHint()}
        fault={fault.value}
        name="centre"
        value={textOf(now.centre)}
        onChange={(event) => setCentre(event.currentTarget.value)}
      />
    </>
  );
}

interface PolygonProps extends Props {
  picked: Signal<number | null>;
}

export function PolygonNumbers({ shape, picked, typed }: PolygonProps) {
  const now = shape.value;
  if (now?.type !== "polygon") return null;
  const { corners } = now;
  function put(next: Point[]): void {
    picked.value = null;
    shape.value = { type: "polygon", corners: next };
    typed.value += 1;
  }
  const corner = picked.value;
  return (
    <>
      {corner !== null && corner < corners.length && (
        <Button kind="danger" onClick={() => put(corners.filter((_, n) => n !== corner))}>
          {F.removeCorner(count(corner + 1))}
        </Button>
      )}
      {corners.length > 0 && <Button onClick={() => put([])}>{F.clear()}</Button>}
      <Corners corners={corners} put={put} />
    </>
  );
}

function Corners({ corners, put }: { corners: Point[]; put: (next: Point[]) => void }) {
  const id = useId();
  const fault = useSignal("");
  function read(text: string): void {
    const lines = text.split("\n").filter((line) => line.trim());
    const points = lines.map(pointOf);
    const wrong = points.indexOf(null);
    fault.value = wrong < 0 ? "" : F.cornersFault(count(wrong + 1));
    if (wrong < 0) put(points.filter((point) => point !== null));
  }
  return (
    <details>
      <summary>{F.byNumbers()}</summary>
      <div class="field">
        <label for={id}>{F.cornersLabel()}</label>
        <textarea
          id={id}
          name="corners"
          value={corners.map(textOf).join("\n")}
          aria-invalid={Boolean(fault.value)}
          aria-describedby={`${id}-fault`}
          onChange={(event) => read(event.currentTarget.value)}
        />
        <p id={`${id}-fault`} class="fault">
          {fault.value}
        </p>
      </div>
    </details>
  );
}
