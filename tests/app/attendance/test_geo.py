import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.attendance.geo import (
    BadFence,
    Fence,
    Location,
    distance_m,
    fence_distance_m,
    judge,
    parse_fence,
    speed_mps,
)

Provider = Literal["android", "ios", "web"]
AT = datetime(2026, 9, 7, 0, 0, tzinfo=UTC)
HUE = (16.4637, 107.5909)
M_PER_DEGREE_NORTH = 110_654.0

bearings = st.floats(0, 2 * math.pi)
providers: st.SearchStrategy[Provider] = st.sampled_from(["android", "ios", "web"])
accuracies = st.floats(0.5, 200)


def circle(lat: float = HUE[0], lng: float = HUE[1], radius_m: float = 80) -> Fence:
    return parse_fence(json.dumps({"type": "circle", "lat": lat, "lng": lng, "radius_m": radius_m}))


def polygon(*rings: list[list[float]]) -> Fence:
    return parse_fence(json.dumps({"type": "Polygon", "coordinates": list(rings)}))


def square(side_m: float, lat: float = HUE[0], lng: float = HUE[1]) -> list[list[float]]:
    dy = side_m / 2 / M_PER_DEGREE_NORTH
    dx = side_m / 2 / (111_320 * math.cos(math.radians(lat)))
    corners = ((-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy), (-dx, -dy))
    return [[lng + x, lat + y] for x, y in corners]


def fix(lat: float, lng: float, accuracy_m: float = 10, **changes: Any) -> Location:
    return msgspec.structs.replace(
        Location(
            lat=lat,
            lng=lng,
            accuracy_m=accuracy_m,
            fixed_at=AT,
            provider="android",
            is_mock=False,
        ),
        **changes,
    )


def away(apart_m: float, **changes: Any) -> Location:
    """A fix `apart_m` north of the 80 m circle in Huế."""
    return fix(HUE[0] + (80 + apart_m) / M_PER_DEGREE_NORTH, HUE[1], **changes)


@dataclass
class Vincenty:
    """Geodesic distance on WGS84 (Vincenty 1975, inverse formula): an independent measure."""

    a: float = 6_378_137.0
    f: float = 1 / 298.257223563

    def __call__(self, lat1: float, lng1: float, lat2: float, lng2: float) -> float:
        if (lat1, lng1) == (lat2, lng2):
            return 0.0
        b = (1 - self.f) * self.a
        u1 = math.atan((1 - self.f) * math.tan(math.radians(lat1)))
        u2 = math.atan((1 - self.f) * math.tan(math.radians(lat2)))
        length = lam = math.radians(lng2 - lng1)
        for _ in range(100):
            sin_s = math.hypot(
                math.cos(u2) * math.sin(lam),
                math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
            )
            if sin_s == 0:
                return 0.0
            cos_s = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
            s = math.atan2(sin_s, cos_s)
            sin_a = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_s
            cos2_a = 1 - sin_a**2
            cos_m = cos_s - 2 * math.sin(u1) * math.sin(u2) / cos2_a if cos2_a else 0.0
            c = self.f / 16 * cos2_a * (4 + self.f * (4 - 3 * cos2_a))
            inner = cos_m + c * cos_s * (2 * cos_m**2 - 1)
            before, lam = lam, length + (1 - c) * self.f * sin_a * (s + c * sin_s * inner)
            if abs(lam - before) < 1e-13:
                break
        k = cos2_a * (self.a**2 - b**2) / b**2
        big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)))
        big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)))
        tail = cos_s * (2 * cos_m**2 - 1) - big_b / 6 * cos_m * (4 * sin_s**2 - 3) * (
            4 * cos_m**2 - 3
        )
        return b * big_a * (s - big_b * sin_s * (cos_m + big_b / 4 * tail))


vincenty = Vincenty()


def test_the_yardstick_itself_is_right() -> None:
    # Flinders Peak to Buninyong, the published example, here on WGS84.
    apart_m = vincenty(-37.95103341667, 144.42486788889, -37.65282113889, 143.92649552778)
    assert apart_m == pytest.approx(54_972.271, abs=0.05)


def moved(lat: float, lng: float, north_m: float, east_m: float) -> tuple[float, float]:
    return lat + north_m / 111_000, lng + east_m / (111_320 * math.cos(math.radians(lat)))


