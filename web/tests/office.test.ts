import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addDays,
  addMonths,
  daysBetween,
  lengthOf,
  spansOf,
  weekdayOf,
  weeksOf,
  yearAround,
} from "../views/office/days";
import {
  areaM2,
  asCircle,
  asFence,
  asPolygon,
  asShape,
  crossesItself,
  distanceM,
  type Fence,
  metresPerDegree,
  moved,
  type Point,
  pointOf,
  roundStep,
  type Shape,
  textOf,
  troubleOf,
  withCorner,
} from "../views/office/fence_geo";
import {
  asCsv,
  asTabs,
  kindOf,
  missingClasses,
  ofPhotos,
  toWrite,
} from "../views/office/import_model";
import { faultsOf, runsOf, shortTime } from "../views/office/shift_times";

const SCHOOL: Point = { lat: 16.4745, lng: 107.6005 };
const at = (east: number, north: number) => moved(SCHOOL, east, north);
const polygon = (...corners: [number, number][]): Shape => ({
  type: "polygon",
  corners: corners.map(([east, north]) => at(east, north)),
});
const circle = (radius: number): Shape => ({ type: "circle", centre: SCHOOL, radius });

test("a degree is as long as the server says", () => {
  // From app.attendance.geo._metres_per_degree(16.4637).
  const [east, north] = metresPerDegree(16.4637);
  assert.ok(Math.abs(east - 106_784.0463) < 0.01, `${east}`);
  assert.ok(Math.abs(north - 110_663.5182) < 0.01, `${north}`);
});

test("moving and measuring agree", () => {
  assert.ok(Math.abs(distanceM(SCHOOL, at(300, 400)) - 500) < 0.1);
});

test("a rectangle's area is its sides'", () => {
  assert.ok(Math.abs(areaM2(polygon([0, 0], [120, 0], [120, 80], [0, 80])) - 9600) < 5);
});

test("a bow tie crosses itself, a square and a star's outline do not", () => {
  const corners = (shape: Shape) => (shape.type === "polygon" ? shape.corners : []);
  assert.equal(crossesItself(corners(polygon([0, 0], [100, 100], [100, 0], [0, 100]))), true);
  assert.equal(crossesItself(corners(polygon([0, 0], [100, 0], [100, 100], [0, 100]))), false);
  assert.equal(crossesItself(corners(polygon([0, 0], [50, 20], [100, 0], [50, 90]))), false);
  assert.equal(crossesItself(corners(polygon([0, 0], [100, 0], [50, 0]))), true, "there and back");
  assert.equal(
    crossesItself(corners(polygon([0, 0], [100, 0], [100, 100], [50, 0], [0, 100]))),
    true,
    "a corner on another side",
  );
});

test("what is too small, too large or unusual is said", () => {
  assert.equal(troubleOf(circle(100)), null);
  assert.equal(troubleOf(circle(29)), "small");
  assert.equal(troubleOf(circle(30)), null);
  assert.equal(troubleOf(circle(501)), "large");
  assert.equal(troubleOf(circle(4)), "tooSmall");
  assert.equal(troubleOf(circle(Number.NaN)), "tooSmall");
  assert.equal(troubleOf(circle(5001)), "tooLarge");
  assert.equal(troubleOf(polygon([0, 0], [100, 0])), "few");
  assert.equal(troubleOf(polygon([0, 0], [100, 100], [100, 0], [0, 100])), "crosses");
  assert.equal(troubleOf(polygon([0, 0], [100, 0], [100, 80])), null);
  assert.equal(troubleOf(polygon([0, 0], [40, 0], [40, 40])), "small");
  assert.equal(troubleOf(polygon([0, 0], [1100, 0], [0, 40])), "large");
});

