"""The walk's world: everybody who could call, what the paths name, and a way back to the start."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from app.attendance.codes import station_code, station_day_key, station_step, step_day
from app.ids import new_id
from app.schools.common import school_day
from tests.cast import ROLES_IN_SCHOOL, Cast, gather
from tests.gate import Gate
from tests.world import Person, School, World

OUTSIDERS: Final = ("other", "blocked", "nobody")


@dataclass(kw_only=True)
class Caller:
    """Somebody with a role in a scope: `own` class, child, school or department; `next` class or
    family of the same school; `other` school or department; or without a live session."""

    role: str
    scope: str
    person: Person | None = None
    # Principal of the other school as well, which must not help in this one.
    leads_elsewhere: bool = False
    fixed_headers: dict[str, str] | None = None

    @property
    def name(self) -> str:
        elsewhere = " who leads elsewhere" if self.leads_elsewhere else ""
        return f"{'' if self.scope == 'own' else self.scope} {self.role}{elsewhere}".strip()

    @property
    def is_live(self) -> bool:
        return self.fixed_headers is None

    @property
    def headers(self) -> dict[str, str]:
        if self.fixed_headers is not None:
            return self.fixed_headers
        assert self.person is not None
        return self.person.headers


@dataclass(kw_only=True)
class Walk:
    """`ids` are of the first school, `foreign` what the other school has for the same names."""

    cast: Cast
    callers: list[Caller]
    ids: dict[str, Any]
    foreign: dict[str, Any]
    saved: "Saved"
    owner: asyncpg.Connection = field(repr=False)

    def hidden_from(self, caller: Caller) -> list[str]:
        """What may be in no answer to the caller: children of others, by id and name."""
        ours = [self.cast.student, self.cast.neighbour]
        if caller.leads_elsewhere:
            return []
        if caller.scope in ("own", "next") and caller.role != "department_admin":
            hidden = [self.cast.stranger]
            if caller.role in ("guardian", "student"):
                hidden.append(ours[1] if caller.scope == "own" else ours[0])
        else:
            hidden = [*ours, self.cast.stranger] if caller.scope != "other" else ours
        return [text for student in hidden for text in (str(student.id), student.name)]


async def arrange(world: World, api: httpx.AsyncClient) -> Walk:
    cast = await gather(world)
    owner, school = world.owner, cast.school
    callers = [*_of_cast(cast), *await _neighbours(world, cast), *await _shut_out(world, cast)]
    ids = await _ids(world, api, cast, next(c for c in callers if c.name == "next principal"))
    for caller in callers:
        if caller.scope != "other" and caller.role in (*ROLES_IN_SCHOOL, "student"):
            await _bind(owner, caller.person)
    saved = Saved(owner)
    await saved.save()
    ids["station_token"] = _station_token(world, school)
    return Walk(
        cast=cast, callers=callers, ids=ids, foreign=await _foreign(owner, cast), saved=saved,
        owner=owner,
    )  # fmt: skip


def _of_cast(cast: Cast) -> Iterator[Caller]:
    for name, person in cast.people.items():
        if name == "nobody":
            yield Caller(role="", scope="nobody", person=person)
        elif name.startswith("other "):
            yield Caller(role=name.removeprefix("other "), scope="other", person=person)
        else:
            yield Caller(role=name, scope="own", person=person)


async def _neighbours(world: World, cast: Cast) -> list[Caller]:
    """The same roles beside: another class, another family, another screen of the school."""
    school, neighbour = cast.school, cast.neighbour
    people: dict[str, Person] = {"principal": await world.staff(school, "principal", "Bà Phó")}
    for role, sql in {
        "homeroom_teacher": "update school_class set homeroom_staff_id = $3"
        " where school_id = $1 and id = $2",
        "subject_teacher": "insert into class_teacher values ($1, $2, $3, 'Văn')",
    }.items():
        # As a guard first: `staff` would make this one the teacher of 6A1.
        people[role] = await world.staff(school, "guard", f"Cô {role}")
        await world.owner.execute(
            "update membership set role = $1 where account_id = $2", role, people[role].account_id
        )
        await world.owner.execute(sql, school.id, cast.next_class_id, people[role].person_id)
    people["guardian"] = await world.guardian(neighbour, name="Trần Văn Cha")
    for role, person_id in (("student", neighbour.id), ("display", school.staff_room_id)):
        people[role] = await world.account()
        people[role].person_id = person_id
        await world.member(people[role], school, role)
    torn = await world.staff(school, "guard", "Ông Hai Trường")
    await world.member(torn, cast.other, "principal")
    return [
        *(Caller(role=role, scope="next", person=person) for role, person in people.items()),
        Caller(role="guard", scope="next", person=torn, leads_elsewhere=True),
    ]


async def _shut_out(world: World, cast: Cast) -> list[Caller]:
    """A blocked guardian, and those whose session or token is no good."""
    blocked = await world.guardian(cast.student, name="Nguyễn Văn Xa")
    await world.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where account_id = $1",
        blocked.account_id,
    )
    principal = cast["principal"]
    revoked = await world.session(principal.account_id)
    await world.owner.execute(
        "update session set revoked_at = now(), revoked_reason = 'owner' where id = $1",
        revoked.session_id,
    )
    now = world.resources.clock()
    old = world.resources.tokens.issue(
        account_id=principal.account_id,
        session_id=principal.session_id,
        now=now - timedelta(minutes=11),
    )
    head, body, _ = principal.issue().split(".")
    forged = f"{head}.{body}.{'A' * 86}"
    no_good = {
        "anonymous": {},
        "revoked": revoked.headers,
        "expired": {"Authorization": f"Bearer {old}"},
        "forged": {"Authorization": f"Bearer {forged}"},
    }
    return [
        Caller(role="", scope="blocked", person=blocked),
        *(
            Caller(role="principal", scope=scope, person=principal, fixed_headers=headers)
            for scope, headers in no_good.items()
        ),
    ]


async def _ids(world: World, api: httpx.AsyncClient, cast: Cast, vice: Caller) -> dict[str, Any]:
    school, owner, guardian = cast.school, world.owner, cast["guardian"]
    assert vice.person is not None
    spare_class = await world.school_class(school, "6A7")
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", guardian.account_id
    )
    return {
        "school_id": school.id,
        "unit_id": 1,
        "spare_unit_id": await world.org_unit(unit_id=3, parent_id=1),
        "campus_id": school.campus_id,
        "spare_campus_id": await _spare_campus(owner, school),
        "shift_id": school.morning_id,
        "spare_shift_id": await _spare_shift(owner, school),
        "station_id": school.gate_id,
        "class_id": school.class_id,
        "next_class_id": cast.next_class_id,
        "spare_class_id": spare_class,
        "student_id": cast.student.id,
        "guardian_id": guardian_id,
        "waiting_id": await _waiting_guardian(world, cast),
        "document_id": await _document(world, cast, guardian_id),
        "staff_id": cast["guard"].person_id,
        "vice_id": vice.person.person_id,
        "guards_device_id": cast["guard"].device_id,
        "lost_device_id": await _lost_device(world, school),
        "substitute_id": await _substitute(world, school),
        "pickup_id": await _pickup(owner, cast, guardian.account_id),
        "dispute_id": await _dispute(owner, cast, guardian.account_id),
        "hours_correction_id": await _hours_correction(owner, cast),
        "correction_id": await _correction(owner, cast),
        "uncertain_id": await _uncertain_scan(owner, cast),
        "request_id": await _leave(world, cast, guardian.account_id),
        "closure_id": await _closure(owner, school, cast["principal"]),
        "other_closure_id": await _closure(owner, cast.other, cast["other principal"]),
        "token": "A" * 68,
        "day": "2026-11-16",
        "holiday": await _holiday(owner, school),
        "card_token": cast.student.token,
        "session_id": (await world.session(guardian.account_id)).session_id,
        "item_id": await _item(owner, guardian.account_id),
        "event_id": await _scan(api, world, cast),
        "job_id": await _job(owner, school, cast["principal"]),
        "other_job_id": await _job(owner, cast.other, cast["other principal"]),
    }


async def _foreign(owner: asyncpg.Connection, cast: Cast) -> dict[str, Any]:
    """The other school's things under the names by which rules ask for the first school's."""
    other = cast.other
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1",
        cast["other guardian"].account_id,
    )
    classes, staff = (other.class_id,) * 3, (cast["other guard"].person_id,) * 2
    return {
        "unit_id": 2,
        "spare_unit_id": 2,
        "campus_id": other.campus_id,
        "spare_campus_id": other.campus_id,
        "shift_id": other.morning_id,
        "spare_shift_id": other.morning_id,
        "station_id": other.gate_id,
        "student_id": cast.stranger.id,
        "guardian_id": guardian_id,
        "waiting_id": guardian_id,
        "document_id": new_id(),
        "pickup_id": new_id(),
        "dispute_id": new_id(),
        "hours_correction_id": new_id(),
        "correction_id": new_id(),
        "uncertain_id": new_id(),
        "request_id": new_id(),
        "closure_id": await owner.fetchval("select id from closure where school_id = $1", other.id),
        "session_id": cast["other guardian"].session_id,
        "job_id": await owner.fetchval("select id from job where school_id = $1", other.id),
        **dict(zip(("class_id", "next_class_id", "spare_class_id"), classes, strict=True)),
        **dict(zip(("staff_id", "vice_id"), staff, strict=True)),
        "substitute_id": cast["other guard"].person_id,
        "guards_device_id": cast["other guard"].device_id,
        "lost_device_id": cast["other guard"].device_id,
    }


async def _waiting_guardian(world: World, cast: Cast) -> UUID:
    """A guardian of the pupil whose number was changed to one that somebody uses."""
    person = await world.guardian(cast.student, name="Nguyễn Thị Cô")
    guardian_id: UUID = await world.owner.fetchval(
        "update guardianship set account_id = null, pending_account_id = $1,"
        " pending_since = now(), needs_approval = true where account_id = $1 returning guardian_id",
        person.account_id,
    )
    return guardian_id


async def _document(world: World, cast: Cast, guardian_id: UUID) -> UUID:
    """A paper on file about the pupil and the guardian."""
    school_id, document_id = cast.school.id, new_id()
    wrapped = await world.owner.fetchval(
        "select wrapped from school_key where school_id = $1", school_id
    )
    box = world.resources.vault.school_box(wrapped, school_id)
    sealed = box.seal_bytes(b"%PDF-1.4 %%EOF", field=f"custody_document:{document_id}")
    key = f"schools/{school_id}/custody/{document_id}"
    await world.resources.storage.put(key, sealed, content_type="application/octet-stream")
    await world.owner.execute(
        "insert into custody_document (school_id, id, student_id, guardian_id, media_type,"
        " size_bytes, storage_key, uploaded_by, created_at)"
        " values ($1, $2, $3, $4, 'application/pdf', 14, $5, $6, now())",
        school_id,
        document_id,
        cast.student.id,
        guardian_id,
        key,
        cast["principal"].account_id,
    )
    return document_id


async def _pickup(owner: asyncpg.Connection, cast: Cast, proposed_by: UUID) -> UUID:
    """Somebody whom the guardian proposes to fetch the pupil."""
    pickup_id = new_id()
    await owner.execute(
        "insert into pickup_person (school_id, id, student_id, name, relation, from_day, state,"
        " proposed_by) values ($1, $2, $3, 'Bà Ngoại', 'grandparent',"
        " '2026-11-01', 'proposed', $4)",
        cast.school.id,
        pickup_id,
        cast.student.id,
        proposed_by,
    )
    return pickup_id


async def _dispute(owner: asyncpg.Connection, cast: Cast, asked_by: UUID) -> UUID:
    """The guardian says that the pupil's day is wrong."""
    dispute_id = new_id()
    await owner.execute(
        "insert into attendance_dispute (school_id, id, student_id, day, kind, note, asked_by,"
        " asked_as, nth, created_at)"
        " values ($1, $2, $3, '2026-11-16', 'was_there', '', $4, 'guardian', 1, now())",
        cast.school.id,
        dispute_id,
        cast.student.id,
        asked_by,
    )
    return dispute_id


