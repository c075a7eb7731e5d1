/** A map to draw a fence on. It works without pictures: then a grid in metres is its ground. */

import "leaflet/dist/leaflet.css";
import "./fence.css";
import * as L from "leaflet";
import { count } from "../../format";
import { F } from "../../i18n/office_fence";
import { distanceM, MAX_M, MIN_M, moved, type Point, type Shape, withCorner } from "./fence_geo";
import { MetreGrid } from "./fence_grid";

/** What the map asks of the editor around it. */
export interface MapHost {
  /** As the last change left it, which may not be drawn yet. */
  current(): Shape | null;
  changed(shape: Shape): void;
  /** A corner was touched; null: something else was. */
  picked(corner: number | null): void;
}

/** Where nothing is known yet: the city that this was made for. */
const SOMEWHERE: Point = { lat: 16.4637, lng: 107.5909 };
const HANDLE_PX = 44;
const STEP_M = 1;
const LONG_STEP_M = 10;

function handleIcon(kind: "centre" | "radius" | "corner", isPicked = false): L.DivIcon {
  return L.divIcon({
    className: `fence-handle ${kind} ${isPicked ? "picked" : ""}`,
    iconSize: [HANDLE_PX, HANDLE_PX],
  });
}

function tilesOf(): L.TileLayer | null {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="map-tiles"]');
  if (!meta?.content) return null;
  const attribution = document.createElement("span");
  attribution.textContent = meta.dataset.attribution ?? "";
  return L.tileLayer(meta.content, {
    maxZoom: 21,
    maxNativeZoom: 19,
    attribution: attribution.innerHTML,
  });
}

export class FenceMap {
  readonly #map: L.Map;
  readonly #host: MapHost;
  readonly #others = L.layerGroup();
  readonly #here = L.layerGroup();
  #shape: Shape | null = null;
  #picked: number | null = null;
  #area: L.Circle | L.Polygon | null = null;
  #handles: L.Marker[] = [];

