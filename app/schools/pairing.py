"""Pairing a screen with a station: a short code that a principal reads out or shows once.

The code carries the school's number, since nobody may look for a code across schools.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.errors import Unauthenticated
from app.ids import new_id

PAIRING_CODE_S: Final = 600
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 10  # 50 bits, for ten minutes, behind a limiter
_FORM: Final = re.compile(rf"([1-9][0-9]{{0,7}})-([{_CROCKFORD}]{{{_LENGTH}}})")
_LARGEST_SCHOOL: Final = 2**24 - 1


class BadPairingCode(Unauthenticated):
    """Mã ghép nối không đúng hoặc đã hết hạn | The pairing code is wrong or over"""


async def create_pairing(
    conn: db.Conn, *, school_id: int, station_id: UUID, created_by: UUID, now: datetime
) -> str:
    """A fresh code for a station, good once within ten minutes; it ends the station's former ones.

    Only its hash is stored: the text can be shown this once.
    """
    await db.run(
        conn,
        "delete from station_pairing where school_id = $1 and station_id = $2 and used_at is null",
        school_id,
        station_id,
    )
    code = f"{school_id}-" + "".join(secrets.choice(_CROCKFORD) for _ in range(_LENGTH))
    await db.run(
        conn,
        """
        insert into station_pairing
               (school_id, id, station_id, code_hash, created_by, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        school_id,
        new_id(),
        station_id,
        _digest(code),
        created_by,
        now,
        now + timedelta(seconds=PAIRING_CODE_S),
    )
    return code


async def redeem_pairing(conn: db.Conn, *, code: str, now: datetime) -> tuple[int, UUID]:
    """Use a code up; the school and the station that it stands for.

    From here on the transaction sees that school's rows, and no other's.

    Raises:
        BadPairingCode: unknown, used, replaced or over, or its station has ended.
    """
    code = _normal(code)
    found = _FORM.fullmatch(code)
    if found is None or int(found[1]) > _LARGEST_SCHOOL:
        raise BadPairingCode
    school_id = int(found[1])
    await db.scope(conn, schools=[school_id])
    station_id: UUID | None = await db.value(
        conn,
        """
        update station_pairing p set used_at = $3
          from station s join school on school.id = s.school_id
         where p.school_id = $1 and p.code_hash = $2 and p.used_at is null and p.expires_at > $3
           and s.school_id = p.school_id and s.id = p.station_id and s.ended_at is null
           and school.ended_at is null
        returning p.station_id
        """,
        school_id,
        _digest(code),
        now,
    )
    if station_id is None:
        raise BadPairingCode
    return school_id, station_id


def _normal(code: str) -> str:
    """What people type: lower case, spaces, more hyphens, O for 0, I or L for 1 (Crockford)."""
    school, _, rest = code.strip().partition("-")
    rest = re.sub(r"[\s-]", "", rest).upper()
    return f"{school.strip()}-{rest.translate(str.maketrans('OIL', '011'))}"


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