@given(st.floats(-60, 60), st.floats(-180, 180), st.floats(0, 5_000), bearings)
def test_the_distance_to_a_circle_agrees_with_the_geodesic(
    lat: float, lng: float, apart_m: float, bearing: float
) -> None:
    point = moved(lat, lng, apart_m * math.cos(bearing), apart_m * math.sin(bearing))
    true_m = vincenty(lat, lng, *point)
    found_m = fence_distance_m(circle(lat, lng, 5), *point)
    assert found_m == pytest.approx(max(0.0, true_m - 5), rel=0.001, abs=0.01)


@given(st.floats(8, 24), st.floats(102, 110), st.floats(200, 5_000), bearings)
def test_the_distance_to_a_polygon_agrees_with_the_geodesic(
    lat: float, lng: float, apart_m: float, bearing: float
) -> None:
    ring = square(200, lat, lng)
    point = moved(lat, lng, apart_m * math.cos(bearing), apart_m * math.sin(bearing))
    outline = [
        (a[1] + (b[1] - a[1]) * i / 400, a[0] + (b[0] - a[0]) * i / 400)
        for a, b in pairwise(ring)
        for i in range(400)
    ]
    nearest = min(outline, key=lambda p: math.hypot(p[0] - point[0], (p[1] - point[1]) * 0.96))
    true_m = vincenty(*nearest, *point)
    assert fence_distance_m(polygon(ring), *point) == pytest.approx(true_m, rel=0.005, abs=0.5)


@given(st.floats(8, 24), st.floats(102, 110), st.floats(0, 20_000), bearings)
def test_the_great_circle_agrees_with_the_geodesic(
    lat: float, lng: float, apart_m: float, bearing: float
) -> None:
    point = moved(lat, lng, apart_m * math.cos(bearing), apart_m * math.sin(bearing))
    assert distance_m(lat, lng, *point) == pytest.approx(
        vincenty(lat, lng, *point), rel=0.006, abs=0.001
    )


def test_a_fence_at_the_date_line_is_no_world_away() -> None:
    assert fence_distance_m(circle(-17.0, 179.9999, 5), -17.0, -179.9999) < 30


shapes = st.sampled_from([circle(), polygon(square(160)), circle(radius_m=5_000)])


@given(shapes, bearings, st.lists(st.floats(0, 100_000), min_size=2, max_size=5), providers)
def test_farther_is_never_nearer_nor_judged_more_kindly(
    fence: Fence, bearing: float, steps_m: list[float], provider: Provider
) -> None:
    order = ["inside", "geo_uncertain", "geo_outside"]
    verdicts = []
    for step_m in sorted(steps_m):
        lat, lng = moved(*HUE, step_m * math.cos(bearing), step_m * math.sin(bearing))
        verdicts.append(judge(fence, fix(lat, lng, 20, provider=provider), scanned_at=AT))
    for nearer, farther in pairwise(verdicts):
        assert nearer.distance_m is not None
        assert farther.distance_m is not None
        assert nearer.distance_m <= farther.distance_m + 1e-6
        assert order.index(nearer.outcome) <= order.index(farther.outcome)


@given(shapes, bearings, st.floats(0, 6_000), accuracies, providers)
def test_the_verdict_is_the_rule_of_the_design(
    fence: Fence, bearing: float, apart_m: float, accuracy_m: float, provider: Provider
) -> None:
    lat, lng = moved(*HUE, apart_m * math.cos(bearing), apart_m * math.sin(bearing))
    verdict = judge(fence, fix(lat, lng, accuracy_m, provider=provider), scanned_at=AT)
    sigma = {"android": accuracy_m / 1.515, "ios": accuracy_m / 1.414, "web": accuracy_m / 2.448}
    radius68_m, radius95_m = 1.515 * sigma[provider], 2.45 * sigma[provider]
    assert verdict.accuracy68_m == pytest.approx(radius68_m)
    assert verdict.distance_m is not None
    # On the edge of two verdicts the last digit decides, and either will do.
    for edge_m in (radius68_m, radius95_m, 50.0):
        assume(abs(verdict.distance_m - edge_m) > 1e-6)
    assume(abs(radius68_m - 100) > 1e-6)
    if radius68_m > 100:
        assert verdict.outcome == "need_better_fix"
    elif verdict.distance_m <= 50 and verdict.distance_m <= radius68_m:
        assert verdict.outcome == "inside"
    elif verdict.distance_m > radius95_m:
        assert verdict.outcome == "geo_outside"
    else:
        assert verdict.outcome == "geo_uncertain"


