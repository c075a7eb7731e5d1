"""The activation sheet of a class: fresh codes, stored before they are printed."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.activation import queries
from app.activation.codes import PaperCode, code_mac, new_code
from app.activation.model import Strip
from app.activation.sheet import PrintedStrip
from app.crypto import Vault
from app.ids import new_id
from app.phones import mask
from app.schools.common import ZONE, lock_school, school_box, school_day
from app.schools.guardians.service import PHONE_FIELD

CODE_LIFE: Final = timedelta(days=30)


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What a class's sheet says."""

    strips: list[PrintedStrip]
    active: list[str]
    alone: list[str]
    last_day: date


async def new_sheet(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    class_id: UUID,
    printed_by: UUID,
    now: datetime,
) -> Sheet:
    """Codes for the guardians who are not active yet; those of an earlier sheet are void now.

    Ask first whether the caller leads the class.
    """
    await lock_school(conn, school_id=school_id)
    found = await queries.strips_of_class(conn, school_id=school_id, class_id=class_id)
    coded = [(strip, new_code(school_id)) for strip in found if not strip.is_active]
    last_day = school_day(now) + CODE_LIFE
    await queries.replace_codes(
        conn,
        school_id=school_id,
        strips=[(new_id(), strip, code_mac(vault.ring, code)) for strip, code in coded],
        created_by=printed_by,
        now=now,
        expires_at=datetime.combine(last_day + timedelta(days=1), time(), ZONE),
    )
    box = await school_box(conn, vault=vault, school_id=school_id)
    alone = await queries.pupils_alone(conn, school_id=school_id, class_id=class_id)

    def printed(strip: Strip, code: PaperCode) -> PrintedStrip:
        return PrintedStrip(
            student_name=strip.student_name,
            guardian_name=strip.guardian_name,
            relation=strip.relation,
            masked_phone=mask(box.open(strip.phone_sealed, field=PHONE_FIELD)),
            shares_with=strip.shares_with,
            code=code,
        )

    return Sheet(
        strips=[printed(strip, code) for strip, code in coded],
        active=[f"{s.student_name}: {s.guardian_name}" for s in found if s.is_active],
        alone=[pupil.name for pupil in alone],
        last_day=last_day,
    )
