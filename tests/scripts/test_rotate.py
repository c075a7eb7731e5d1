"""`cong-truong admin rotate-key` leaves nothing that only the old master key reads."""

import asyncio

import asyncpg
import msgspec
import pytest

from app.contact_book.attachments.department import OF_DEPARTMENT
from app.crypto import Undecryptable, Vault
from app.identity.accounts import PHONE_PURPOSE
from app.keys import KeyRing
from app.schools.guardians.service import PHONE_FIELD
from app.schools.pickups.service import PHONE_FIELD as PICKUP_FIELD
from app.settings import Settings
from scripts import rotate
from scripts.errors import CommandFailed
from tests.conftest import MASTER_KEY
from tests.world import World

NEW = "2:" + "22" * 32


async def rotated(settings: Settings, said: list[str]) -> rotate.Moved:
    both = msgspec.structs.replace(settings, master_key=f"{MASTER_KEY},{NEW}")
    # In a thread: the command runs its own event loop.
    return await asyncio.to_thread(rotate.main, both, say=said.append)


async def test_afterwards_the_new_key_alone_reads_every_phone(
    settings: Settings, owner: asyncpg.Connection, world: World
) -> None:
    school, other = await world.school(), await world.school()
    students = [await world.student(each) for each in (school, other)]
    mother = await world.guardian(*students)
    said: list[str] = []
    moved = await rotated(settings, said)
    assert (moved.accounts, moved.schools, moved.guardians, moved.cards_left) == (1, 2, 2, 2)
    assert len(said) == 2
    alone = Vault(KeyRing.parse(NEW))
    account = await owner.fetchrow("select phone_sealed, phone_index from account")
    assert account is not None
    assert alone.open(account["phone_sealed"], purpose=PHONE_PURPOSE) == mother.phone
    assert account["phone_index"] == alone.phone_index(mother.phone)
    for row in await owner.fetch("select * from guardian natural join school_key"):
        box = alone.school_box(row["wrapped"], row["school_id"])
        assert box.open(row["phone_sealed"], field=PHONE_FIELD) == mother.phone
        assert row["phone_index"] == alone.phone_index(mother.phone)


async def test_printed_codes_stay_those_of_their_guardian(
    settings: Settings, owner: asyncpg.Connection, world: World
) -> None:
    student = await world.student(await world.school())
    mother = await world.guardian(student)
    await owner.execute(
        """
        insert into activation_code (school_id, id, student_id, guardian_id, phone_index, code_mac,
               created_by, created_at, expires_at)
        select g.school_id, gen_random_uuid(), $1, g.id, g.phone_index, $2, $3, now(), now()
          from guardian g
        """,
        student.id,
        b"mac",
        mother.account_id,
    )
    await rotated(settings, [])
    assert await owner.fetchval(
        "select c.phone_index = g.phone_index from activation_code c"
        " join guardian g on g.school_id = c.school_id and g.id = c.guardian_id"
    )


async def test_who_may_fetch_a_child_is_found_by_phone_as_before(
    settings: Settings, owner: asyncpg.Connection, world: World
) -> None:
    student = await world.student(await world.school())
    mother = await world.guardian(student)
    old = world.resources.vault
    wrapped = await owner.fetchval("select wrapped from school_key")
    box = old.school_box(wrapped, student.school_id)
    await owner.execute(
        """
        insert into pickup_person (school_id, id, student_id, name, relation, phone_sealed,
               phone_index, from_day, state, proposed_by)
        values ($1, gen_random_uuid(), $2, 'Bà Nội', 'grandparent', $3, $4, current_date,
               'proposed', $5)
        """,
        student.school_id,
        student.id,
        box.seal(mother.phone, field=PICKUP_FIELD),
        old.phone_index(mother.phone),
        mother.account_id,
    )
    assert (await rotated(settings, [])).pickups == 1
    index = await owner.fetchval("select phone_index from pickup_person")
    assert index == Vault(KeyRing.parse(NEW)).phone_index(mother.phone)


async def test_before_it_the_new_key_alone_reads_nothing(
    owner: asyncpg.Connection, world: World
) -> None:
    await world.guardian(await world.student(await world.school()))
    sealed = await owner.fetchval("select phone_sealed from account")
    with pytest.raises(Undecryptable):
        Vault(KeyRing.parse(NEW)).open(sealed, purpose=PHONE_PURPOSE)


async def test_a_second_time_it_finds_nothing_to_move(settings: Settings, world: World) -> None:
    await world.guardian(await world.student(await world.school()))
    await rotated(settings, [])
    again = await rotated(settings, [])
    assert (again.accounts, again.schools, again.guardians) == (0, 0, 0)


async def test_with_one_key_it_says_what_to_give(settings: Settings) -> None:
    with pytest.raises(CommandFailed, match="1:OLD,2:NEW"):
        await asyncio.to_thread(rotate.main, settings, say=print)


async def test_the_department_s_files_are_still_read_under_the_new_key(
    settings: Settings, owner: asyncpg.Connection, world: World
) -> None:
    old = world.resources.vault
    wrapped = old.new_school_key()
    sealed = old.school_box(wrapped, OF_DEPARTMENT).seal_bytes(b"%PDF", field="attachment:x")
    await owner.execute(
        "insert into department_attachment (id, uploaded_by, kind, name, bytes, pages, object_key,"
        " wrapped_key, created_at, unbound_since) values (gen_random_uuid(), gen_random_uuid(),"
        " 'pdf', 'a.pdf', 4, 1, 'x', $1, now(), now())",
        wrapped,
    )
    await rotated(settings, [])
    again = await owner.fetchval("select wrapped_key from department_attachment")
    alone = Vault(KeyRing.parse(NEW))
    box = alone.school_box(again, OF_DEPARTMENT)
    assert box.open_bytes(sealed, field="attachment:x") == b"%PDF"