@given(st.floats(50.5, 100_000), accuracies, providers, st.booleans())
def test_nobody_is_inside_beyond_50_metres(
    apart_m: float, accuracy_m: float, provider: Provider, is_mock: bool
) -> None:
    location = away(apart_m, accuracy_m=accuracy_m, provider=provider, is_mock=is_mock)
    assert judge(circle(), location, scanned_at=AT).outcome != "inside"


@pytest.mark.parametrize(
    ("provider", "accuracy_m"), [("android", 15.15), ("ios", 14.14), ("web", 24.48)]
)
def test_ten_metres_of_sigma_mean_the_same_on_every_phone(
    provider: Provider, accuracy_m: float
) -> None:
    for apart_m, expected in (
        (-80, "inside"),
        (14.5, "inside"),
        (16, "geo_uncertain"),
        (24, "geo_uncertain"),
        (25, "geo_outside"),
        (8e6, "geo_outside"),
    ):
        location = away(apart_m, accuracy_m=accuracy_m, provider=provider)
        assert judge(circle(), location, scanned_at=AT).outcome == expected


def test_a_vague_fix_reaches_50_metres_and_no_farther() -> None:
    assert judge(circle(), away(49, accuracy_m=99), scanned_at=AT).outcome == "inside"
    assert judge(circle(), away(51, accuracy_m=99), scanned_at=AT).outcome == "geo_uncertain"


@pytest.mark.parametrize(
    ("provider", "good_m", "bad_m"),
    [("android", 100, 100.1), ("ios", 93.3, 93.4), ("web", 161.5, 161.6)],
)
def test_a_fix_vaguer_than_100_metres_must_be_bettered(
    provider: Provider, good_m: float, bad_m: float
) -> None:
    good = away(-80, accuracy_m=good_m, provider=provider)
    bad = away(-80, accuracy_m=bad_m, provider=provider)
    assert judge(circle(), good, scanned_at=AT).outcome == "inside"
    assert judge(circle(), bad, scanned_at=AT).outcome == "need_better_fix"


@pytest.mark.parametrize(("age_s", "outcome"), [(30, "inside"), (30.1, "need_better_fix")])
def test_a_fix_counts_for_30_seconds_before_and_after(age_s: float, outcome: str) -> None:
    for sign in (1, -1):
        location = away(-80, fixed_at=AT - timedelta(seconds=sign * age_s))
        assert judge(circle(), location, scanned_at=AT).outcome == outcome


absurd = pytest.mark.parametrize(
    "changes",
    [
        {"accuracy_m": 0},
        {"accuracy_m": -1},
        {"accuracy_m": 10_000.1},
        {"accuracy_m": math.nan},
        {"accuracy_m": math.inf},
        {"lat": math.nan},
        {"lat": -math.inf},
        {"lat": 90.1},
        {"lng": math.nan},
        {"lng": math.inf},
        {"lng": -180.1},
    ],
)


@absurd
def test_an_absurd_fix_is_invalid_whatever_else_is_wrong_with_it(changes: dict[str, float]) -> None:
    location = away(0, is_mock=True, fixed_at=AT - timedelta(hours=1))
    verdict = judge(circle(), msgspec.structs.replace(location, **changes), scanned_at=AT)
    assert (verdict.outcome, verdict.distance_m, verdict.accuracy68_m) == ("invalid", None, None)


def test_a_mock_fix_is_a_suspect_however_good_or_bad_it_looks() -> None:
    for location in (
        away(-80, is_mock=True),
        away(500, is_mock=True),
        away(0, is_mock=True, accuracy_m=5_000),
        away(0, is_mock=True, fixed_at=AT - timedelta(hours=1)),
    ):
        assert judge(circle(), location, scanned_at=AT).outcome == "mock_suspect"


def test_a_hole_in_a_fence_is_outside() -> None:
    fence = polygon(square(400), square(200))
    assert fence_distance_m(fence, *HUE) == pytest.approx(100, rel=0.01)
    assert judge(fence, fix(*HUE), scanned_at=AT).outcome == "geo_outside"


