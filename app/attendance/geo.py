"""Where a scan was made: fences, and what a fix of limited accuracy says about them.

Pure functions (DESIGN section 4, Place). Lengths are metres, latitude and longitude WGS84 degrees.

Accuracy. The three platforms report different radii of the same round normal error, whose
deviation along one axis is sigma: the share within R is 1 - exp(-R² / 2 sigma²).

    android  acc / 1.515   `Location.getAccuracy`: the radius of 68%
    ios      acc / 1.414   `horizontalAccuracy`: one deviation of the radius, sqrt(2) sigma
    web      acc / 2.448   `GeolocationCoordinates.accuracy`: the radius of 95% (W3C Geolocation)

So 1.515 sigma is the radius of 68% whatever the phone, and one fix in twenty lies beyond 2.45.
"""

import math
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final, Literal

import msgspec
import shapely
from msgspec import Struct

from app.errors import Unprocessable

MAX_FIX_AGE_S: Final = 30
MAX_ACCURACY68_M: Final = 100
MAX_INSIDE_M: Final = 50
MAX_ACCURACY_M: Final = 10_000
MIN_FENCE_M: Final = 5
MAX_FENCE_M: Final = 5_000
MAX_FENCE_POINTS: Final = 500

_PER_SIGMA: Final = {"android": 1.515, "ios": 1.414, "web": 2.448}
_SIGMA_TO_68: Final = 1.515
_SIGMA_TO_95: Final = 2.45
_EARTH_M: Final = 6_371_008.8
_WGS84_A: Final = 6_378_137.0
_WGS84_E2: Final = 0.00669437999014
# Near the poles the local plane below means nothing.
MAX_FENCE_LAT: Final = 85

Outcome = Literal[
    "inside", "geo_outside", "geo_uncertain", "need_better_fix", "mock_suspect", "invalid"
]


