"""Sending files to the contact book, binding them, opening them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from app import db
from app.contact_book.attachments import service
from app.contact_book.attachments.model import BoundKind
from app.contact_book.attachments.urls import AttachmentUrls
from app.identity.queries import caller_of_session
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from tests.pictures import picture
from tests.world import Person

FILES = "/v1/contact-book/attachments"
PHOTO = picture(size=(600, 800))


async def post(
    api: httpx.AsyncClient,
    who: Person,
    school_id: int,
    data: bytes = PHOTO,
    *,
    name: str = "ảnh.jpg",
    media: str = "image/jpeg",
) -> httpx.Response:
    return await api.post(
        FILES,
        content=data,
        params={"school_id": school_id, "name": name},
        headers=who.headers | {"Content-Type": media},
    )


async def sent(
    api: httpx.AsyncClient, who: Person, school_id: int, data: bytes = PHOTO, **how: str
) -> dict[str, Any]:
    answer = await post(api, who, school_id, data, **how)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def bind(
    resources: Resources,
    who: Person,
    school_id: int,
    ids: Sequence[str],
    *,
    kind: BoundKind = "remark",
    ref_id: UUID | None = None,
) -> UUID:
    """Let files of this person belong to something, as its owner does; what to."""
    ref_id = ref_id or new_id()
    async with db.transaction(resources.pool, schools=[school_id]) as conn:
        await service.bind(
            conn,
            school_id=school_id,
            ids=[UUID(each) for each in ids],
            kind=kind,
            ref_id=ref_id,
            account_id=who.account_id,
        )
    return ref_id


async def address(
    resources: Resources, who: Person, school_id: int, ref_id: UUID, *, kind: BoundKind = "remark"
) -> str:
    """The address under which this person gets the first file of something."""
    async with db.transaction(resources.pool, schools=[school_id]) as conn:
        caller = await caller_of_session(conn, session_id=who.session_id, now=resources.clock())
        assert caller is not None
        found = await service.of(conn, school_id=school_id, kind=kind, ref_ids=[ref_id])
    urls = AttachmentUrls(resources.vault.ring, caller=caller, now=resources.clock())
    return service.shown(found[ref_id], urls)[0].url


def stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]