def test_a_fence_is_parsed_once() -> None:
    raw = json.dumps({"type": "circle", "lat": 16, "lng": 107, "radius_m": 33})
    assert parse_fence(raw) is parse_fence(raw)


def test_a_fence_may_lie_in_another_country_and_carry_altitudes() -> None:
    high = [[*position, 12.5] for position in square(100, 48.85, 2.35)]
    assert fence_distance_m(polygon(high), 48.85, 2.35) == 0


bowtie = [[107.0, 16.0], [107.001, 16.001], [107.001, 16.0], [107.0, 16.001], [107.0, 16.0]]
bad_fences: list[tuple[Any, str]] = [
    ("not json", "A fence is"),
    (None, "A fence is"),
    ({"type": "Point", "coordinates": [107, 16]}, "A fence is"),
    ({"type": "circle", "lat": 16, "lng": 107}, "A fence is"),
    ({"type": "circle", "lat": 16, "lng": 107, "radius_m": 50, "x": 1}, "A fence is"),
    ({"type": "circle", "lat": "16", "lng": 107, "radius_m": 50}, "A fence is"),
    ({"type": "circle", "lat": 86, "lng": 107, "radius_m": 50}, "out of range"),
    ({"type": "circle", "lat": 16, "lng": 181, "radius_m": 50}, "out of range"),
    ({"type": "circle", "lat": 16, "lng": 107, "radius_m": 4.9}, "too small"),
    ({"type": "circle", "lat": 16, "lng": 107, "radius_m": -50}, "too small"),
    ({"type": "circle", "lat": 16, "lng": 107, "radius_m": 5001}, "too big"),
    ({"type": "Polygon", "coordinates": []}, "at least 4 positions"),
    ({"type": "Polygon", "coordinates": [[]]}, "at least 4 positions"),
    ({"type": "Polygon", "coordinates": [square(100)[:-1]]}, "end where it starts"),
    ({"type": "Polygon", "coordinates": [[[107.0, 16.0]] * 4]}, "too small"),
    ({"type": "Polygon", "coordinates": [[[107.0, 16.0, 1, 1]] * 4]}, "A fence is"),
    ({"type": "Polygon", "coordinates": [square(4)]}, "too small"),
    ({"type": "Polygon", "coordinates": [square(5_100)]}, "too big"),
    ({"type": "Polygon", "coordinates": [square(100, lat=86)]}, "out of range"),
    ({"type": "Polygon", "coordinates": [bowtie]}, "crosses itself"),
    ({"type": "Polygon", "coordinates": [square(100), square(200)]}, "crosses itself"),
    ({"type": "Polygon", "coordinates": [square(100) * 101]}, "too many points"),
]


@pytest.mark.parametrize(("stored", "words"), bad_fences)
def test_a_bad_fence_is_refused_in_words_in_both_languages(stored: Any, words: str) -> None:
    raw = stored if isinstance(stored, str) else json.dumps(stored)
    with pytest.raises(BadFence, match=words) as caught:
        parse_fence(raw.encode())
    assert caught.value.detail is not None
    assert caught.value.detail[0].startswith(("Khu vực", "Toạ độ", "Mỗi vòng", "Đường biên"))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_fence_or_a_bad_fence(raw: bytes) -> None:
    with pytest.raises(BadFence):
        parse_fence(raw)


def test_a_location_without_a_time_zone_is_refused() -> None:
    body = msgspec.json.encode(msgspec.structs.asdict(fix(*HUE)))
    assert msgspec.json.decode(body, type=Location) == fix(*HUE)
    for broken in (body.replace(b"Z", b""), body.replace(b"android", b"nokia")):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(broken, type=Location)


def test_a_speed_is_never_made_of_mere_inaccuracy() -> None:
    here, there = fix(*HUE, 10), fix(HUE[0] + 1_000 / M_PER_DEGREE_NORTH, HUE[1], 20)
    assert speed_mps(here, there, elapsed_s=10) == pytest.approx(97, rel=0.01)
    assert speed_mps(here, there, elapsed_s=-10) == speed_mps(there, here, elapsed_s=10)
    assert speed_mps(here, there, elapsed_s=0) == pytest.approx(970, rel=0.01)
    near = fix(HUE[0] + 25 / M_PER_DEGREE_NORTH, HUE[1], 20)
    assert speed_mps(here, near, elapsed_s=0) == 0
