"""Purposes, texts and choices."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Unprocessable
from app.identity.model import Locale

Purpose = Literal["photo", "staff_location", "push_names"]
Choice = Literal["given", "refused", "withdrawn"]
About = Literal["child", "staff"]


class OutdatedText(Conflict):
    """Nội dung đồng ý đã có bản mới | The consent's text has a newer version"""


class NotToBeConsented(Unprocessable):
    """Mục đích này không áp dụng cho người này | This purpose does not apply to this person"""


class ConsentText(Struct, frozen=True, kw_only=True):
    """One version of a purpose's text in one language. `about`: whose data it speaks of."""

    purpose: Purpose
    about: About
    version: int
    is_current: bool
    locale: Locale
    title: str
    body: str


class Subject(Struct, frozen=True, kw_only=True):
    """Somebody about whom the account may choose: a child of its, or itself on a staff."""

    about: About
    school_id: int
    person_id: UUID
    name: str


class Decided(Struct, frozen=True, kw_only=True):
    """What an account has last chosen."""

    purpose: Purpose
    school_id: int
    person_id: UUID
    version: int
    choice: Choice
    decided_at: datetime


class ConsentView(Struct, frozen=True, kw_only=True):
    """A purpose and a person, with what the caller has chosen; `choice` null: nothing yet.

    `version` is that of the text in `GET /v1/consents/texts`, `decided_version` the one that was
    read. `asks`: nothing was chosen yet, or the text has changed since. `holds`: the data is
    processed on the caller's word; for a picture another guardian's refusal still forbids it.
    """

    purpose: Purpose
    about: About
    school_id: int
    person_id: UUID
    name: str
    version: int
    choice: Choice | None
    decided_version: int | None
    decided_at: datetime | None
    asks: bool
    holds: bool


class Wish(Struct, frozen=True, kw_only=True):
    """A choice as it is made. `person_id` None: for everybody whom the purpose can be about."""

    purpose: Purpose
    version: int
    is_given: bool
    school_id: int | None = None
    person_id: UUID | None = None