class Location(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fix as the phone reports it; `accuracy_m` means what `provider` means by it."""

    lat: float
    lng: float
    accuracy_m: float
    # Without a zone it could not be compared with the scan.
    fixed_at: Annotated[datetime, msgspec.Meta(tz=True)]
    provider: Literal["android", "ios", "web"]
    is_mock: bool


class Verdict(Struct, frozen=True, kw_only=True):
    """What the fix says.

    `distance_m` is that to the fence, 0 inside; it and `accuracy68_m` are None when the fix is
    `invalid`.
    """

    outcome: Outcome
    distance_m: float | None
    accuracy68_m: float | None


class BadFence(Unprocessable):
    """Khu vực trường không hợp lệ | The campus fence cannot be used"""


class Circle(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="circle", forbid_unknown_fields=True
):
    """The stored form of a round fence."""

    lat: float
    lng: float
    radius_m: float


class Polygon(Struct, frozen=True, kw_only=True, tag_field="type", tag="Polygon"):
    """The stored form of any other fence: RFC 7946 §3.1.6, positions are (lng, lat)."""

    coordinates: list[list[list[float]]]


class Fence(Struct, frozen=True, kw_only=True, eq=False):
    """A fence made ready: a local plane about (lat, lng), and in it a circle or a shape.

    `radius_m` is None for a polygon, `shape` is None for a circle.
    """

    lat: float
    lng: float
    x_m_per_degree: float
    y_m_per_degree: float
    radius_m: float | None
    shape: shapely.Polygon | None


@lru_cache(maxsize=4096)
def parse_fence(raw: bytes | str) -> Fence:
    """Read a campus's fence from its JSON; repeated calls cost a look-up.

    Raises:
        BadFence: says in both languages what is wrong with it.
    """
    try:
        stored = msgspec.json.decode(raw, type=Circle | Polygon)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadFence(_NOT_A_FENCE) from None
    return _circle(stored) if isinstance(stored, Circle) else _polygon(stored)


def judge(fence: Fence, location: Location, *, scanned_at: datetime) -> Verdict:
    """What a fix says about a scan at `scanned_at` within `fence`.

    In this order: an absurd fix is `invalid`, a fix by a mock provider is `mock_suspect` however
    good it claims to be, a fix too old or too vague is `need_better_fix`, and only then its place
    counts. `scanned_at` and `fixed_at` must be of the same clock, the phone's. A fix that claims to
    be later than the scan by as much is no better than an old one.
    """
    if not _is_sane(location):
        return Verdict(outcome="invalid", distance_m=None, accuracy68_m=None)
    sigma = location.accuracy_m / _PER_SIGMA[location.provider]
    accuracy68_m = _SIGMA_TO_68 * sigma
    distance_m = fence_distance_m(fence, location.lat, location.lng)
    outcome: Outcome
    if location.is_mock:
        outcome = "mock_suspect"
    elif (
        abs((scanned_at - location.fixed_at).total_seconds()) > MAX_FIX_AGE_S
        or accuracy68_m > MAX_ACCURACY68_M
    ):
        outcome = "need_better_fix"
    elif distance_m <= min(accuracy68_m, MAX_INSIDE_M):
        outcome = "inside"
    elif distance_m - _SIGMA_TO_95 * sigma > 0:
        outcome = "geo_outside"
    else:
        outcome = "geo_uncertain"
    return Verdict(outcome=outcome, distance_m=distance_m, accuracy68_m=accuracy68_m)


def fence_distance_m(fence: Fence, lat: float, lng: float) -> float:
    """Metres from a point to the fence, 0 inside.

    Within 0.1% up to 5 km from the fence's centre; far away only its size means something.
    """
    x = (math.remainder(lng - fence.lng, 360)) * fence.x_m_per_degree
    y = (lat - fence.lat) * fence.y_m_per_degree
    if fence.radius_m is not None:
        return max(0.0, math.hypot(x, y) - fence.radius_m)
    return float(shapely.distance(fence.shape, shapely.Point(x, y)))


def distance_m(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """The great-circle distance in metres (haversine); within 0.6% of the ellipsoid's."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    a = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lng2 - lng1) / 2) ** 2
    )
    return 2 * _EARTH_M * math.asin(min(1.0, math.sqrt(a)))


def speed_mps(a: Location, b: Location, *, elapsed_s: float) -> float:
    """The least speed in m/s that explains two fixes: their accuracy counts for the traveller.

    Less than a second apart counts as one second, so that two scans at once at one gate stay slow.
    """
    doubt_m = _accuracy68_m(a) + _accuracy68_m(b)
    apart_m = distance_m(a.lat, a.lng, b.lat, b.lng)
    return max(0.0, apart_m - doubt_m) / max(1.0, abs(elapsed_s))


_NOT_A_FENCE: Final = (
    "Khu vực phải là hình tròn {type: circle, lat, lng, radius_m} hoặc GeoJSON Polygon.",
    "A fence is a circle {type: circle, lat, lng, radius_m} or a GeoJSON Polygon.",
)
_OUT_OF_RANGE: Final = (
    "Toạ độ nằm ngoài phạm vi: vĩ độ từ -85 đến 85, kinh độ từ -180 đến 180.",
    "A coordinate is out of range: latitude -85 to 85, longitude -180 to 180.",
)
_TOO_BIG: Final = (
    f"Khu vực quá lớn: tối đa {MAX_FENCE_M} m.",
    f"The fence is too big: at most {MAX_FENCE_M} m.",
)
_TOO_SMALL: Final = (
    f"Khu vực quá nhỏ: tối thiểu {MIN_FENCE_M} m.",
    f"The fence is too small: at least {MIN_FENCE_M} m.",
)
_TOO_MANY_POINTS: Final = (
    f"Khu vực có quá nhiều điểm: tối đa {MAX_FENCE_POINTS}.",
    f"The fence has too many points: at most {MAX_FENCE_POINTS}.",
)
_OPEN_RING: Final = (
    "Mỗi vòng phải có ít nhất 4 điểm và kết thúc tại điểm bắt đầu.",
    "Each ring needs at least 4 positions and must end where it starts.",
)
_SELF_CROSSING: Final = (
    "Đường biên tự cắt hoặc các lỗ chồng lên nhau.",
    "The outline crosses itself, or holes overlap.",
)


