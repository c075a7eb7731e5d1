"""What the paths of the walk name, in the first school and in the other."""

from typing import Any

import asyncpg
import httpx

from app.ids import new_id
from tests.cast import Cast
from tests.mobile_api import walk_things as things
from tests.mobile_api.walk_fees import NAMES as FEE_NAMES
from tests.mobile_api.walk_fees import fee_ids
from tests.mobile_api.walk_office import NAMES as OFFICE_NAMES
from tests.mobile_api.walk_office import office_ids
from tests.mobile_api.walk_paying import paying_ids
from tests.mobile_api.walk_threads import thread_ids
from tests.world import Person, World


async def named_ids(
    world: World, api: httpx.AsyncClient, cast: Cast, vice: Person
) -> dict[str, Any]:
    school, owner, guardian = cast.school, world.owner, cast["guardian"]
    spare_class = await world.school_class(school, "6A7")
    fees = await fee_ids(world, cast)
    paying = await paying_ids(world, cast, fees)
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", guardian.account_id
    )
    return {
        "school_id": school.id,
        "unit_id": 1,
        "spare_unit_id": await world.org_unit(unit_id=3, parent_id=1),
        "campus_id": school.campus_id,
        "spare_campus_id": await things.spare_campus(owner, school),
        "shift_id": school.morning_id,
        "spare_shift_id": await things.spare_shift(owner, school),
        "station_id": school.gate_id,
        "class_id": school.class_id,
        "next_class_id": cast.next_class_id,
        "spare_class_id": spare_class,
        "student_id": cast.student.id,
        "guardian_id": guardian_id,
        "waiting_id": await things.waiting_guardian(world, cast),
        "document_id": await things.document(world, cast, guardian_id),
        "staff_id": cast["guard"].person_id,
        "vice_id": vice.person_id,
        "guards_device_id": cast["guard"].device_id,
        "lost_device_id": await things.lost_device(world, school),
        "substitute_id": await things.substitute(world, school),
        "pickup_id": await things.pickup(owner, cast, guardian.account_id),
        "dispute_id": await things.dispute(owner, cast, guardian.account_id),
        "hours_correction_id": await things.hours_correction(owner, cast),
        "correction_id": await things.correction(owner, cast),
        "uncertain_id": await things.uncertain_scan(owner, cast),
        "request_id": await things.leave(world, cast, guardian.account_id),
        "closure_id": await things.closure(owner, school, cast["principal"]),
        "other_closure_id": await things.closure(owner, cast.other, cast["other principal"]),
        "attachment_id": await things.attachment(world, cast, guardian.account_id),
        "department_file_id": await things.department_file(world.owner, cast["department_admin"]),
        **await things.announcements(owner, cast, vice),
        **await things.daily_book(owner, cast),
        **await thread_ids(world, cast, vice),
        **fees,
        **paying,
        **await office_ids(world, cast, fees),
        "token": "A" * 68,
        "file_token": "A" * 79,
        "day": "2026-11-16",
        "holiday": await things.holiday(owner, school),
        "card_token": cast.student.token,
        "session_id": (await world.session(guardian.account_id)).session_id,
        "item_id": await things.item(owner, guardian.account_id),
        "event_id": await things.scan(api, world, cast),
        "job_id": await things.job(owner, school, cast["principal"]),
        "other_job_id": await things.job(owner, cast.other, cast["other principal"]),
    }


async def foreign_ids(owner: asyncpg.Connection, cast: Cast) -> dict[str, Any]:
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
        "attachment_id": new_id(),
        "dispute_id": new_id(),
        "hours_correction_id": new_id(),
        "correction_id": new_id(),
        "uncertain_id": new_id(),
        "request_id": new_id(),
        "announcement_id": new_id(),
        "draft_id": new_id(),
        "remark_id": new_id(),
        "lesson_id": new_id(),
        "homework_id": new_id(),
        "group_id": new_id(),
        "closure_id": await owner.fetchval("select id from closure where school_id = $1", other.id),
        "session_id": cast["other guardian"].session_id,
        "job_id": await owner.fetchval("select id from job where school_id = $1", other.id),
        **dict.fromkeys(
            ("thread_id", "message_id", "fathers_message_id", "block_id", "report_id"), new_id()
        ),
        **dict.fromkeys(("bill_id", "invoice_id", "offer_id", "intent_id", "receipt_id"), new_id()),
        **dict.fromkeys(FEE_NAMES, new_id()),
        **dict.fromkeys(OFFICE_NAMES, new_id()),
        "covered_id": cast["other homeroom_teacher"].person_id,
        "stand_in_id": cast["other subject_teacher"].person_id,
        **dict(zip(("class_id", "next_class_id", "spare_class_id"), classes, strict=True)),
        **dict(zip(("staff_id", "vice_id"), staff, strict=True)),
        "substitute_id": cast["other guard"].person_id,
        "guards_device_id": cast["other guard"].device_id,
        "lost_device_id": cast["other guard"].device_id,
    }
