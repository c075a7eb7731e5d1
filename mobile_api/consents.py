"""Consents: the texts, and what the caller has chosen."""

from typing import Annotated
from uuid import UUID

from litestar import get, put
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.consents import service
from app.consents.model import ConsentText, ConsentView, Purpose, Wish
from app.consents.texts import texts_in
from app.paging import Page
from mobile_api.access import PUBLIC, SIGNED_IN
from mobile_api.deps import Lang, Me, Now, Tx
from mobile_api.inputs import SchoolId

Version = Annotated[int, Meta(ge=1, le=32_767, description="of the text that was read")]


class EntryConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A choice made while activating: for each child, or staff role, that the purpose is about."""

    purpose: Purpose
    version: Version
    is_given: bool


EntryConsents = Annotated[list[EntryConsent], Meta(max_length=10)]


class ConsentInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`person_id`: the child, or for `staff_location` the caller's own staff id in the school."""

    purpose: Purpose
    school_id: SchoolId
    person_id: UUID
    version: Version
    is_given: bool


class ConsentsInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is."""

    items: Annotated[list[ConsentInput], Meta(max_length=100)]


def wishes_of(given: list[EntryConsent]) -> list[Wish]:
    """The choices of somebody who does not know yet whom they will be about."""
    return [
        Wish(purpose=each.purpose, version=each.version, is_given=each.is_given) for each in given
    ]


@get("/v1/consents/texts", opt={"who": PUBLIC}, tags=["me"], sync_to_thread=False)
def list_consent_texts(locale: Lang) -> Page[ConsentText]:
    """What is asked, purpose by purpose, in every version. For everybody."""
    return Page(items=texts_in(locale))


@get("/v1/me/consents", opt={"who": SIGNED_IN}, tags=["me"])
async def show_consents(tx: Tx, caller: Me) -> Page[ConsentView]:
    """What the caller has chosen, for each child and as staff. For everybody."""
    found = await service.consents_of(
        tx, account_id=caller.account_id, school_ids=caller.school_ids
    )
    return Page(items=found)


@put("/v1/me/consents", opt={"who": SIGNED_IN}, tags=["me"])
async def put_consents(
    tx: Tx, caller: Me, locale: Lang, now: Now, data: JSONBody[ConsentsInput]
) -> Page[ConsentView]:
    """Agree, refuse or withdraw; it holds at once. For guardians per child, staff for themselves.

    Nothing is agreed to by silence, and no refusal costs a message about attendance.
    """
    await service.choose(
        tx,
        account_id=caller.account_id,
        school_ids=caller.school_ids,
        wishes=[
            Wish(
                purpose=each.purpose,
                version=each.version,
                is_given=each.is_given,
                school_id=each.school_id,
                person_id=each.person_id,
            )
            for each in data.items
        ],
        locale=locale,
        now=now,
    )
    found = await service.consents_of(
        tx, account_id=caller.account_id, school_ids=caller.school_ids
    )
    return Page(items=found)


HANDLERS = [list_consent_texts, show_consents, put_consents]
