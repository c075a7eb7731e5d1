"""One scan on its way through the checks, and who sent it."""

import hashlib
from copy import copy
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

import msgspec
from msgspec import Struct

from app.attendance.clockwork import MAX_AGE, Placed, Sending, place
from app.attendance.codes import CardCode, PhoneCode, StationCode
from app.attendance.geo import Location
from app.attendance.model import (
    CheckIn,
    Direction,
    Mark,
    Past,
    PersonKind,
    Refused,
    Scan,
    SeenStudent,
    Source,
)
from app.attendance.plan import PlannedStation, school_day
from app.identity.model import Role

SCANNING_ROLES: frozenset[Role] = frozenset(
    {"principal", "homeroom_teacher", "subject_teacher", "guard"}
)
CHECK_IN_ROLES: frozenset[Role] = SCANNING_ROLES | {"accountant", "student"}
# So long an offline phone scans by its roster: what a substitute scanned is believed as long.
HEARD_LATE = timedelta(hours=24)


class LinkRole(Struct, frozen=True, kw_only=True):
    """A role of the sender in one school, with that school's plan version.

    A substitute's holds from `valid_from` until `valid_until`; None: it is not limited.
    """

    school_id: int
    role: Role
    person_id: UUID | None
    plan_version: int
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        if self.valid_until is not None and at >= self.valid_until:
            return False
        return self.valid_from is None or at >= self.valid_from


class Link(Struct, frozen=True, kw_only=True, dict=True):
    """What the directory says of a session at this moment."""

    session_id: UUID
    account_id: UUID
    device_id: UUID
    is_device_revoked: bool
    is_device_bound: bool
    boot_id: str | None
    clock_offset_ms: int | None
    roles: list[LinkRole] = []

    @cached_property
    def scanning_schools(self) -> set[int]:
        """The schools at whose stations the sender may scan others, or might a little ago."""
        return {role.school_id for role in self.roles if role.role in SCANNING_ROLES}

    @cached_property
    def _unlimited(self) -> set[int]:
        roles = [role for role in self.roles if role.valid_until is None]
        return {role.school_id for role in roles if role.role in SCANNING_ROLES}

    def may_scan(self, school_id: int, at: datetime) -> bool:
        """Whether a scan made at that moment counts."""
        return school_id in self._unlimited or any(
            role.school_id == school_id and role.role in SCANNING_ROLES and role.holds_at(at)
            for role in self.roles
        )

    @cached_property
    def check_in_schools(self) -> set[int]:
        """The schools in which the sender may check in."""
        return {role.school_id for role in self.roles if role.role in CHECK_IN_ROLES}

    def person_in(self, school_id: int, at: datetime) -> tuple[PersonKind, UUID] | None:
        """The sender's own row in a school at that moment: as staff before as pupil."""
        own = [
            role
            for role in self.roles
            if role.school_id == school_id and role.person_id is not None and role.holds_at(at)
        ]
        for role in sorted(own, key=lambda role: role.role == "student"):
            if role.role in CHECK_IN_ROLES and role.person_id is not None:
                return ("student" if role.role == "student" else "staff", role.person_id)
        return None


class CardHolder(Struct, frozen=True, kw_only=True):
    """What a school knows of a card or a pupil on a day."""

    idx: int
    card_exists: bool
    revoked_at: datetime | None
    student_id: UUID | None
    name: str | None
    photo_key: str | None
    gone_at: datetime | None
    class_id: UUID | None


