"""What lies in the walk's schools beside the people: a row each, as if it had come about."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.crypto import SchoolBox
from app.ids import new_id
from tests.cast import Cast
from tests.gate import Gate
from tests.world import Person, School, World


async def waiting_guardian(world: World, cast: Cast) -> UUID:
    """A guardian of the pupil whose number was changed to one that somebody uses."""
    person = await world.guardian(cast.student, name="Nguyễn Thị Cô")
    guardian_id: UUID = await world.owner.fetchval(
        "update guardianship set account_id = null, pending_account_id = $1,"
        " pending_since = now(), needs_approval = true where account_id = $1 returning guardian_id",
        person.account_id,
    )
    return guardian_id


async def document(world: World, cast: Cast, guardian_id: UUID) -> UUID:
    """A paper on file about the pupil and the guardian."""
    school_id, document_id = cast.school.id, new_id()
    box = await _box(world, school_id)
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


async def pickup(owner: asyncpg.Connection, cast: Cast, proposed_by: UUID) -> UUID:
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


async def dispute(owner: asyncpg.Connection, cast: Cast, asked_by: UUID) -> UUID:
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


async def leave(world: World, cast: Cast, asked_by: UUID) -> UUID:
    """The guardian asks for leave of the pupil, with a doctor's note."""
    request_id, school_id = new_id(), cast.school.id
    box = await _box(world, school_id)
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


async def attachment(world: World, cast: Cast, sent_by: UUID) -> UUID:
    """A picture that the guardian has sent in, and not sent with anything yet."""
    attachment_id, school_id = new_id(), cast.school.id
    await world.owner.execute(
        "insert into attachment (school_id, id, uploaded_by, kind, name, bytes, width, height,"
        " object_key, created_at, unbound_since)"
        " values ($1, $2, $3, 'image', 'anh.jpg', 9, 30, 40, $4, now(), now())",
        school_id,
        attachment_id,
        sent_by,
        f"schools/{school_id}/attachments/{attachment_id.hex}",
    )
    return attachment_id


async def department_file(owner: asyncpg.Connection, admin: Person) -> UUID:
    """A picture that the department has sent in, and not sent with anything yet."""
    file_id = new_id()
    await owner.execute(
        "insert into department_attachment (id, uploaded_by, kind, name, bytes, width, height,"
        " object_key, wrapped_key, created_at, unbound_since)"
        " values ($1, $2, 'image', 'anh.jpg', 9, 30, 40, 'department/gone', 'none', now(), now())",
        file_id,
        admin.account_id,
    )
    return file_id


async def closure(owner: asyncpg.Connection, school: School, principal: Person) -> UUID:
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


async def hours_correction(owner: asyncpg.Connection, cast: Cast) -> UUID:
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


async def correction(owner: asyncpg.Connection, cast: Cast) -> UUID:
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


async def uncertain_scan(owner: asyncpg.Connection, cast: Cast) -> UUID:
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


async def spare_campus(owner: asyncpg.Connection, school: School) -> UUID:
    campus_id = new_id()
    await owner.execute(
        "insert into campus (school_id, id, name, fence) values ($1, $2, 'Cơ sở 2', $3)",
        school.id,
        campus_id,
        school.fence,
    )
    return campus_id


async def spare_shift(owner: asyncpg.Connection, school: School) -> UUID:
    shift_id = new_id()
    await owner.execute(
        "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)"
        " select school_id, $2, 'Ca tối', starts_at, ends_at, late_after, cut_off, weekdays"
        " from shift where school_id = $1",
        school.id,
        shift_id,
    )
    return shift_id


async def holiday(owner: asyncpg.Connection, school: School) -> str:
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'holiday', 'Nghỉ')",
        school.id,
        date(2026, 12, 24),
    )
    return "2026-12-24"


async def job(owner: asyncpg.Connection, school: School, principal: Person) -> UUID:
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


async def item(owner: asyncpg.Connection, account_id: UUID) -> UUID:
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


async def lost_device(world: World, school: School) -> UUID:
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


async def substitute(world: World, school: School) -> UUID | None:
    """A guard whose time has not come: nobody who walks."""
    person = await world.staff(school, "guard", "Ông Trực Thay")
    await world.owner.execute(
        "update membership set valid_from = $2, valid_until = $3 where account_id = $1",
        person.account_id,
        world.resources.clock() + timedelta(days=1),
        world.resources.clock() + timedelta(days=2),
    )
    return person.person_id


