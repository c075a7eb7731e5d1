"""`cong-truong demo card`: what a demo pupil holds out at the gate, ready to be sent."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.crypto import Vault
from app.ids import new_id
from app.phones import BadPhone
from app.settings import Settings
from scripts.demo.cast import Child, Gate, point_inside, read_cast
from scripts.demo.people import PARENT_PHONE
from scripts.demo.places import LOWER_SECONDARY, SCHOOLS
from scripts.errors import CommandFailed

_GUARDS = {school.id: school.guard_phone for school in SCHOOLS}


def card_json(
    settings: Settings,
    *,
    student: str | None = None,
    phone: str | None = None,
    direction: Literal["in", "out"] = "in",
    as_scan: bool = False,
) -> str:
    """The card of the first pupil of that name or guardian's phone, as JSON.

    None for both: the child of 0900000006 in the school of the guard 0900000004. `as_scan`: the
    body of `POST /v1/attendance/scans` instead, good for two minutes.

    Raises:
        CommandFailed: nobody is found, or this is not the demo.
    """
    if student is None and phone is None:
        phone = PARENT_PHONE
    try:
        cast = asyncio.run(read_cast(settings, student=student, phone=phone))
    except BadPhone as error:
        raise CommandFailed(str(error)) from None
    if not cast.children:
        raise CommandFailed("no pupil of the demo has this name, or a guardian with this phone.")
    child = min(cast.children, key=lambda each: each.school_id != LOWER_SECONDARY.id)
    gate, token = cast.gates_of(child)[0], child.token(Vault(settings.key_ring))
    shown = _scan(gate, token, direction) if as_scan else _facts(child, gate, token)
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode()


def _facts(child: Child, gate: Gate, token: str) -> dict[str, Any]:
    lat, lng = point_inside(gate)
    return {
        "token": token,
        "student": {
            "id": child.student_id,
            "name": child.name,
            "class_name": child.class_name,
            "school_id": child.school_id,
            "school_name": child.school_name,
        },
        "station_id": gate.station_id,
        "station_name": gate.name,
        "inside_fence": {"lat": lat, "lng": lng},
        "guard_phone": _GUARDS.get(child.school_id),
    }


def _scan(gate: Gate, token: str, direction: Literal["in", "out"]) -> dict[str, Any]:
    now, mono_ms = datetime.now(UTC), time.monotonic_ns() // 1_000_000
    return {
        "sent_at": now,
        "sent_mono_ms": mono_ms,
        "boot_id": "demo",
        "scans": [
            scan_body(
                event_id=new_id(),
                token=token,
                direction=direction,
                at=now,
                mono_ms=mono_ms,
                device_seq=0,
                station_id=gate.station_id,
                place=point_inside(gate),
            )
        ],
    }


def scan_body(
    *,
    event_id: UUID,
    token: str,
    direction: Literal["in", "out"],
    at: datetime,
    mono_ms: int,
    device_seq: int,
    station_id: UUID,
    place: tuple[float, float],
) -> dict[str, Any]:
    """One scan as a phone with a good fix sends it (DESIGN section 6)."""
    return {
        "event_id": event_id,
        "token": token,
        "direction": direction,
        "scanned_at": at,
        "mono_ms": mono_ms,
        "device_seq": device_seq,
        "station_id": station_id,
        "location": location_body(at, place),
    }


def location_body(at: datetime, place: tuple[float, float]) -> dict[str, Any]:
    """A fix of that moment, true to 8 m."""
    return {
        "lat": place[0],
        "lng": place[1],
        "accuracy_m": 8.0,
        "fixed_at": at,
        "provider": "android",
        "is_mock": False,
    }
