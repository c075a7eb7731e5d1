"""What all parts of the contact book share: how text is kept, and who may see and write."""

import unicodedata
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.names import text_key

PersonKind = Literal["student", "staff"]
_KEY_CHARS = 4000


def text_of(raw: str) -> str:
    """A text as it is kept: NFC, line feeds alone, no blanks at the ends. Markup stays text."""
    lines = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n")
    return lines.strip()


def line_of(raw: str) -> str:
    """One line as it is kept: NFC, runs of white space folded."""
    return " ".join(unicodedata.normalize("NFC", raw).split())


def key_of(*texts: str) -> str:
    """What texts are searched by, without diacritics; of long ones the beginning."""
    return text_key(" ".join(texts))[:_KEY_CHARS]


class FamilyLink(Struct, frozen=True, kw_only=True):
    """A pupil whose book the caller may read: an own child, or oneself.

    `until` None: the link is alive. Else the pupil has moved to another school, and what was
    written until that day stays readable. Only a live guardian writes.
    """

    school_id: int
    student_id: UUID
    is_self: bool
    until: date | None

    @property
    def may_write(self) -> bool:
        return self.until is None and not self.is_self


class Desk(Struct, frozen=True, kw_only=True):
    """Somebody who writes at a school: the principal, or a teacher of these classes."""

    school_id: int
    account_id: UUID
    staff_id: UUID | None
    is_principal: bool
    homeroom_class_ids: frozenset[UUID]
    taught_class_ids: frozenset[UUID]

    @property
    def class_ids(self) -> list[UUID] | None:
        """The classes written to; None: every class."""
        if self.is_principal:
            return None
        return sorted(self.homeroom_class_ids | self.taught_class_ids)

    def leads(self, class_id: UUID | None) -> bool:
        """The principal, and the homeroom teacher of the class."""
        return self.is_principal or class_id in self.homeroom_class_ids

    def teaches(self, class_id: UUID | None) -> bool:
        """Any teacher of the class, and the principal."""
        return self.leads(class_id) or class_id in self.taught_class_ids