  constructor(element: HTMLElement, host: MapHost) {
    this.#host = host;
    const tiles = tilesOf();
    this.#map = L.map(element, {
      zoomAnimation: tiles !== null,
      attributionControl: tiles !== null,
      maxZoom: 21,
      minZoom: 3,
    });
    this.#map.setView(SOMEWHERE, 13);
    this.#map.attributionControl?.setPrefix(false);
    (tiles ?? new MetreGrid()).addTo(this.#map);
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(this.#map);
    this.#others.addTo(this.#map);
    this.#here.addTo(this.#map);
    this.#map.on("click", (event) => this.#tapped(event.latlng));
  }

  remove(): void {
    this.#map.remove();
  }

  /** Show this shape; while a handle of it is dragged, only what follows the handle moves. */
  draw(shape: Shape | null, picked: number | null): void {
    const before = this.#shape;
    const isSameKind =
      before?.type === shape?.type && countOf(before) === countOf(shape) && this.#area !== null;
    this.#shape = shape;
    if (isSameKind && shape && picked === this.#picked) this.#follow(shape);
    else {
      this.#picked = picked;
      this.#build(shape);
    }
  }

  /** All of the shape in view, or what else there is. */
  fit(): void {
    const bounds = this.#area?.getBounds() ?? boundsOf(this.#here) ?? boundsOf(this.#others);
    if (bounds?.isValid()) this.#map.fitBounds(bounds.pad(0.25), { animate: false, maxZoom: 18 });
  }

  /** What was changed elsewhere than on the map may have grown out of it. */
  keepInView(): void {
    const bounds = this.#area?.getBounds();
    if (bounds?.isValid() && !this.#map.getBounds().contains(bounds.pad(0.1))) this.fit();
  }

  /** The school's other areas, for orientation. */
  showOthers(shapes: readonly Shape[]): void {
    this.#others.clearLayers();
    for (const shape of shapes) {
      areaOf(shape, { className: "fence-other", interactive: false }).addTo(this.#others);
    }
  }

  /** Where the phone is, within so many metres. */
  showHere(point: Point, accuracy: number): void {
    this.#here.clearLayers();
    const round = { className: "fence-here-around", interactive: false, radius: accuracy };
    L.circle(point, round).addTo(this.#here);
    L.circleMarker(point, { className: "fence-here", interactive: false, radius: 7 }).addTo(
      this.#here,
    );
  }

  get centre(): Point {
    const { lat, lng } = this.#map.getCenter();
    return { lat, lng };
  }

  #tapped(at: L.LatLng): void {
    const point = { lat: at.lat, lng: at.lng };
    const shape = this.#host.current();
    if (shape?.type === "polygon") {
      this.#host.changed({ ...shape, corners: withCorner(shape.corners, point) });
    } else if (!shape) this.#host.changed({ type: "circle", centre: point, radius: 100 });
    this.#host.picked(null);
  }

  #build(shape: Shape | null): void {
    this.#area?.remove();
    for (const handle of this.#handles) handle.remove();
    this.#area = null;
    this.#handles = [];
    if (!shape) return;
    this.#area = areaOf(shape, { className: "fence-area", interactive: false }).addTo(this.#map);
    this.#handles =
      shape.type === "circle"
        ? [this.#centreHandle(shape.centre), this.#radiusHandle(edgeOf(shape))]
        : shape.corners.map((corner, n) => this.#cornerHandle(corner, n));
  }

  #follow(shape: Shape): void {
    if (shape.type === "circle") {
      const area = this.#area as L.Circle;
      area.setLatLng(shape.centre).setRadius(shape.radius);
      this.#put(0, shape.centre);
      this.#put(1, edgeOf(shape));
    } else {
      (this.#area as L.Polygon).setLatLngs(shape.corners);
      for (const [n, corner] of shape.corners.entries()) this.#put(n, corner);
    }
  }

  /** A handle in somebody's hand stays there. */
  #put(n: number, at: Point): void {
    const handle = this.#handles[n];
    if (handle && !handle.getElement()?.classList.contains("held")) handle.setLatLng(at);
  }

  #handle(at: Point, icon: L.DivIcon, title: string, moveTo: (to: Point) => void): L.Marker {
    const marker = L.marker(at, { icon, title, draggable: true, autoPan: true }).addTo(this.#map);
    const element = marker.getElement();
    element?.setAttribute("aria-label", title);
    marker.on("dragstart", () => element?.classList.add("held"));
    marker.on("drag", () => {
      const { lat, lng } = marker.getLatLng();
      moveTo({ lat, lng });
    });
    marker.on("dragend", () => {
      element?.classList.remove("held");
      if (this.#shape) this.#follow(this.#shape);
    });
    element?.addEventListener("keydown", (event) => {
      const by = stepOf(event);
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      const { lat, lng } = marker.getLatLng();
      moveTo(moved({ lat, lng }, ...by));
    });
    return marker;
  }

  #centreHandle(at: Point): L.Marker {
    return this.#handle(at, handleIcon("centre"), F.handleCentre(), (centre) => {
      const shape = this.#shape;
      if (shape?.type === "circle") this.#host.changed({ ...shape, centre });
    });
  }

  #radiusHandle(at: Point): L.Marker {
    return this.#handle(at, handleIcon("radius"), F.handleRadius(), (edge) => {
      const shape = this.#shape;
      if (shape?.type !== "circle") return;
      const radius = Math.round(distanceM(shape.centre, edge));
      this.#host.changed({ ...shape, radius: Math.min(MAX_M, Math.max(MIN_M, radius)) });
    });
  }

  #cornerHandle(at: Point, n: number): L.Marker {
    const icon = handleIcon("corner", n === this.#picked);
    const marker = this.#handle(at, icon, F.handleCorner(count(n + 1)), (corner) => {
      const shape = this.#shape;
      if (shape?.type !== "polygon") return;
      this.#host.changed({
        ...shape,
        corners: shape.corners.map((each, m) => (m === n ? corner : each)),
      });
    });
    marker.on("click", () => this.#host.picked(n));
    marker.getElement()?.addEventListener("keydown", (event) => {
      if (event.key !== "Delete" && event.key !== "Backspace") return;
      const shape = this.#shape;
      if (shape?.type !== "polygon") return;
      event.preventDefault();
      this.#host.changed({ ...shape, corners: shape.corners.filter((_, m) => m !== n) });
      this.#handles[Math.min(n, this.#handles.length - 1)]?.getElement()?.focus();
    });
    return marker;
  }
}

function countOf(shape: Shape | null): number {
  return shape?.type === "polygon" ? shape.corners.length : 0;
}

function edgeOf(shape: Extract<Shape, { type: "circle" }>): Point {
  return moved(shape.centre, shape.radius, 0);
}

function areaOf(shape: Shape, options: L.PathOptions): L.Circle | L.Polygon {
  return shape.type === "circle"
    ? L.circle(shape.centre, { ...options, radius: shape.radius })
    : L.polygon(shape.corners, options);
}

function boundsOf(group: L.LayerGroup): L.LatLngBounds | null {
  const bounds = L.latLngBounds([]);
  group.eachLayer((layer) => {
    if (layer instanceof L.Circle || layer instanceof L.Polygon) bounds.extend(layer.getBounds());
  });
  return bounds.isValid() ? bounds : null;
}

/** [east, north] metres of an arrow key; ten at once with Shift. */
function stepOf(event: KeyboardEvent): [number, number] | null {
  const by = event.shiftKey ? LONG_STEP_M : STEP_M;
  switch (event.key) {
    case "ArrowUp":
      return [0, by];
    case "ArrowDown":
      return [0, -by];
    case "ArrowLeft":
      return [-by, 0];
    case "ArrowRight":
      return [by, 0];
    default:
      return null;
  }
}
