"""Who is in the province, as plain values; nothing here knows the database or a key."""

from datetime import date
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from scripts.demo.names import Gender

StaffRole = Literal["principal", "homeroom_teacher", "subject_teacher", "guard", "accountant"]
Relation = Literal["father", "mother", "grandparent"]

ADMIN_PHONE: Final = "0900000001"
PRINCIPAL_PHONE: Final = "0900000002"
HOMEROOM_PHONE: Final = "0900000003"
ACCOUNTANT_PHONE: Final = "0900000005"
PARENT_PHONE: Final = "0900000006"
OTHER_PARENT_PHONE: Final = "0900000007"
SUBJECT_PHONE: Final = "0900000008"
# DESIGN section 1. Nobody else of the demo has a password: they activate by a code, as in life.
NAMED_PHONES: Final = frozenset(f"090000000{n}" for n in range(1, 9)) | {"0900000014", "0900000024"}


class Phones:
    """Phones for those whom the demo does not name; none twice."""

    def __init__(self) -> None:
        self._given = 0

    def next(self) -> str:
        """In an order that does not look counted: 7,919 has no factor in common with 100,000."""
        self._given += 1
        return f"09002{self._given * 7919 % 100_000:05d}"


class Staff(Struct, frozen=True, kw_only=True):
    """`teaches` are (class name, subject) pairs, `homeroom` is a class's name."""

    id: UUID
    school_id: int
    name: str
    phone: str
    roles: tuple[StaffRole, ...]
    homeroom: str | None = None
    teaches: tuple[tuple[str, str], ...] = ()
    shifts: tuple[str, ...] = ()


class Student(Struct, frozen=True, kw_only=True):
    id: UUID
    school_id: int
    class_name: str
    name: str
    gender: Gender
    born_on: date
    moet_code: str
    card_id: bytes
    family: int


class Guardian(Struct, frozen=True, kw_only=True):
    """A person with a phone; each school of the children has a row of its own for them."""

    name: str
    phone: str
    relation: Relation
    is_blocked: bool = False


class Family(Struct, frozen=True, kw_only=True):
    number: int
    surname: str
    guardians: tuple[Guardian, ...]