async def scan(api: httpx.AsyncClient, world: World, cast: Cast) -> str:
    """The guard scans somebody just now."""
    pupil = await world.student(cast.school, "Phạm Văn Dũng", class_id=cast.next_class_id)
    clock: Any = world.resources.clock
    gate = Gate(api, clock, cast.school, cast["guard"])
    scan = gate.scan(pupil.token)
    (result,) = await gate.results(scan)
    assert result["outcome"] == "ok"
    return str(scan["event_id"])


async def announcements(owner: asyncpg.Connection, cast: Cast, vice: Person) -> dict[str, Any]:
    """One of the principal's that the families of 6A1 have got, a draft and a group of theirs."""
    sent, draft, group = new_id(), new_id(), new_id()
    school_id, principal = cast.school.id, cast["principal"]
    for each, state in ((sent, "published"), (draft, "draft")):
        await owner.execute(
            "insert into announcement (school_id, id, author_account_id, author_staff_id,"
            " author_name, author_title, state, title, body, to_families, to_staff, to_leaders,"
            " answer_kind, is_urgent, search_key, created_at, changed_at, published_at)"
            " values ($1, $2, $3, $4, 'Cô Trưởng', 'principal', $5, 'Họp phụ huynh', '', true,"
            " false, false, 'yes_no', false, 'hop phu huynh', now(), now(),"
            " case when $5 = 'published' then now() end)",
            school_id,
            each,
            principal.account_id,
            principal.person_id,
            state,
        )
        await owner.execute(
            "insert into announcement_audience values ($1, $2, 'class', $3)",
            school_id,
            each,
            str(cast.class_id),
        )
    await owner.execute(
        "insert into announcement_recipient (school_id, announcement_id, person_kind, person_id,"
        " class_id, published_at, changed_at) values ($1, $2, 'student', $3, $4, now(), now())",
        school_id,
        sent,
        cast.student.id,
        cast.class_id,
    )
    await owner.execute(
        "insert into contact_group (school_id, id, name, created_by, created_at)"
        " values ($1, $2, 'Ban phụ huynh', $3, now())",
        school_id,
        group,
        vice.account_id,
    )
    return {"announcement_id": sent, "draft_id": draft, "group_id": group}


async def daily_book(owner: asyncpg.Connection, cast: Cast) -> dict[str, Any]:
    """A remark of the homeroom teacher's about the pupil, homework of the subject teacher's."""
    remark_id, homework_id, lesson_id, school_id = new_id(), new_id(), new_id(), cast.school.id
    await owner.execute(
        "insert into remark (school_id, id, student_id, class_id, day, kind, about, text,"
        " search_key, author_account_id, author_name, created_at, changed_at)"
        " values ($1, $2, $3, $4, '2026-11-16', 'praise', 'remark', 'Con ngoan', 'con ngoan', $5,"
        " 'Cô Chủ nhiệm', now(), now())",
        school_id,
        remark_id,
        cast.student.id,
        cast.class_id,
        cast["homeroom_teacher"].account_id,
    )
    await owner.execute(
        "insert into homework (school_id, id, class_id, subject, text, search_key, set_day,"
        " due_day, author_account_id, author_name, created_at, changed_at)"
        " values ($1, $2, $3, 'Toán', 'Bài 1', 'toan bai 1', '2026-11-16', '2026-11-18', $4,"
        " 'Thầy Toán', now(), now())",
        school_id,
        homework_id,
        cast.class_id,
        cast["subject_teacher"].account_id,
    )
    await owner.execute(
        "insert into lesson (school_id, id, class_id, day, subject, text, search_key,"
        " author_account_id, author_name, created_at, changed_at) values ($1, $2, $3,"
        " '2026-11-16', 'Toán', 'Phân số', 'toan phan so', $4, 'Thầy Toán', now(), now())",
        school_id,
        lesson_id,
        cast.class_id,
        cast["subject_teacher"].account_id,
    )
    return {"remark_id": remark_id, "homework_id": homework_id, "lesson_id": lesson_id}


async def _box(world: World, school_id: int) -> SchoolBox:
    wrapped = await world.owner.fetchval(
        "select wrapped from school_key where school_id = $1", school_id
    )
    return world.resources.vault.school_box(wrapped, school_id)
