"""What is asked of the directory by an account alone goes by a key, ended links included."""

import asyncpg

from tests.world import World

ACCOUNT_TABLES = ["guardianship", "membership", "session"]


async def read_through(owner: asyncpg.Connection) -> dict[str, int]:
    """How often each table was read from its beginning to its end."""
    rows = await owner.fetch(
        "select relname, seq_scan from pg_stat_xact_user_tables where relname = any($1::text[])",
        ACCOUNT_TABLES,
    )
    return {row["relname"]: row["seq_scan"] for row in rows}


async def test_linking_an_account_in_use_reads_no_table_of_the_directory_through(
    owner: asyncpg.Connection, world: World
) -> None:
    school = await world.school()
    student = await world.student(school, "Lê An")
    person = await world.account(password="mật-khẩu-của-ai-đó")
    await owner.execute("update account set phone_proved_at = null")
    async with owner.transaction():
        before = await read_through(owner)
        await owner.execute("set local role ct_app; set local enable_seqscan = off")
        await owner.execute(
            "insert into guardianship (school_id, student_id, guardian_id, account_id, relation)"
            " values ($1, $2, gen_random_uuid(), $3, 'mother')",
            school.id,
            student.id,
            person.account_id,
        )
        after = await read_through(owner)
        waits = await owner.fetchval("select bool_and(account_id is null) from guardianship")
    assert waits
    assert after == before
