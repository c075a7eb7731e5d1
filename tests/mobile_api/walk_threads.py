"""What lies in the walk's school of messages: a thread with the homeroom teacher, and about it."""

from datetime import timedelta
from typing import Any

from app.ids import new_id
from tests.cast import Cast
from tests.world import Person, World


async def thread_ids(world: World, cast: Cast, vice: Person) -> dict[str, Any]:
    """Two guardians have written; the father was reported, and stopped. Both principals look in."""
    run, school_id = world.owner.execute, cast.school.id
    now = world.resources.clock()
    thread_id, message_id, fathers_id, block_id, report_id = (new_id() for _ in range(5))
    father, mother = new_id(), cast["guardian"].account_id
    await run(
        "insert into thread (school_id, id, student_id, kind, opened_by, created_at, last_at,"
        " last_seq) values ($1, $2, $3, 'homeroom', $4, $5, $5, 2)",
        school_id,
        thread_id,
        cast.student.id,
        mother,
        now,
    )
    for seq, (sent_id, author, name) in enumerate(
        ((message_id, mother, "Lê Thị Mẹ"), (fathers_id, father, "Nguyễn Văn Cha")), start=1
    ):
        await run(
            "insert into thread_message (school_id, thread_id, seq, id, author_account_id,"
            " author_kind, author_name, text, search_key, sent_at)"
            " values ($1, $2, $3, $4, $5, 'guardian', $6, 'Thưa cô', 'thua co', $7)",
            school_id,
            thread_id,
            seq,
            sent_id,
            author,
            name,
            now,
        )
    await run(
        "insert into thread_block (school_id, id, thread_id, account_id, reason, set_by, set_at)"
        " values ($1, $2, $3, $4, 'Thô tục', $5, $6)",
        school_id,
        block_id,
        thread_id,
        father,
        cast["homeroom_teacher"].account_id,
        now,
    )
    await run(
        "insert into message_report (school_id, id, thread_id, message_id, reported_by,"
        " reporter_kind, reporter_name, reason, created_at)"
        " values ($1, $2, $3, $4, $5, 'staff', 'Cô Cũ', 'Thô tục', $6)",
        school_id,
        report_id,
        thread_id,
        fathers_id,
        new_id(),
        now,
    )
    for principal in (cast["principal"], vice):
        await run(
            "insert into thread_access (school_id, id, thread_id, account_id, name, reason,"
            " from_at, until_at) values ($1, $2, $3, $4, 'Ban giám hiệu', 'Báo cáo', $5, $6)",
            school_id,
            new_id(),
            thread_id,
            principal.account_id,
            now,
            now + timedelta(hours=24),
        )
    stand_in = await world.staff(cast.school, "subject_teacher", "Cô Dạy Thay")
    covered_id = cast["homeroom_teacher"].person_id
    await run(
        "insert into thread_stand_in (school_id, id, staff_id, stand_in_id, from_at, until_at,"
        " set_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $5)",
        school_id,
        new_id(),
        covered_id,
        stand_in.person_id,
        now,
        now + timedelta(days=3),
        cast["principal"].account_id,
    )
    return {
        "thread_id": thread_id,
        "message_id": message_id,
        "fathers_message_id": fathers_id,
        "block_id": block_id,
        "report_id": report_id,
        "covered_id": covered_id,
        "stand_in_id": stand_in.person_id,
    }
