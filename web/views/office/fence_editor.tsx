/** Draws a school's area: on the map by hand, or by numbers beside it. */

import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button, Note } from "../../components/ui";
import { count } from "../../format";
import { F } from "../../i18n/office_fence";
import { lang } from "../../lang";
import {
  areaM2,
  asCircle,
  asPolygon,
  isFinal,
  type Shape,
  sizeM,
  troubleOf,
  USUAL_M,
  withCorner,
} from "./fence_geo";
import { type Fix, locate, ROUGH_M } from "./fence_locate";
import { FenceMap } from "./fence_map";
import { CircleNumbers, PolygonNumbers } from "./fence_numbers";

interface Props {
  shape: Signal<Shape | null>;
  /** The school's other areas. */
  others: readonly Shape[];
  /** Stand above and below the tools. */
  head: ComponentChildren;
  foot: ComponentChildren;
}

export function FenceEditor({ shape, others, head, foot }: Props) {
  const picked = useSignal<number | null>(null);
  const fix = useSignal<Fix | null>(null);
  /** Counts the changes that were typed. */
  const typed = useSignal(0);
  const place = useRef<HTMLDivElement>(null);
  const map = useRef<FenceMap | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew when its words change
  useEffect(() => {
    if (!place.current) return;
    const made = new FenceMap(place.current, {
      current: () => shape.peek(),
      changed: (next) => {
        shape.value = next;
      },
      picked: (corner) => {
        picked.value = corner;
      },
    });
    map.current = made;
    made.showOthers(others);
    made.draw(shape.peek(), picked.peek());
    const found = fix.peek();
    if (found) made.showHere(found.point, found.accuracy);
    made.fit();
    return () => made.remove();
  }, [lang.value]);

  useEffect(() => map.current?.draw(shape.value, picked.value), [shape.value, picked.value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each typed change counts
  useEffect(() => map.current?.keepInView(), [typed.value]);

  return (
    <div class="two-columns">
      <div class="stack">
        {/* biome-ignore lint/a11y/useSemanticElements: a map is no form */}
        <div ref={place} class="fence-map" role="group" aria-label={F.mapLabel()} />
        <Summary shape={shape.value} />
      </div>
      <div class="stack fence-panel">
        {head}
        <Kinds shape={shape} picked={picked} map={map} />
        <Position shape={shape} fix={fix} map={map} />
        {shape.value?.type === "circle" && <CircleNumbers shape={shape} typed={typed} />}
        {shape.value?.type === "polygon" && (
          <PolygonNumbers shape={shape} picked={picked} typed={typed} />
        )}
        <Button onClick={() => map.current?.fit()}>{F.fit()}</Button>
        {foot}
      </div>
    </div>
  );
}

function Summary({ shape }: { shape: Shape | null }) {
  if (!shape) return <Note>{F.startHint()}</Note>;
  const trouble = troubleOf(shape);
  const [width, height] = sizeM(shape).map((metres) => count(Math.round(metres)));
  const hint = shape.type === "circle" ? F.dragHint() : F.tapHint();
  return (
    <>
      <p class="strong" aria-live="polite">
        {F.summary(width ?? "", height ?? "", count(Math.round(areaM2(shape))))}
      </p>
      {trouble && <Note tone={isFinal(trouble) ? "bad" : "late"}>{F[trouble]()}</Note>}
      <p class="muted small">{hint}</p>
    </>
  );
}

interface PartProps {
  shape: Signal<Shape | null>;
  map: { readonly current: FenceMap | null };
}

function Kinds({ shape, picked, map }: PartProps & { picked: Signal<number | null> }) {
  const type = shape.value?.type;
  function choose(wanted: Shape["type"]): void {
    const centre = map.current?.centre ?? { lat: 0, lng: 0 };
    const now = shape.peek();
    picked.value = null;
    if (wanted === "circle")
      shape.value = asCircle(now ?? { type: "polygon", corners: [] }, centre);
    else shape.value = now ? asPolygon(now) : { type: "polygon", corners: [] };
  }
  return (
    <fieldset>
      <legend>{F.shape()}</legend>
      <div class="segments">
        <Button aria-pressed={type === "circle"} onClick={() => choose("circle")}>
          {F.circle()}
        </Button>
        <Button aria-pressed={type === "polygon"} onClick={() => choose("polygon")}>
          {F.polygon()}
        </Button>
      </div>
    </fieldset>
  );
}

function Position({ shape, fix, map }: PartProps & { fix: Signal<Fix | null> }) {
  const busy = useSignal(false);
  const fault = useSignal("");

  async function find(): Promise<void> {
    busy.value = true;
    fault.value = "";
    try {
      await locate((found) => {
        fix.value = found;
        map.current?.showHere(found.point, found.accuracy);
        if (shape.peek() === null)
          shape.value = { type: "circle", centre: found.point, radius: USUAL_M };
        map.current?.fit();
      });
    } catch (error) {
      const isDenied = (error as GeolocationPositionError | null)?.code === 1;
      fault.value = isDenied ? F.noPermission() : F.noPosition();
    } finally {
      busy.value = false;
    }
  }

  function put({ point }: Fix): void {
    const now = shape.peek();
    shape.value =
      now?.type === "polygon"
        ? { ...now, corners: withCorner(now.corners, point) }
        : { type: "circle", centre: point, radius: now?.radius ?? USUAL_M };
  }

  const found = fix.value;
  const isPolygon = shape.value?.type === "polygon";
  return (
    <div class="stack" aria-live="polite">
      <Button kind="main" icon="map" busy={busy.value} onClick={() => void find()}>
        {busy.value ? F.locating() : F.takeHere()}
      </Button>
      {fault.value && <Note tone="bad">{fault.value}</Note>}
      {found && (
        <>
          <p class="muted small">
            {F.accuracy(count(Math.round(found.accuracy)))}{" "}
            {found.accuracy > ROUGH_M ? F.inaccurate() : isPolygon ? F.walkHint() : ""}
          </p>
          <Button onClick={() => put(found)}>{isPolygon ? F.putCorner() : F.putCentre()}</Button>
        </>
      )}
    </div>
  );
}
