"""Why a scan waits, in words that a principal can decide by."""

from collections.abc import Iterator
from datetime import timedelta

from app.attendance.clockwork import MAX_SKEW
from app.attendance.reviews.model import OtherScan, Pending

Words = tuple[str, str]


def reasons(scan: Pending, *, scanned_by: str | None, other: OtherScan | None) -> list[Words]:
    """All that is doubtful, (Vietnamese, English), what it waits for first."""
    found = [*_travel(scan, other), *_code(scan), *_place(scan, scanned_by), *_clock(scan)]
    return found or [("Cần người xem lại.", "Somebody has to look at it.")]


def _travel(scan: Pending, other: OtherScan | None) -> Iterator[Words]:
    if scan.outcome not in ("impossible_travel", "clone_suspect"):
        return
    if other is None:
        yield (
            "Mã này vừa được quét ở một nơi khác.",
            "The same code had just been scanned somewhere else.",
        )
        return
    when_vi, when_en = _apart(other.apart_s)
    if scan.outcome == "impossible_travel":
        km = f"{(other.distance_m or 0) / 1000:.1f}"
        yield (
            f"Được quét ở {other.campus_name} {when_vi}, cách đây {km.replace('.', ',')} km: không"
            " ai đi kịp.",
            f"Scanned at {other.campus_name} {when_en}, {km} km away: nobody travels so fast.",
        )
    else:
        yield (
            f"Được quét ở {other.station_name} {when_vi}: có thể có hai thẻ giống nhau.",
            f"Scanned at {other.station_name} {when_en}: there may be two such cards.",
        )


def _code(scan: Pending) -> Iterator[Words]:
    if scan.reason != "late_code":
        return
    vi, en = _length(int((scan.received_at - scan.occurred_at).total_seconds()))
    yield (
        f"Mã của trạm đến muộn {vi} sau khi được đọc; chỉ đồng hồ của điện thoại nói lúc nào.",
        f"The station's code arrived {en} after it was read; only the phone's clock says when.",
    )


def _place(scan: Pending, scanned_by: str | None) -> Iterator[Words]:
    if scan.source == "mark":
        who = scanned_by or "một nhân viên"
        yield (
            f"Không có thẻ: {who} xác nhận, lý do “{scan.note}”.",
            f"No card: vouched for by {scanned_by or 'a member of staff'}, “{scan.note}”.",
        )
    if scan.verdict == "no_fix":
        yield ("Điện thoại không cho biết vị trí.", "The phone gave no position.")
    elif scan.verdict == "geo_uncertain" and scan.distance_m is not None:
        yield (
            f"Vị trí cách ranh giới cơ sở khoảng {scan.distance_m:.0f} m, độ chính xác không đủ.",
            f"Some {scan.distance_m:.0f} m outside the campus, by a fix too vague to tell.",
        )


def _clock(scan: Pending) -> Iterator[Words]:
    ahead = scan.scanned_at - scan.occurred_at
    # A check-in is placed by its code, which says more than the phone's clock.
    if scan.source == "station_code" or not (
        scan.outcome == "clock_suspect" or abs(ahead) > MAX_SKEW
    ):
        return
    vi, en = _length(abs(int(ahead.total_seconds())))
    if abs(ahead) <= MAX_SKEW:
        yield (
            "Không có gì chứng minh giờ của điện thoại: máy đã khởi động lại.",
            "Nothing proves the phone's time: it had been restarted.",
        )
    elif ahead > timedelta(0):
        yield (f"Đồng hồ điện thoại nhanh {vi}.", f"The phone's clock was {en} fast.")
    else:
        yield (f"Đồng hồ điện thoại chậm {vi}.", f"The phone's clock was {en} slow.")


def _apart(seconds: int) -> Words:
    vi, en = _length(abs(seconds))
    return (f"trước đó {vi}", f"{en} before") if seconds >= 0 else (f"sau đó {vi}", f"{en} later")


def _length(seconds: int) -> Words:
    if seconds < 120:
        return f"{seconds} giây", f"{seconds} s"
    if seconds < 2 * 3600:
        return f"{seconds // 60} phút", f"{seconds // 60} min"
    if seconds < 2 * 86400:
        return f"{seconds // 3600} giờ", f"{seconds // 3600} h"
    return f"{seconds // 86400} ngày", f"{seconds // 86400} days"
