"""The pupils with the cards in their pockets and the gates they walk through, as now stored.

Read past the API: a card's token is printed on the card and is nowhere to be asked for.
"""

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from app import db
from app.attendance.codes import issue_card
from app.attendance.geo import Fence, parse_fence
from app.crypto import Vault
from app.names import search_key
from app.phones import to_e164
from app.settings import Settings
from scripts.demo.database import connection
from scripts.errors import CommandFailed


class Gate(Struct, frozen=True, kw_only=True):
    school_id: int
    campus_id: UUID
    station_id: UUID
    name: str
    fence: dict[str, Any]


class Child(Struct, frozen=True, kw_only=True):
    """A pupil with a live card; `starts_at` is the beginning of the class's first shift."""

    school_id: int
    school_name: str
    student_id: UUID
    name: str
    class_name: str
    campus_id: UUID
    starts_at: time | None
    card_id: bytes
    key_id: int

    def token(self, vault: Vault) -> str:
        """What the card says.

        Raises:
            UnknownKey: it was printed under a key that is no longer live.
        """
        return issue_card(
            vault.ring, school_id=self.school_id, card_id=self.card_id, key_id=self.key_id
        )


class Cast(Struct, frozen=True, kw_only=True):
    children: list[Child]
    gates: list[Gate]

    def gates_of(self, child: Child) -> list[Gate]:
        """The gates of the child's campus, the main one first; at least one.

        Raises:
            CommandFailed: the campus has none any more.
        """
        gates = [gate for gate in self.gates if gate.campus_id == child.campus_id]
        if not gates:
            raise CommandFailed(f"the campus of class {child.class_name} has no gate any more.")
        return gates


async def read_cast(
    settings: Settings,
    *,
    school_id: int | None = None,
    student: str | None = None,
    phone: str | None = None,
) -> Cast:
    """Everybody, or the pupils of a school, of a name or of a guardian's phone.

    Raises:
        CommandFailed: this is not the demo.
        BadPhone: not a Vietnamese number.
    """
    if not settings.demo:
        raise CommandFailed("cards are shown for the demo only.")
    indexes = Vault(settings.key_ring).phone_indexes(to_e164(phone)) if phone else None
    pattern = f"%{search_key(student)}%" if student else None
    async with connection(settings, role=db.APP_ROLE) as conn, conn.transaction():
        schools = [row["id"] for row in await db.rows(conn, "select id from school")]
        wanted = [one for one in schools if school_id in (None, one)]
        await db.scope(conn, schools=wanted)
        return Cast(
            children=await _children(conn, wanted, pattern, indexes),
            gates=await _gates(conn, wanted),
        )


async def _children(
    conn: db.Conn, school_ids: Sequence[int], pattern: str | None, indexes: list[bytes] | None
) -> list[Child]:
    """Only live enrolments and live cards."""
    return await db.many(
        conn,
        Child,
        """
        select s.school_id, school.name as school_name, s.id as student_id, s.name,
               c.name as class_name, c.campus_id, k.id as card_id, k.key_id,
               (select min(h.starts_at) from class_shift x
                  join shift h on h.school_id = x.school_id and h.id = x.shift_id
                 where x.school_id = c.school_id and x.class_id = c.id
                   and h.ended_at is null) as starts_at
          from student s
          join school on school.id = s.school_id
          join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
          join school_class c on c.school_id = s.school_id and c.id = e.class_id
          join card k on k.school_id = s.school_id and k.student_id = s.id
               and k.revoked_at is null
         where s.school_id = any($1::int[]) and s.ended_at is null
           and ($2::text is null or s.search_key like $2)
           and ($3::bytea[] is null or exists (
                   select from guardianship g join account a on a.id = g.account_id
                    where g.school_id = s.school_id and g.student_id = s.id
                      and g.ended_at is null and a.phone_index = any($3)))
         order by s.school_id, c.grade, c.name, s.sort_key, s.id
        """,
        list(school_ids),
        pattern,
        indexes,
    )


async def _gates(conn: db.Conn, school_ids: Sequence[int]) -> list[Gate]:
    return await db.many(
        conn,
        Gate,
        """
        select t.school_id, t.campus_id, t.id as station_id, t.name, c.fence
          from station t join campus c on c.school_id = t.school_id and c.id = t.campus_id
         where t.school_id = any($1::int[]) and t.kind = 'gate' and t.ended_at is null
         order by t.school_id, t.number
        """,
        list(school_ids),
    )


def point_inside(gate: Gate, *, north_m: float = 0) -> tuple[float, float]:
    """(lat, lng) well inside the gate's fence, or so many metres north of there."""
    fence: Fence = parse_fence(msgspec.json.encode(gate.fence))
    x_m = y_m = 0.0
    if fence.shape is not None:
        point = fence.shape.representative_point()
        x_m, y_m = point.x, point.y
    lat = fence.lat + (y_m + north_m) / fence.y_m_per_degree
    return round(lat, 6), round(fence.lng + x_m / fence.x_m_per_degree, 6)
