"""Sessions that nobody will use again, thrown away by the day's upkeep."""

from app import db


async def end_expired(conn: db.Conn, *, days: int) -> int:
    """End sessions that were over `days` ago, and with them their pushes; how many.

    An ended row is what a later deletion may take: one that is merely over still stands for the
    pushes of its phone, which its owner ends by ending it.
    """
    return await db.run(
        conn,
        """
        update session set revoked_at = now(), revoked_reason = 'expired'
         where revoked_at is null and expires_at < now() - $1 * interval '1 day'
        """,
        days,
    )


async def delete_ended(conn: db.Conn, *, days: int) -> int:
    """Forget sessions that ended more than `days` ago; how many."""
    return await db.run(
        conn, "delete from session where revoked_at < now() - $1 * interval '1 day'", days
    )
