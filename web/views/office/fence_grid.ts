/** The ground of a map without pictures: lines a round number of metres apart. */

import * as L from "leaflet";
import { metresPerDegree, roundStep } from "./fence_geo";

const APART_PX = 56;

export class MetreGrid extends L.Layer {
  #canvas: HTMLCanvasElement | null = null;
  #shown: L.Map | null = null;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");

  override onAdd(map: L.Map): this {
    this.#shown = map;
    this.#canvas = document.createElement("canvas");
    map.getPane("tilePane")?.append(this.#canvas);
    map.on("move zoom viewreset resize", this.#draw);
    this.#dark.addEventListener("change", this.#draw);
    this.#draw();
    return this;
  }

  override onRemove(map: L.Map): this {
    map.off("move zoom viewreset resize", this.#draw);
    this.#dark.removeEventListener("change", this.#draw);
    this.#canvas?.remove();
    this.#canvas = this.#shown = null;
    return this;
  }

  readonly #draw = (): void => {
    const [map, canvas] = [this.#shown, this.#canvas];
    const pen = canvas?.getContext("2d");
    if (!map || !canvas || !pen) return;
    const size = map.getSize();
    const scale = window.devicePixelRatio || 1;
    canvas.width = size.x * scale;
    canvas.height = size.y * scale;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    pen.scale(scale, scale);
    pen.strokeStyle = getComputedStyle(map.getContainer()).getPropertyValue("--line");
    pen.lineWidth = 1;
    pen.beginPath();
    for (const x of linesOf(map, "lng")) line(pen, [x, 0], [x, size.y]);
    for (const y of linesOf(map, "lat")) line(pen, [0, y], [size.x, y]);
    pen.stroke();
  };
}

function line(pen: CanvasRenderingContext2D, from: [number, number], to: [number, number]): void {
  pen.moveTo(...from);
  pen.lineTo(...to);
}

/** Where the lines of one axis cross the screen, in its pixels. */
function* linesOf(map: L.Map, axis: "lat" | "lng"): Generator<number> {
  const size = map.getSize();
  const bounds = map.getBounds();
  const [from, to] =
    axis === "lng" ? [bounds.getWest(), bounds.getEast()] : [bounds.getSouth(), bounds.getNorth()];
  const length = axis === "lng" ? size.x : size.y;
  // Anchored to the globe and not to the screen: the lines stay while the map is moved.
  const [east, north] = metresPerDegree(Math.round(map.getCenter().lat));
  const perDegree = axis === "lng" ? east : north;
  const stepM = roundStep((((to - from) * perDegree) / length) * APART_PX);
  const step = stepM / perDegree;
  if (!Number.isFinite(step) || step <= 0) return;
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const place =
      axis === "lng" ? L.latLng(map.getCenter().lat, at) : L.latLng(at, map.getCenter().lng);
    const pixel = map.latLngToContainerPoint(place);
    yield Math.round(axis === "lng" ? pixel.x : pixel.y) + 0.5;
  }
}