def _circle(stored: Circle) -> Fence:
    _check_position(stored.lat, stored.lng)
    if not math.isfinite(stored.radius_m) or stored.radius_m > MAX_FENCE_M:
        raise BadFence(_TOO_BIG)
    if stored.radius_m < MIN_FENCE_M:
        raise BadFence(_TOO_SMALL)
    x_scale, y_scale = _metres_per_degree(stored.lat)
    return Fence(
        lat=stored.lat,
        lng=stored.lng,
        x_m_per_degree=x_scale,
        y_m_per_degree=y_scale,
        radius_m=stored.radius_m,
        shape=None,
    )


def _polygon(stored: Polygon) -> Fence:
    rings = stored.coordinates
    _check_rings(rings)
    lngs = [position[0] for position in rings[0]]
    lats = [position[1] for position in rings[0]]
    lat, lng = (min(lats) + max(lats)) / 2, (min(lngs) + max(lngs)) / 2
    x_scale, y_scale = _metres_per_degree(lat)
    longest_m = max((max(lngs) - min(lngs)) * x_scale, (max(lats) - min(lats)) * y_scale)
    if longest_m > MAX_FENCE_M:
        raise BadFence(_TOO_BIG)
    if longest_m < MIN_FENCE_M:
        raise BadFence(_TOO_SMALL)
    local = [[((p[0] - lng) * x_scale, (p[1] - lat) * y_scale) for p in ring] for ring in rings]
    shape = shapely.Polygon(local[0], local[1:])
    if not shape.is_valid:
        raise BadFence(_SELF_CROSSING)
    if shape.area < MIN_FENCE_M**2:
        raise BadFence(_TOO_SMALL)
    shapely.prepare(shape)
    return Fence(
        lat=lat,
        lng=lng,
        x_m_per_degree=x_scale,
        y_m_per_degree=y_scale,
        radius_m=None,
        shape=shape,
    )


def _check_rings(rings: list[list[list[float]]]) -> None:
    if sum(len(ring) for ring in rings) > MAX_FENCE_POINTS:
        raise BadFence(_TOO_MANY_POINTS)
    if not rings or any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise BadFence(_OPEN_RING)
    for position in (position for ring in rings for position in ring):
        # RFC 7946 §3.1.1: a third number is the altitude, which a fence does not mind.
        if len(position) not in (2, 3):
            raise BadFence(_NOT_A_FENCE)
        _check_position(position[1], position[0])


def _check_position(lat: float, lng: float) -> None:
    # Written so that NaN fails too.
    if not (abs(lat) <= MAX_FENCE_LAT and abs(lng) <= 180):
        raise BadFence(_OUT_OF_RANGE)


def _metres_per_degree(lat: float) -> tuple[float, float]:
    """(east, north) at a latitude of the WGS84 ellipsoid: a sphere would err by 0.5% here."""
    sin2 = math.sin(math.radians(lat)) ** 2
    root = math.sqrt(1 - _WGS84_E2 * sin2)
    east = _WGS84_A / root * math.cos(math.radians(lat))
    north = _WGS84_A * (1 - _WGS84_E2) / root**3
    return math.radians(east), math.radians(north)


def _is_sane(location: Location) -> bool:
    # Comparisons with NaN are false, and infinity is beyond each bound.
    return (
        abs(location.lat) <= 90
        and abs(location.lng) <= 180
        and 0 < location.accuracy_m <= MAX_ACCURACY_M
    )


def _accuracy68_m(location: Location) -> float:
    return _SIGMA_TO_68 * location.accuracy_m / _PER_SIGMA[location.provider]
