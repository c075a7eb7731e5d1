"""What was sent in and belongs to nothing for a day is deleted; done by the worker's upkeep."""

from datetime import timedelta
from typing import Final

from app import db
from app.contact_book.attachments.service import objects_of

UNBOUND: Final = timedelta(hours=24)


async def sweep_unbound(conn: db.Conn, *, limit: int) -> int:
    """Delete rows of all schools, and list their objects to be deleted; how many files.

    What is bound at this moment is looked at again once that is committed, and stays.
    """
    rows = await db.rows(
        conn,
        """
        delete from attachment a
         using (select school_id, id from attachment
                 where unbound_since < now() - $1::interval
                 order by unbound_since limit $2) due
         where a.school_id = due.school_id and a.id = due.id
           and a.unbound_since < now() - $1::interval
        returning a.school_id, a.object_key
        """,
        UNBOUND,
        limit,
    )
    objects = [(row["school_id"], key) for row in rows for key in objects_of(row["object_key"])]
    await db.run(
        conn,
        """
        insert into discarded_object (school_id, key, due_at)
        select school_id, key, now() from unnest($1::int[], $2::text[]) as q (school_id, key)
         order by school_id, key
            on conflict do nothing -- its sender has deleted it, and the storage was away since
        """,
        [school_id for school_id, _ in objects],
        [key for _, key in objects],
    )
    return len(rows)


async def sweep_departments(conn: db.Conn, *, limit: int) -> int:
    """As `sweep_unbound`, of the department's."""
    rows = await db.rows(
        conn,
        """
        delete from department_attachment a
         using (select id from department_attachment
                 where unbound_since < now() - $1::interval
                 order by unbound_since limit $2) due
         where a.id = due.id and a.unbound_since < now() - $1::interval
        returning a.object_key
        """,
        UNBOUND,
        limit,
    )
    await db.run(
        conn,
        """
        insert into department_discarded_object (key, due_at)
        select key, now() from unnest($1::text[]) as key order by key on conflict do nothing
        """,
        [key for row in rows for key in objects_of(row["object_key"])],
    )
    return len(rows)
