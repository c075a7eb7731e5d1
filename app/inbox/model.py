"""What an account finds in its inbox."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from app.errors import NotFound

AckState = Literal["delivered", "read"]


class NoSuchItem(NotFound):
    """Không tìm thấy thông báo | No such item in the inbox"""


class InboxItem(Struct, frozen=True, kw_only=True):
    """One piece of news. `seq` grows by account; it is the stream's event id.

    `data` has `kind` and `tone` (good, alarm, plain), and as the kind asks for them `direction`,
    `at`, `gate`, `minutes`, and `replaces`: the id of the item this one takes the place of.
    """

    id: UUID
    seq: int
    kind: str
    school_id: int | None
    student_id: UUID | None
    title: str
    body: str
    data: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class News(Struct, frozen=True, kw_only=True):
    """An item and whose it is."""

    account_id: UUID
    item: InboxItem


class Standing(Struct, frozen=True, kw_only=True):
    """How a session and its account's inbox stand.

    `rights` changes whenever a role, a guardianship or a custody block of the account does.
    """

    is_live: bool
    rights: str
    last_seq: int
