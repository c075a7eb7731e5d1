/**
 * The school's area as the server takes it, and what can be said about one before it is sent.
 * Lengths are metres; the plane about a place is the server's (app/attendance/geo.py).
 */

import type { Schemas } from "../../api";

export type Fence = Schemas["NewCampus"]["fence"];
export type CircleFence = Extract<Fence, { type: "circle" }>;
export type PolygonFence = Extract<Fence, { type: "Polygon" }>;

export interface Point {
  lat: number;
  lng: number;
}

/** What is drawn: a polygon's corners are open, and may be too few while they are being set. */
export type Shape =
  | { type: "circle"; centre: Point; radius: number }
  | { type: "polygon"; corners: Point[] };

export const MIN_M = 5;
export const MAX_M = 5000;
export const MAX_CORNERS = 499;
/** Below it a phone's own error reaches over the area; above it the street counts as school. */
export const SMALL_M = 30;
export const LARGE_M = 500;
export const USUAL_M = 100;

const A_M = 6_378_137;
const E2 = 0.00669437999014;
const RADIAN = Math.PI / 180;

/** [east, north] metres of a degree at this latitude. */
export function metresPerDegree(lat: number): [number, number] {
  const root = Math.sqrt(1 - E2 * Math.sin(lat * RADIAN) ** 2);
  const east = (A_M / root) * Math.cos(lat * RADIAN);
  const north = (A_M * (1 - E2)) / root ** 3;
  return [east * RADIAN, north * RADIAN];
}

export function moved(from: Point, eastM: number, northM: number): Point {
  const [east, north] = metresPerDegree(from.lat);
  return { lat: from.lat + northM / north, lng: from.lng + eastM / east };
}

export function distanceM(a: Point, b: Point): number {
  const [east, north] = metresPerDegree((a.lat + b.lat) / 2);
  return Math.hypot((b.lng - a.lng) * east, (b.lat - a.lat) * north);
}

type XY = [x: number, y: number];

function onPlane(corners: readonly Point[]): XY[] {
  const first = corners[0];
  if (!first) return [];
  const [east, north] = metresPerDegree(first.lat);
  return corners.map((p) => [(p.lng - first.lng) * east, (p.lat - first.lat) * north]);
}

/** In square metres; of a polygon that crosses itself it means nothing. */
export function areaM2(shape: Shape): number {
  if (shape.type === "circle") return Math.PI * shape.radius ** 2;
  const flat = onPlane(shape.corners);
  let twice = 0;
  for (const [n, [x, y]] of flat.entries()) {
    const [nextX, nextY] = flat[(n + 1) % flat.length] as XY;
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}

/** [width, height] of the box around it, in metres. */
export function sizeM(shape: Shape): [number, number] {
  if (shape.type === "circle") return [2 * shape.radius, 2 * shape.radius];
  const flat = onPlane(shape.corners);
  if (!flat.length) return [0, 0];
  const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
  return [spread(flat.map(([x]) => x)), spread(flat.map(([, y]) => y))];
}

function turn(a: XY, b: XY, c: XY): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function isBetween(a: XY, b: XY, p: XY): boolean {
  return (
    Math.min(a[0], b[0]) <= p[0] &&
    p[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= p[1] &&
    p[1] <= Math.max(a[1], b[1])
  );
}

function touch(a: XY, b: XY, c: XY, d: XY): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && isBetween(a, b, c)) ||
    (abd === 0 && isBetween(a, b, d)) ||
    (cda === 0 && isBetween(c, d, a)) ||
    (cdb === 0 && isBetween(c, d, b))
  );
}

/** Whether two sides meet elsewhere than at the corner that they share. */
export function crossesItself(corners: readonly Point[]): boolean {
  const flat = onPlane(corners);
  const count = flat.length;
  const side = (n: number): [XY, XY] => [flat[n] as XY, flat[(n + 1) % count] as XY];
  for (let one = 0; one < count; one++) {
    for (let two = one + 1; two < count; two++) {
      const [a, b] = side(one);
      const [c, d] = side(two);
      if (two === one + 1) {
        // Neighbours may only touch at `b`: going straight back is no side.
        if (count > 2 && turn(a, b, d) === 0 && isBetween(a, b, d)) return true;
      } else if ((two + 1) % count === one) {
        if (turn(c, d, b) === 0 && isBetween(c, d, b)) return true;
      } else if (touch(a, b, c, d)) return true;
    }
  }
  return false;
}

/** What keeps it from being saved, and what only deserves a second look. */
export type Trouble = "few" | "crosses" | "tooSmall" | "tooLarge" | "small" | "large";
const FINAL: ReadonlySet<Trouble> = new Set(["few", "crosses", "tooSmall", "tooLarge"]);