async def _leave(world: World, cast: Cast, asked_by: UUID) -> UUID:
    """The guardian asks for leave of the pupil, with a doctor's note."""
    request_id, school_id = new_id(), cast.school.id
    wrapped = await world.owner.fetchval(
        "select wrapped from school_key where school_id = $1", school_id
    )
    box = world.resources.vault.school_box(wrapped, school_id)
    key = f"schools/{school_id}/leave/{request_id.hex}-{new_id().hex}"
    sealed = box.seal_bytes(b"a JPEG", field=f"leave_request.paper:{key}")
    await world.resources.storage.put(key, sealed, content_type="application/octet-stream")
    await world.owner.execute(
        "insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,"
        " reason_sealed, requested_by, requested_as, created_at, paper_key)"
        " values ($1, $2, 'student', $3, '2026-11-18', '2026-11-18', 'day', $4, $5, 'guardian',"
        " now(), $6)",
        school_id,
        request_id,
        cast.student.id,
        box.seal("Khám răng", field="leave_request.reason"),
        asked_by,
        key,
    )
    return request_id


async def _closure(owner: asyncpg.Connection, school: School, principal: Person) -> UUID:
    """The school will be closed for a day."""
    closure_id = new_id()
    await owner.execute(
        "insert into closure (id, school_id, from_day, to_day, closed_to, kind, reason, created_by,"
        " created_at) values ($1, $2, '2026-11-19', '2026-11-19', '2026-11-19', 'other',"
        " 'Mất nước', $3, now())",
        closure_id,
        school.id,
        principal.account_id,
    )
    return closure_id


