"""The codes of a pupil: the printed card, and the key that a phone makes codes with."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.attendance.codes import (
    CARD_ID_BYTES,
    CardCode,
    issue_card,
    parse,
    phone_key,
)
from app.attendance.outbox import insert_outbox
from app.ids import new_id
from app.keys import KeyRing
from app.schools.cards import CardFace
from app.schools.common import b64url, school_day
from app.schools.life.events import record
from app.schools.students import card_queries, queries
from app.schools.students.model import NoCard, NoSuchStudent

PHONE_STEP_S: Final = 30
PHONE_KEY_LIFE: Final = timedelta(days=7)


class PhoneCodeKey(msgspec.Struct, frozen=True, kw_only=True):
    """All that a phone needs to show a fresh code every `step_s` seconds without a network.

    `key` (32 bytes) and `card_prefix` (the card's first 13 bytes) are base64url without padding.
    The key is fetched again by `valid_until`; a reissued card ends it earlier.
    """

    key: str
    card_prefix: str
    valid_until: datetime
    step_s: int


async def issue_first_card(
    conn: db.Conn,
    *,
    ring: KeyRing,
    school_id: int,
    student_id: UUID,
    issued_by: UUID,
    now: datetime,
) -> str:
    """A card for a pupil who has none; its token."""
    card_id = secrets.token_bytes(CARD_ID_BYTES)
    await card_queries.insert_card(
        conn,
        school_id=school_id,
        card_id=card_id,
        student_id=student_id,
        key_id=ring.current_id,
        issued_by=issued_by,
        now=now,
    )
    return issue_card(ring, school_id=school_id, card_id=card_id)


async def reissue_card(
    conn: db.Conn,
    *,
    ring: KeyRing,
    school_id: int,
    student_id: UUID,
    issued_by: UUID,
    now: datetime,
) -> str:
    """A new card's token; the former card is worth nothing from this transaction on.

    Raises:
        NoSuchStudent: not here, or gone.
    """
    if not await queries.lock_student(conn, school_id=school_id, student_id=student_id):
        raise NoSuchStudent
    await card_queries.revoke_card(
        conn,
        school_id=school_id,
        student_id=student_id,
        reason="reissued",
        revoked_by=issued_by,
        now=now,
    )
    return await issue_first_card(
        conn,
        ring=ring,
        school_id=school_id,
        student_id=student_id,
        issued_by=issued_by,
        now=now,
    )


async def revoke_card(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    reason: str,
    revoked_by: UUID,
    now: datetime,
) -> None:
    """Make the pupil's card worthless, as when it is lost; the guardians are told.

    A scan from before stays good, however late it arrives.

    Raises:
        NoSuchStudent: not here, or gone.
        NoCard: there is no live one.
    """
    if not await queries.lock_student(conn, school_id=school_id, student_id=student_id):
        raise NoSuchStudent
    if not await card_queries.revoke_card(
        conn,
        school_id=school_id,
        student_id=student_id,
        reason=reason,
        revoked_by=revoked_by,
        now=now,
    ):
        raise NoCard
    await record(
        conn,
        school_id=school_id,
        kind="card_lost",
        person_id=student_id,
        decided_by=revoked_by,
        reason=reason,
        details={},
        now=now,
    )
    await _tell_of_loss(conn, school_id=school_id, student_id=student_id, actor=revoked_by, now=now)


async def report_loss(
    conn: db.Conn,
    *,
    school_ids: Collection[int],
    student_id: UUID,
    reason: str,
    reported_by: UUID,
    now: datetime,
) -> None:
    """The same, by the family: the pupil's card in one of these schools.

    Raises:
        NoCard: there is no live one.
    """
    card = await card_queries.live_card(conn, school_ids=school_ids, student_id=student_id)
    if card is None:
        raise NoCard
    await revoke_card(
        conn,
        school_id=card.school_id,
        student_id=student_id,
        reason=reason,
        revoked_by=reported_by,
        now=now,
    )


async def _tell_of_loss(
    conn: db.Conn, *, school_id: int, student_id: UUID, actor: UUID, now: datetime
) -> None:
    names = await card_queries.names_of(conn, school_id=school_id, student_id=student_id)
    await insert_outbox(
        conn,
        school_id=school_id,
        message_id=new_id(),
        kind="card_lost",
        day=school_day(now),
        event_id=new_id(),
        student_id=student_id,
        actor_account_id=actor,
        params={"student": names.student, "school": names.school, "at": now.isoformat()},
    )


async def card_faces(
    conn: db.Conn,
    *,
    ring: KeyRing,
    school_id: int,
    school_name: str,
    class_id: UUID,
    class_name: str,
) -> list[CardFace]:
    """What to print on the live cards of a class; cards under a retired key are left out."""
    cards = await card_queries.cards_of_class(conn, school_id=school_id, class_id=class_id)
    return [
        CardFace(
            name=card.name,
            class_name=class_name,
            school_name=school_name,
            token=issue_card(ring, school_id=school_id, card_id=card.card_id, key_id=card.key_id),
            photo_key=card.photo_key,
        )
        for card in cards
        if card.key_id in ring.ids
    ]


async def phone_code_key(
    conn: db.Conn,
    *,
    ring: KeyRing,
    school_ids: Collection[int],
    student_id: UUID,
    now: datetime,
) -> PhoneCodeKey:
    """The key of a pupil's live card for the phones of the pupil and the guardians.

    Raises:
        NoCard: no live card, or one under a retired key: it needs a reissue.
    """
    card = await card_queries.live_card(conn, school_ids=school_ids, student_id=student_id)
    if card is None or card.key_id not in ring.ids:
        raise NoCard(
            ("Hãy đề nghị nhà trường cấp lại thẻ.", "Ask the school to issue the card again.")
        )
    token = issue_card(ring, school_id=card.school_id, card_id=card.id, key_id=card.key_id)
    code = parse(token)
    assert isinstance(code, CardCode)  # noqa: S101 - it was issued in the line above
    key = phone_key(ring, school_id=card.school_id, card_id=card.id, key_id=card.key_id)
    return PhoneCodeKey(
        key=b64url(key),
        card_prefix=b64url(code.prefix),
        valid_until=now + PHONE_KEY_LIFE,
        step_s=PHONE_STEP_S,
    )
