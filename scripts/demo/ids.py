"""The id of each thing of the demo, so that a README may name one."""

from typing import Final
from uuid import UUID

from scripts.demo.lots import demo_id

STAFF_ROOM: Final = "Phòng giáo viên"


def campus_id(school_id: int, key: str) -> UUID:
    return demo_id("campus", school_id, key)


def shift_id(school_id: int, key: str) -> UUID:
    return demo_id("shift", school_id, key)


def class_id(school_id: int, name: str) -> UUID:
    return demo_id("class", school_id, name)


def station_id(school_id: int, campus_key: str, name: str) -> UUID:
    return demo_id("station", school_id, campus_key, name)


def account_id(phone: str) -> UUID:
    return demo_id("account", phone)


def guardian_id(school_id: int, phone: str) -> UUID:
    return demo_id("guardian", school_id, phone)


def device_of_gate(station: UUID) -> UUID:
    """The phone that hangs at a gate."""
    return demo_id("gate phone", station)


def device_of_staff(staff_id: UUID) -> UUID:
    return demo_id("phone of", staff_id)