class Item(Struct, kw_only=True, eq=False):
    """A scan, a check-in or a mark. The checks fill in what they find, in the order of DESIGN 4."""

    session_id: UUID
    event_id: UUID
    body_hash: bytes
    source: Source
    direction: Direction
    scanned_at: datetime
    received_at: datetime
    location: Location | None
    token: str = ""
    station_id: UUID | None = None
    student_id: UUID | None = None
    reason: str | None = None
    mono_ms: int = 0
    boot_id: str | None = None
    sending: Sending | None = None

    link: Link | None = None
    # What `stand_at` says.
    placed: Placed | None = None
    is_stale: bool = False
    day: date = date.min
    school_id: int = 0
    code: CardCode | PhoneCode | StationCode | None = None
    is_late_code: bool = False
    station: PlannedStation | None = None
    person_kind: PersonKind | None = None
    person_id: UUID | None = None
    class_id: UUID | None = None
    seen: SeenStudent | None = None
    person_name: str = ""
    photo_key: str | None = None
    refused: Refused | None = None
    # The ledger's list of the person's day, asked for several times a scan.
    past: list[Past] | None = None

    @property
    def when(self) -> Placed:
        if self.placed is None:
            raise ValueError("not placed in time yet")
        return self.placed

    @property
    def sender(self) -> Link:
        if self.link is None:
            raise ValueError("the sender is not looked up yet")
        return self.link

    def stand_at(self, placed: Placed) -> None:
        """Where it stands in time, whether it is too old to be recorded, the day it belongs to.

        One too old is counted on the day it arrived, whatever else is wrong with it: its own day
        may have no partition.
        """
        self.placed = placed
        self.is_stale = placed.occurred_at < self.received_at - MAX_AGE
        self.day = school_day(self.received_at if self.is_stale else placed.occurred_at)

    def fresh(self) -> "Item":
        """A copy to work on; what was sent stays as it is, for another try."""
        return copy(self)

    def refuse(self, outcome: Refused) -> None:
        """The first reason stands."""
        if self.refused is None:
            self.refused = outcome

    def put_in_time(self, link: Link) -> None:
        """Place the scan by the phone's clocks; check-ins and marks are placed by ours."""
        self.link = link
        fixed_at = self.location.fixed_at if self.location else self.scanned_at
        if not (is_plausible(self.scanned_at) and is_plausible(fixed_at)):
            self.refuse("invalid")
            self.scanned_at = self.received_at
            self.location = None
        if self.sending is None or self.refused is not None:
            placed = Placed(occurred_at=self.received_at, clock="server", is_suspect=False)
        else:
            placed = place(
                self.sending,
                scanned_at=self.scanned_at,
                mono_ms=self.mono_ms,
                boot_id=self.boot_id,
                known_boot_id=link.boot_id,
                known_offset_ms=link.clock_offset_ms,
            )
        self.stand_at(placed)


def is_plausible(instant: datetime) -> bool:
    """Whether a phone's clock may mean it: year 1 and year 9999 overflow every calculation."""
    return 2000 <= instant.year < 2100


def of_scan(scan: Scan, *, session_id: UUID, sending: Sending) -> Item:
    return Item(
        session_id=session_id,
        event_id=scan.event_id,
        body_hash=hash_body(scan),
        source="card",
        direction=scan.direction,
        scanned_at=scan.scanned_at,
        received_at=sending.received_at,
        location=scan.location,
        token=scan.token,
        station_id=scan.station_id,
        mono_ms=scan.mono_ms,
        boot_id=scan.boot_id,
        sending=sending,
    )


def of_check_in(check_in: CheckIn, *, session_id: UUID, now: datetime) -> Item:
    return Item(
        session_id=session_id,
        event_id=check_in.event_id,
        body_hash=hash_body(check_in),
        source="station_code",
        direction=check_in.direction,
        scanned_at=check_in.scanned_at,
        received_at=now,
        location=check_in.location,
        token=check_in.station_token,
    )


def of_mark(mark: Mark, *, session_id: UUID, now: datetime) -> Item:
    return Item(
        session_id=session_id,
        event_id=mark.event_id,
        body_hash=hash_body(mark),
        source="mark",
        direction=mark.direction,
        scanned_at=now,
        received_at=now,
        location=mark.location,
        station_id=mark.station_id,
        student_id=mark.student_id,
        reason=mark.reason,
    )


def hash_body(body: Struct) -> bytes:
    """SHA-256 of the scan object in one canonical form: key order and spaces do not matter."""
    return hashlib.sha256(msgspec.json.encode(body)).digest()