test("what is drawn is what is sent and read again", () => {
  const fence = asFence(polygon([0, 0], [100, 0], [100, 80]));
  assert.equal(fence.type, "Polygon");
  if (fence.type === "Polygon") {
    const ring = fence.coordinates[0] ?? [];
    assert.deepEqual(ring[0], ring.at(-1), "closed");
    assert.equal(ring.length, 4);
    assert.ok((ring[0]?.[0] ?? 0) > 100, "longitude first");
  }
  const again: Fence = asFence(asShape(fence));
  assert.deepEqual(again, fence);
  const round = asFence(circle(85.26));
  assert.deepEqual(round, { type: "circle", lat: 16.4745, lng: 107.6005, radius_m: 85.3 });
  assert.deepEqual(asFence(asShape(round)), round);
});

test("a circle becomes corners and a circle again of the same size", () => {
  const corners = asPolygon(circle(100));
  assert.equal(troubleOf(corners), null);
  const back = asCircle(corners, SCHOOL);
  assert.ok(back.type === "circle" && Math.abs(back.radius - 100) <= 1);
  assert.ok(back.type === "circle" && distanceM(back.centre, SCHOOL) < 1);
  assert.deepEqual(asCircle({ type: "polygon", corners: [] }, SCHOOL), circle(100));
});

test("a place is read as maps and people write it", () => {
  for (const text of [
    "16.4745, 107.6005",
    "16.4745 107.6005",
    "16,4745; 107,6005",
    "16.4745,107.6005",
  ])
    assert.deepEqual(pointOf(text), SCHOOL, text);
  for (const text of ["", "16.4745", "a, b", "99, 107", "16.4, 190", "16.4745, 107.6005, 3"])
    assert.equal(pointOf(text), null, text);
  assert.deepEqual(pointOf(textOf(SCHOOL)), SCHOOL);
});

test("the grid's step is a round number", () => {
  assert.deepEqual([3, 10, 11, 60, 0.4].map(roundStep), [5, 10, 20, 100, 0.5]);
});

const FAULT = {
  row: 7,
  column: "Lớp",
  message: "trường chưa có lớp “6A9” trong năm học 2026-2027",
};

test("missing classes are named once, in both languages", () => {
  const english = { ...FAULT, message: "there is no class “6A8” in the school year 2026-2027" };
  const other = { ...FAULT, message: "không phải là ngày: “6A7”" };
  assert.deepEqual(missingClasses([FAULT, english, FAULT, other]), ["6A9", "6A8"]);
});

test("a list of faults is safe and whole in Excel", () => {
  const tricky = { row: 8, column: "=cmd()", message: 'dấu " và\txuống\ndòng, hết' };
  const headings = ["Dòng", "Cột", "Cần sửa"] as const;
  assert.equal(
    asCsv([FAULT, tricky], headings),
    `\ufeff"Dòng","Cột","Cần sửa"\r\n"7","Lớp","${FAULT.message}"\r\n` +
      `"8","'=cmd()","dấu "" và xuống dòng, hết"\r\n`,
  );
  assert.equal(asTabs([tricky], headings).split("\r\n")[1], `8\t'=cmd()\tdấu " và xuống dòng, hết`);
});

test("a sheet with a fault is not written, pictures without one are", () => {
  const outcome = ofPhotos({
    dry_run: true,
    files: 3,
    created: 1,
    updated: 1,
    unchanged: 0,
    ignored: 0,
    errors: 1,
    results: [
      { file: "1.jpg", result: "new", student_id: null, name: null, message: "" },
      { file: "2.jpg", result: "replaced", student_id: null, name: null, message: "" },
      { file: "x.jpg", result: "not_a_code", student_id: null, name: null, message: "tên sai" },
    ],
  });
  assert.deepEqual(outcome.errors, [{ row: null, column: "x.jpg", message: "tên sai" }]);
  assert.equal(toWrite("photos", outcome), 2);
  assert.equal(toWrite("roster", outcome), null);
  assert.equal(toWrite("roster", { ...outcome, errors: [], created: 0, updated: 0 }), null);
});

test("an address names a kind, or none", () => {
  assert.equal(kindOf("hoc-sinh"), "roster");
  assert.equal(kindOf("gi-do"), null);
  assert.equal(kindOf(undefined), null);
});

test("a new corner goes into the nearest side", () => {
  const square = [at(0, 0), at(100, 0), at(100, 100), at(0, 100)];
  const added = withCorner(square, at(110, 50));
  assert.deepEqual(added, [square[0], square[1], at(110, 50), square[2], square[3]]);
  assert.deepEqual(withCorner(square, at(-10, 50)).at(-1), at(-10, 50), "the closing side");
  assert.equal(crossesItself(added), false);
  assert.deepEqual(withCorner([at(0, 0)], at(5, 5)), [at(0, 0), at(5, 5)]);
});

test("a shift's times are told apart where they do not fit", () => {
  const good = { starts_at: "07:00", late_after: "07:05", cut_off: "07:30", ends_at: "11:30" };
  assert.deepEqual(faultsOf(good), {});
  assert.deepEqual(faultsOf({ ...good, late_after: "07:00", cut_off: "07:00" }), {});
  assert.deepEqual(faultsOf({ ...good, ends_at: "07:00" }), {
    ends_at: "endsBeforeStart",
  });
  assert.deepEqual(faultsOf({ ...good, late_after: "06:59" }), { late_after: "lateBeforeStart" });
  assert.deepEqual(faultsOf({ ...good, cut_off: "07:04" }), { cut_off: "cutOffBeforeLate" });
  assert.deepEqual(faultsOf({ ...good, cut_off: "11:31" }), { cut_off: "cutOffAfterEnd" });
  assert.deepEqual(faultsOf({ ...good, cut_off: "" }), { cut_off: "timeMissing" });
  assert.equal(shortTime("07:05:00"), "7:05");
});

test("weekdays that follow each other are one run", () => {
  assert.deepEqual(runsOf([5, 1, 2, 3, 4]), [[1, 5]]);
  assert.deepEqual(runsOf([1, 3, 4, 7]), [
    [1, 1],
    [3, 4],
    [7, 7],
  ]);
  assert.deepEqual(runsOf([]), []);
});

test("months begin on Monday and end where they end", () => {
  const november = weeksOf("2026-11"); // begins on a Sunday
  assert.deepEqual(november[0], [null, null, null, null, null, null, "2026-11-01"]);
  assert.equal(november.length, 6);
  assert.equal(november.flat().filter(Boolean).length, 30);
  assert.equal(weeksOf("2027-02").length, 4, "February 2027 is four whole weeks");
  assert.equal(addMonths("2026-12", 1), "2027-01");
  assert.equal(addMonths("2026-01", -1), "2025-12");
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(weekdayOf("2026-11-22"), 7);
  assert.deepEqual(yearAround("2026-07"), { from: "2025-08-01", to: "2026-07-31" });
  assert.deepEqual(yearAround("2026-08"), { from: "2026-08-01", to: "2027-07-31" });
  assert.equal(lengthOf("2026-12-31", "2027-01-01"), 2);
  assert.equal(lengthOf("2026-12-31", "2026-12-30"), 0);
  assert.deepEqual(daysBetween("2026-12-31", "2027-01-01"), ["2026-12-31", "2027-01-01"]);
});

test("days of one name that follow each other are one line", () => {
  const tet = (day: string) => ({ day, kind: "holiday" as const, name: "Tết" });
  const days = [tet("2027-02-06"), tet("2027-02-04"), tet("2027-02-05"), tet("2027-02-08")];
  const storm = { day: "2027-02-07", kind: "closure" as const, name: "Tết" };
  assert.deepEqual(
    spansOf([...days, storm]).map(({ from, to, kind }) => [from, to, kind]),
    [
      ["2027-02-04", "2027-02-06", "holiday"],
      ["2027-02-07", "2027-02-07", "closure"],
      ["2027-02-08", "2027-02-08", "holiday"],
    ],
  );
});
