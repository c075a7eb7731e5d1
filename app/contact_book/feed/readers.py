"""Whose feed a request is about, and places in it that a client brings back."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from app import db
from app.contact_book.access import family_links, staff_rows
from app.contact_book.feed.model import Reader, Spot
from app.contact_book.model import FamilyLink
from app.identity.model import Caller
from app.paging import decode_cursor, encode_cursor
from app.schools.common import ZONE

# Clocks of several processes differ, and a row is seen only when its transaction has ended.
OVERLAP: Final = timedelta(seconds=60)
# Who was away for longer begins anew: catching up would be more than the first page.
CATCHES_UP: Final = timedelta(days=30)
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Micros = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000_000)]  # until the year 2100
Print = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """Up to when a client knows the feed of these readers."""

    at: datetime
    readers_print: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page ended; `since`: what the first page of its row told."""

    is_changes: bool
    spot: Spot
    since: Since


async def readers_of(
    conn: db.Conn, *, caller: Caller, student_id: UUID | None = None
) -> list[Reader]:
    """All children of the caller's, the caller as a pupil, and as staff; or one child alone.

    Raises:
        NoSuchChild: `student_id` is none of the caller's.
    """
    links = await family_links(conn, caller=caller, student_id=student_id)
    readers = [_of_link(link) for link in links]
    if student_id is None:
        readers += [
            Reader(kind="staff", school_id=school_id, person_id=person_id)
            for school_id, person_id in sorted(staff_rows(caller).items())
        ]
    return readers


def _of_link(link: FamilyLink) -> Reader:
    until = None
    if link.until is not None:
        until = datetime.combine(link.until + timedelta(days=1), time(), ZONE)
    return Reader(
        kind="student",
        school_id=link.school_id,
        person_id=link.student_id,
        until=until,
        may_answer=link.may_write,
        sees_messages=not link.is_self,
    )


def print_of(readers: Iterable[Reader]) -> int:
    """Changes when a child, a school or the end of a right does."""
    named = sorted(f"{r.kind} {r.school_id} {r.person_id} {r.until}" for r in readers)
    return zlib.crc32("\n".join(named).encode())


def told(since: Since) -> str:
    """`since` as a client keeps it."""
    return encode_cursor("s", _micros(since.at), since.readers_print)


def since_in(text: str | None) -> Since | None:
    """Raises BadCursor: not one of ours."""
    found = decode_cursor(text, tuple[Literal["s"], Micros, Print])
    return found and Since(at=_instant(found[1]), readers_print=found[2])


def cursor_of(place: Place) -> str:
    spot = place.spot
    return encode_cursor(
        "c" if place.is_changes else "n",
        _micros(spot.at),
        spot.id,
        spot.person_id,
        _micros(place.since.at),
        place.since.readers_print,
    )


def place_in(text: str | None) -> Place | None:
    """Raises BadCursor: not one of ours."""
    found = decode_cursor(text, tuple[Literal["c", "n"], Micros, UUID, UUID, Micros, Print])
    if found is None:
        return None
    mode, at, item_id, person_id, since_at, readers_print = found
    return Place(
        is_changes=mode == "c",
        spot=Spot(at=_instant(at), id=item_id, person_id=person_id),
        since=Since(at=_instant(since_at), readers_print=readers_print),
    )


def spot_cursor(spot: Spot) -> str:
    return encode_cursor(_micros(spot.at), spot.id, spot.person_id)


def spot_in(text: str | None) -> Spot | None:
    """Raises BadCursor: not one of ours."""
    found = decode_cursor(text, tuple[Micros, UUID, UUID])
    return found and Spot(at=_instant(found[0]), id=found[1], person_id=found[2])


def pupils(readers: Sequence[Reader]) -> list[Reader]:
    return [reader for reader in readers if reader.kind == "student"]


def staff(readers: Sequence[Reader]) -> list[Reader]:
    return [reader for reader in readers if reader.kind == "staff"]


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND
