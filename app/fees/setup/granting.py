"""Waivers: asked for by an accountant, granted or refused by a principal who is somebody else."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from app import audit, db
from app.contact_book.model import line_of, text_of
from app.crypto import SchoolBox
from app.errors import Conflict
from app.fees import telling
from app.fees.errors import SamePerson
from app.fees.setup import queries
from app.fees.setup.model import (
    BadWaiver,
    NoSuchWaiver,
    WaiverGround,
    WaiverKind,
    WaiverShown,
    WaiverState,
)
from app.ids import new_id
from app.schools.common import not_in_school, school_day
from app.schools.students.model import NoSuchStudent

_LONGEST_DAYS: Final = 800


class WaiverDecided(Conflict):
    """Miễn giảm này đã được xử lý | The waiver has been dealt with already"""


class WaiverWritten(Struct, frozen=True, kw_only=True):
    """A waiver as it is asked for; `value` is percent or đồng."""

    student_id: UUID
    item_id: UUID | None
    kind: WaiverKind
    value: int
    ground: WaiverGround
    reason: str
    from_day: date
    to_day: date


class _Row(Struct, frozen=True, kw_only=True):
    id: UUID
    student_id: UUID
    student_name: str
    class_name: str | None
    item_id: UUID | None
    item_name: str | None
    kind: WaiverKind
    value: int
    ground: WaiverGround
    reason: bytes
    from_day: date
    to_day: date
    state: WaiverState
    asker: UUID
    requested_by: str | None
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None
    ended_at: datetime | None


class Reader(Struct, frozen=True, kw_only=True):
    """Who looks: a principal may decide what another person has asked for."""

    school_id: int
    account_id: UUID
    is_principal: bool


async def waivers(
    conn: db.Conn,
    *,
    box: SchoolBox,
    reader: Reader,
    student_id: UUID | None = None,
    state: WaiverState | None = None,
    pattern: str | None = None,
    before: UUID | None = None,
    waiver_id: UUID | None = None,
    limit: int,
    today: date,
) -> list[WaiverShown]:
    """The school's waivers, the newest first; `pattern` over the pupil's name."""
    rows = await db.many(
        conn,
        _Row,
        """
        select w.id, w.student_id, s.name as student_name, c.name as class_name, w.item_id,
               i.name as item_name, w.kind, w.value, w.ground, w.reason, w.from_day, w.to_day,
               w.state, w.requested_by as asker, asked.name as requested_by, w.requested_at,
               decided.name as decided_by, w.decided_at, w.decided_reason, w.ended_at
          from waiver w
          join student s on s.school_id = w.school_id and s.id = w.student_id
          left join fee_item i on i.school_id = w.school_id and i.id = w.item_id
          left join lateral (
               select k.name from enrolment e
                 join school_class k on k.school_id = e.school_id and k.id = e.class_id
                where e.school_id = w.school_id and e.student_id = w.student_id
                  and e.from_day <= $7 and (e.to_day is null or e.to_day >= $7)
                order by e.from_day desc limit 1) c on true
          left join lateral (select t.name from staff t where t.school_id = w.school_id
                and t.account_id = w.requested_by order by t.id limit 1) asked on true
          left join lateral (select t.name from staff t where t.school_id = w.school_id
                and t.account_id = w.decided_by order by t.id limit 1) decided on true
         where w.school_id = $1 and ($2::uuid is null or w.student_id = $2)
           and ($3::text is null or w.state = $3)
           and ($4::text is null or s.search_key like $4)
           and ($5::uuid is null or w.id < $5) and ($6::uuid is null or w.id = $6)
         order by w.id desc limit $8
        """,
        reader.school_id,
        student_id,
        state,
        pattern,
        before,
        waiver_id,
        today,
        limit,
    )
    return [_shown(row, box=box, reader=reader) for row in rows]


async def waiver(
    conn: db.Conn, *, box: SchoolBox, reader: Reader, waiver_id: UUID, now: datetime
) -> WaiverShown:
    """One waiver.

    Raises:
        NoSuchWaiver: the school has none of this id.
    """
    found = await waivers(
        conn, box=box, reader=reader, waiver_id=waiver_id, limit=1, today=school_day(now)
    )
    if not found:
        raise NoSuchWaiver
    return found[0]


async def ask(
    conn: db.Conn, *, box: SchoolBox, reader: Reader, written: WaiverWritten, now: datetime
) -> WaiverShown:
    """Ask for a waiver; the principals hear of it. It lowers nothing until it is approved.

    Raises:
        NoSuchStudent, NotInSchool: no such pupil, or item.
        BadWaiver: above 100 percent, or days the wrong way round or over.
    """
    _require_sense(written, now)
    await _require_known(conn, school_id=reader.school_id, written=written)
    waiver_id = new_id()
    await conn.execute(
        """
        insert into waiver (school_id, id, student_id, item_id, kind, value, ground, reason,
               from_day, to_day, state, requested_by, requested_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'requested', $11, $12)
        """,
        reader.school_id,
        waiver_id,
        written.student_id,
        written.item_id,
        written.kind,
        written.value,
        written.ground,
        box.seal(text_of(written.reason), field=queries.REASON_FIELD),
        written.from_day,
        written.to_day,
        reader.account_id,
        now,
    )
    await telling.waits_for_second_person(
        conn,
        school_id=reader.school_id,
        matter="waiver",
        matter_id=waiver_id,
        asked_by=reader.account_id,
        now=now,
    )
    return await waiver(conn, box=box, reader=reader, waiver_id=waiver_id, now=now)


async def decide(
    conn: db.Conn,
    *,
    box: SchoolBox,
    reader: Reader,
    waiver_id: UUID,
    approves: bool,
    reason: str,
    now: datetime,
) -> WaiverShown:
    """Approve or reject it; bills that are issued from now on are lowered.

    Raises:
        NoSuchWaiver: unknown.
        SamePerson: who asked does not decide.
        WaiverDecided: somebody was faster.
    """
    row = await _locked(conn, school_id=reader.school_id, waiver_id=waiver_id)
    if row["state"] != "requested":
        raise WaiverDecided
    if row["requested_by"] == reader.account_id:
        raise SamePerson(
            (
                "Người đề nghị miễn giảm không tự duyệt.",
                "Who asked for a waiver does not decide it.",
            )
        )
    state = "approved" if approves else "rejected"
    await conn.execute(
        """
        update waiver set state = $3, decided_by = $4, decided_at = $5, decided_reason = $6
         where school_id = $1 and id = $2
        """,
        reader.school_id,
        waiver_id,
        state,
        reader.account_id,
        now,
        line_of(reason) or None,
    )
    await _record(conn, reader=reader, waiver_id=waiver_id, state=state, row=row, now=now)
    return await waiver(conn, box=box, reader=reader, waiver_id=waiver_id, now=now)


async def end(
    conn: db.Conn, *, box: SchoolBox, reader: Reader, waiver_id: UUID, now: datetime
) -> WaiverShown:
    """Let it lower nothing more; what it has lowered stays.

    Raises:
        NoSuchWaiver: unknown.
        WaiverDecided: it is not approved, or was ended before.
    """
    row = await _locked(conn, school_id=reader.school_id, waiver_id=waiver_id)
    if row["state"] != "approved":
        raise WaiverDecided
    await conn.execute(
        """
        update waiver set state = 'ended', ended_by = $3, ended_at = $4
         where school_id = $1 and id = $2
        """,
        reader.school_id,
        waiver_id,
        reader.account_id,
        now,
    )
    await _record(conn, reader=reader, waiver_id=waiver_id, state="ended", row=row, now=now)
    return await waiver(conn, box=box, reader=reader, waiver_id=waiver_id, now=now)


def _require_sense(written: WaiverWritten, now: datetime) -> None:
    if written.kind == "percent" and written.value > 100:
        raise BadWaiver(("Tỷ lệ từ 1 đến 100.", "A percentage is from 1 to 100."))
    days = (written.to_day - written.from_day).days
    if not 0 <= days <= _LONGEST_DAYS:
        raise BadWaiver(
            (
                "Ngày cuối đứng sau ngày đầu, không quá hai năm.",
                "The last day is after the first, and within two years of it.",
            )
        )
    if written.to_day < school_day(now):
        raise BadWaiver(("Ngày cuối đã qua.", "The last day is over."))
    if abs((written.from_day - school_day(now)).days) > _LONGEST_DAYS:
        raise BadWaiver(("Ngày đầu ở quá xa.", "The first day is too far away."))


async def _require_known(conn: db.Conn, *, school_id: int, written: WaiverWritten) -> None:
    found = await db.value(
        conn,
        "select 1 from student where school_id = $1 and id = $2",
        school_id,
        written.student_id,
    )
    if not found:
        raise NoSuchStudent
    if written.item_id is None:
        return
    item = await queries.item_of(conn, school_id=school_id, item_id=written.item_id)
    if item is None or item.ended_at is not None:
        raise not_in_school("item_id", [written.item_id])


async def _locked(conn: db.Conn, *, school_id: int, waiver_id: UUID) -> Any:
    found = await db.rows(
        conn,
        """
        select state, requested_by, student_id, kind, value, ground from waiver
         where school_id = $1 and id = $2 for update
        """,
        school_id,
        waiver_id,
    )
    if not found:
        raise NoSuchWaiver
    return found[0]


async def _record(
    conn: db.Conn, *, reader: Reader, waiver_id: UUID, state: str, row: Any, now: datetime
) -> None:
    await audit.record(
        conn,
        school_id=reader.school_id,
        kind="fee_waiver",
        subject_id=waiver_id,
        actor_account_id=reader.account_id,
        detail={
            "state": state,
            "student_id": str(row["student_id"]),
            "kind": row["kind"],
            "value": row["value"],
            "ground": row["ground"],
            "requested_by": str(row["requested_by"]),
        },
        now=now,
    )


def _shown(row: _Row, *, box: SchoolBox, reader: Reader) -> WaiverShown:
    said = {name: getattr(row, name) for name in _SAME}
    may_decide = row.state == "requested" and reader.is_principal and row.asker != reader.account_id
    return WaiverShown(
        **said,
        school_id=reader.school_id,
        reason=box.open(row.reason, field=queries.REASON_FIELD),
        may_decide=may_decide,
    )


_SAME: Final = frozenset(WaiverShown.__struct_fields__) & frozenset(_Row.__struct_fields__) - {
    "reason"
}