export function troubleOf(shape: Shape): Trouble | null {
  if (shape.type === "circle") {
    if (!(shape.radius >= MIN_M)) return "tooSmall";
    if (shape.radius > MAX_M) return "tooLarge";
    if (shape.radius < SMALL_M) return "small";
    return shape.radius > LARGE_M ? "large" : null;
  }
  if (shape.corners.length < 3) return "few";
  if (crossesItself(shape.corners)) return "crosses";
  const longest = Math.max(...sizeM(shape));
  if (longest < MIN_M || areaM2(shape) < MIN_M ** 2) return "tooSmall";
  if (longest > MAX_M) return "tooLarge";
  if (longest < 2 * SMALL_M) return "small";
  return longest > 2 * LARGE_M ? "large" : null;
}

export function isFinal(trouble: Trouble | null): boolean {
  return trouble !== null && FINAL.has(trouble);
}

/** A ten-millionth of a degree is a centimetre. */
const round = (degrees: number) => Math.round(degrees * 1e7) / 1e7;

export function asFence(shape: Shape): Fence {
  if (shape.type === "circle") {
    const { lat, lng } = shape.centre;
    const radius_m = Math.round(shape.radius * 10) / 10;
    return { type: "circle", lat: round(lat), lng: round(lng), radius_m };
  }
  const ring = shape.corners.map(({ lat, lng }): [number, number] => [round(lng), round(lat)]);
  const first = ring[0];
  return { type: "Polygon", coordinates: [first ? [...ring, first] : []] };
}

/** A polygon's holes are not drawn: this school is nobody's who has some. */
export function asShape(fence: Fence): Shape {
  if (fence.type === "circle") {
    const { lat, lng, radius_m } = fence;
    return { type: "circle", centre: { lat, lng }, radius: radius_m };
  }
  const ring = fence.coordinates[0] ?? [];
  return { type: "polygon", corners: ring.slice(0, -1).map(([lng, lat]) => ({ lat, lng })) };
}

/** The same area the other way: a circle about a polygon, an octagon on a circle. */
export function asPolygon(shape: Shape): Shape {
  if (shape.type === "polygon") return shape;
  const corners = Array.from({ length: 8 }, (_, n) => {
    const angle = ((n + 0.5) * Math.PI) / 4;
    return moved(shape.centre, shape.radius * Math.sin(angle), shape.radius * Math.cos(angle));
  });
  return { type: "polygon", corners };
}

export function asCircle(shape: Shape, fallback: Point): Shape {
  if (shape.type === "circle") return shape;
  const { corners } = shape;
  if (!corners.length) return { type: "circle", centre: fallback, radius: USUAL_M };
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const centre = {
    lat: middle(corners.map(({ lat }) => lat)),
    lng: middle(corners.map(({ lng }) => lng)),
  };
  const reach = Math.max(...corners.map((corner) => distanceM(centre, corner)));
  return { type: "circle", centre, radius: Math.max(MIN_M, Math.round(reach)) };
}

/** “16.4745, 107.6005”, as maps give it; a comma for a point too: “16,4745; 107,6005”. */
export function pointOf(text: string): Point | null {
  const found = /^\s*(-?\d+(?:[.,]\d+)?)\s*°?\s*[,;\s]\s*(-?\d+(?:[.,]\d+)?)\s*°?\s*$/.exec(text);
  if (!found) return null;
  const [lat, lng] = [found[1], found[2]].map((part) => Number(part?.replace(",", ".")));
  if (lat === undefined || lng === undefined) return null;
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}

export function textOf({ lat, lng }: Point): string {
  return `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
}

/** A round number of metres near `wanted`: 1, 2 or 5 times a power of ten. */
export function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const found = [1, 2, 5].find((each) => each * power >= wanted);
  return (found ?? 10) * power;
}

/** Where a new corner belongs: into the side that is nearest, so that the outline stays simple. */
export function withCorner(corners: readonly Point[], corner: Point): Point[] {
  if (corners.length < 3) return [...corners, corner];
  const [at, ...rest] = onPlane([corner, ...corners]) as [XY, ...XY[]];
  let best = rest.length;
  let least = Number.POSITIVE_INFINITY;
  for (const [n, a] of rest.entries()) {
    const far = fromSide(at, a, rest[(n + 1) % rest.length] as XY);
    if (far < least) [best, least] = [n + 1, far];
  }
  return [...corners.slice(0, best), corner, ...corners.slice(best)];
}

function fromSide(p: XY, a: XY, b: XY): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length ? ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(p[0] - a[0] - share * dx, p[1] - a[1] - share * dy);
}