async def _hours_correction(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """The principal has put down when the guard left."""
    correction_id = new_id()
    await owner.execute(
        "insert into staff_day_correction (school_id, id, staff_id, day, kind, at, reason,"
        " decided_by, created_at) values ($1, $2, $3, '2026-11-13', 'out',"
        " '2026-11-13T11:30:00+07:00', 'Quên quét', $4, now())",
        cast.school.id,
        correction_id,
        cast["guard"].person_id,
        cast["principal"].account_id,
    )
    return correction_id


async def _correction(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """Of a past month, asked for by somebody else than who will decide."""
    request_id = new_id()
    await owner.execute(
        "insert into correction_request (school_id, id, student_id, day, shift_id, state,"
        " late_minutes, reason, asked_by, created_at) values ($1, $2, $3, '2026-10-16', $4,"
        " 'present', 0, 'Em có mặt trong lớp', $5, now())",
        cast.school.id,
        request_id,
        cast.student.id,
        cast.school.morning_id,
        new_id(),
    )
    return request_id


async def _uncertain_scan(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """The guard's phone did not know where it was when the pupil came."""
    event_id = new_id()
    await owner.execute(
        "insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome,"
        " source, shift_id, station_id, campus_id, scanned_by, occurred_at, scanned_at,"
        " received_at, clock, verdict) values ($1, '2026-11-13', $2, 'student', $3, 'in',"
        " 'pending_review', 'card', $4, $5, $6, $7, '2026-11-13T06:50:00+07:00',"
        " '2026-11-13T06:50:00+07:00', '2026-11-13T06:50:00+07:00', 'mono', 'no_fix')",
        cast.school.id,
        event_id,
        cast.student.id,
        cast.school.morning_id,
        cast.school.gate_id,
        cast.school.campus_id,
        cast["guard"].account_id,
    )
    return event_id


async def _spare_campus(owner: asyncpg.Connection, school: School) -> UUID:
    campus_id = new_id()
    await owner.execute(
        "insert into campus (school_id, id, name, fence) values ($1, $2, 'Cơ sở 2', $3)",
        school.id,
        campus_id,
        school.fence,
    )
    return campus_id


async def _spare_shift(owner: asyncpg.Connection, school: School) -> UUID:
    shift_id = new_id()
    await owner.execute(
        "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)"
        " select school_id, $2, 'Ca tối', starts_at, ends_at, late_after, cut_off, weekdays"
        " from shift where school_id = $1",
        school.id,
        shift_id,
    )
    return shift_id


async def _holiday(owner: asyncpg.Connection, school: School) -> str:
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'holiday', 'Nghỉ')",
        school.id,
        date(2026, 12, 24),
    )
    return "2026-12-24"


async def _job(owner: asyncpg.Connection, school: School, principal: Person) -> UUID:
    """A job that is over."""
    job_id = new_id()
    await owner.execute(
        "insert into job (school_id, id, kind, lane, state, params, created_by, finished_at)"
        " values ($1, $2, 'import_roster', 'import', 'done', '{}', $3, now())",
        school.id,
        job_id,
        principal.account_id,
    )
    return job_id


async def _item(owner: asyncpg.Connection, account_id: UUID) -> UUID:
    item_id = new_id()
    await owner.execute(
        "insert into inbox_item (account_id, day, id, seq, event_id, kind, title, body, data,"
        " text_version) values ($1, $2, $3, 1, $4, 'arrival', 'Đã vào trường', '', '{}', 1)",
        account_id,
        date(2026, 11, 16),
        item_id,
        new_id(),
    )
    await owner.execute("insert into inbox_head (account_id, last_seq) values ($1, 1)", account_id)
    return item_id


async def _lost_device(world: World, school: School) -> UUID:
    lost = await world.staff(school, "guard", "Ông Mất Máy")
    await world.owner.execute("update device set revoked_at = now() where id = $1", lost.device_id)
    await world.owner.execute(
        "insert into life_event (school_id, id, kind, decided_by, details, created_at)"
        " values ($1, $2, 'device_lost', $3, $4, now())",
        school.id,
        new_id(),
        lost.account_id,
        {"device_id": str(lost.device_id)},
    )
    return lost.device_id


async def _substitute(world: World, school: School) -> UUID | None:
    """A guard whose time has not come: nobody who walks."""
    person = await world.staff(school, "guard", "Ông Trực Thay")
    await world.owner.execute(
        "update membership set valid_from = $2, valid_until = $3 where account_id = $1",
        person.account_id,
        world.resources.clock() + timedelta(days=1),
        world.resources.clock() + timedelta(days=2),
    )
    return person.person_id


async def _scan(api: httpx.AsyncClient, world: World, cast: Cast) -> str:
    """The guard scans somebody just now."""
    pupil = await world.student(cast.school, "Phạm Văn Dũng", class_id=cast.next_class_id)
    clock: Any = world.resources.clock
    gate = Gate(api, clock, cast.school, cast["guard"])
    scan = gate.scan(pupil.token)
    (result,) = await gate.results(scan)
    assert result["outcome"] == "ok"
    return str(scan["event_id"])


async def _bind(owner: asyncpg.Connection, person: Person | None) -> None:
    assert person is not None
    await owner.execute(
        "update device set bound_account_id = $1, bound_at = now() where id = $2",
        person.account_id,
        person.device_id,
    )


def _station_token(world: World, school: School) -> str:
    now, ring = world.resources.clock(), world.resources.vault.ring
    step = station_step(now)
    key = station_day_key(
        ring, school_id=school.id, number=1, day=step_day(step), key_id=ring.current_id
    )
    assert step_day(step) == school_day(now)
    return station_code(key, key_id=ring.current_id, school_id=school.id, number=1, step=step)


class Saved:
    """All rows of all tables as they were, to compare with and to go back to."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        self._owner = owner
        self._tables: list[str] = []

    async def save(self) -> None:
        """From now on this is how it was."""
        rows = await self._owner.fetch(
            """
            select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
               and c.relname <> 'schema_migrations' order by 1
            """
        )
        self._tables = [row["relname"] for row in rows]
        copies = "; ".join(
            f"drop table if exists saved_{table};"
            f" create temporary table saved_{table} as table {table}"
            for table in self._tables
        )
        await self._owner.execute(copies)

    async def restore(self) -> None:
        rows = "; ".join(
            f"delete from {table}; insert into {table} table saved_{table}"
            for table in self._tables
        )
        await self._owner.execute(
            f"begin; set local session_replication_role = replica; {rows}; commit"
        )

    async def differing(self) -> list[str]:
        """The tables that are not as they were; a session may have been used in between."""
        queries = [
            f"select '{table}' from (select to_jsonb(t) - 'last_used_at' as j from {table} t) a"
            f" full join (select to_jsonb(t) - 'last_used_at' as j from saved_{table} t) b"
            " using (j) where a.j is null or b.j is null"
            for table in self._tables
        ]
        rows = await self._owner.fetch(" union ".join(queries))
        return sorted(row[0] for row in rows)


def fill(template: Any, ids: dict[str, Any]) -> Any:
    """The template with its `{names}` replaced by ids; integers stay integers."""
    if isinstance(template, dict):
        return {key: fill(value, ids) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, ids) for value in template]
    if isinstance(template, str) and (named := re.fullmatch(r"\{(\w+)\}", template)):
        value = ids[named.group(1)]
        return value if isinstance(value, int) else str(value)
    return template
