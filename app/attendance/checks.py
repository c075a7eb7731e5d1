"""The checks of one scan that need no history, in the order of DESIGN section 4.

The first failing check names the outcome. Nothing here reads or writes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from uuid import UUID

from app.attendance import codes
from app.attendance.clockwork import Placed
from app.attendance.codes import CardCode, PhoneCode, StationCode
from app.attendance.geo import judge
from app.attendance.items import CardHolder, Item
from app.attendance.model import Recorded, Refused, SeenStudent
from app.attendance.plan import Plan
from app.keys import KeyRing

Plans = Mapping[int, Plan]


def read_code(item: Item, ring: KeyRing, plans: Plans) -> None:
    """Decode and authenticate; find the school and the station; check the windows of time."""
    _find_station(item, plans)
    if item.sender.is_device_revoked:
        item.refuse("device_revoked")
    if item.source != "mark":
        _authenticate(item, ring)
    if item.is_stale:
        item.refuse("stale_event")
    if isinstance(item.code, StationCode):
        _read_station_code(item, item.code, plans)
    elif item.code is not None:
        _read_card_code(item, item.code)
    # The scanner's role comes last: a forged code at a foreign gate is a forged code.
    if item.station is None and item.source != "station_code":
        item.refuse("forbidden")
        item.code, item.student_id = None, None


def _find_station(item: Item, plans: Plans) -> None:
    """The station names the school; one that is not the sender's is none."""
    link = item.sender
    is_check_in = item.source == "station_code"
    mine = link.check_in_schools if is_check_in else link.scanning_schools
    # A refused scan needs a receipt too, so it gets a school of the sender.
    item.school_id = min(mine, default=0)
    if is_check_in:
        return
    for school_id in mine:
        station = plans[school_id].stations.get(item.station_id) if item.station_id else None
        if station is not None and link.may_scan(school_id, item.when.occurred_at):
            item.school_id, item.station = school_id, station
            return


def _authenticate(item: Item, ring: KeyRing) -> None:
    try:
        code = codes.parse(item.token)
        codes.verify(ring, code)
    except (codes.BadToken, codes.BadMac):
        item.refuse("bad_mac")
        return
    except codes.UnknownKey:
        item.refuse("unknown_key")
        return
    # A genuine code of the other sort: a card is not a station.
    if isinstance(code, StationCode) != (item.source == "station_code"):
        item.refuse("invalid")
        return
    item.code = code


def _read_card_code(item: Item, code: CardCode | PhoneCode) -> None:
    if isinstance(code, PhoneCode):
        item.source = "phone_code"
        window = codes.phone_window(code, item.when.occurred_at)
        if window != "ok":
            item.refuse("code_expired" if window == "expired" else "code_future")
    if item.station is not None and code.school_id != item.school_id:
        item.refuse("wrong_school")
        item.code = None


def _read_station_code(item: Item, code: StationCode, plans: Plans) -> None:
    link = item.sender
    person = link.person_in(code.school_id, item.received_at)
    if person is None:
        item.refuse("wrong_school")
        return
    item.school_id = code.school_id
    item.person_kind, item.person_id = person
    item.station = plans[code.school_id].by_number.get(code.number)
    if item.station is None:
        # The station was ended; its screen still shows a code.
        item.refuse("code_expired")
        return
    window = codes.station_window(code, item.received_at, item.scanned_at)
    if window in ("expired", "future"):
        item.refuse("code_expired" if window == "expired" else "code_future")
    item.is_late_code = window == "late"
    shown = codes.step_start(code.step)
    # The code itself proves that it was not read before it was shown.
    latest = min(item.received_at, shown + timedelta(seconds=codes.STEP_S * 3))
    occurred_at = min(max(item.scanned_at.astimezone(UTC), shown), max(latest, shown))
    item.stand_at(Placed(occurred_at=occurred_at, clock="server", is_suspect=False))
    if item.is_stale:
        item.refuse("stale_event")
    if not link.is_device_bound:
        item.refuse("device_unbound")


def know_person(item: Item, holder: CardHolder, plan: Plan) -> None:
    """Revoked, enrolled: what the school says of the card's holder, or of the pupil by name."""
    if item.person_kind == "staff":
        return
    is_card = item.source in ("card", "phone_code")
    if is_card and not holder.card_exists:
        item.refuse("card_revoked")
        return
    if holder.student_id is None:
        item.refuse("not_enrolled")
        return
    school_class = plan.classes.get(holder.class_id) if holder.class_id else None
    item.person_kind, item.person_id, item.class_id = "student", holder.student_id, holder.class_id
    item.person_name = holder.name or ""
    item.seen = SeenStudent(
        id=holder.student_id,
        name=item.person_name,
        class_name=school_class.name if school_class else "",
    )
    item.photo_key = holder.photo_key
    # A scan from before the loss was reported stays good, however late it arrives.
    if is_card and holder.revoked_at and holder.revoked_at <= item.when.occurred_at:
        item.refuse("card_revoked")
    # As for cards: what was scanned before the pupil left stays good.
    is_gone = holder.gone_at is not None and holder.gone_at <= item.when.occurred_at
    if is_gone or holder.class_id is None:
        item.refuse("not_enrolled")


def judge_place(item: Item, plan: Plan) -> tuple[Refused | Recorded | None, str, float | None]:
    """(what it makes of the outcome, the verdict to store, metres to the fence).

    No fix at all is recorded for review: a gate under a roof in the rain must still work.
    """
    if item.location is None or item.station is None:
        return "pending_review", "no_fix", None
    fence = plan.campuses[item.station.campus_id].shape
    verdict = judge(fence, item.location, scanned_at=item.scanned_at)
    if verdict.outcome == "inside":
        return None, "inside", verdict.distance_m
    return verdict.outcome, verdict.outcome, verdict.distance_m


def shift_ids_of(item: Item, plan: Plan) -> Sequence[UUID]:
    """The shifts that the person belongs to."""
    if item.person_kind == "staff" and item.person_id is not None:
        return plan.staff_shifts.get(item.person_id, ())
    school_class = plan.classes.get(item.class_id) if item.class_id else None
    return school_class.shift_ids if school_class else ()
