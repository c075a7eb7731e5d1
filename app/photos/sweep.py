"""Deletes the objects that nobody points at; done by the worker, each minute."""

import asyncio
from typing import Final

import structlog

from app import db
from app.photos import queries
from app.storage import Storage, StorageAway

_EVERY_S: Final = 60.0
_BATCH: Final = 50

_log = structlog.get_logger(__name__)


async def sweep(pool: db.Pool, storage: Storage) -> int:
    """Delete what is due in all schools; how many objects.

    The storage is called within the transaction, against the custom: the row that is being deleted
    holds back whoever would put the same picture again, until it is truly gone.

    Raises:
        StorageAway: what was not deleted is still on the list.
    """
    deleted = 0
    while True:
        async with db.transaction(pool) as conn:
            keys = await queries.take_due(conn, limit=_BATCH)
            for key in keys:
                await storage.delete(key)
        deleted += len(keys)
        if len(keys) < _BATCH:
            return deleted


async def keep_sweeping(pool: db.Pool, storage: Storage) -> None:
    """Sweep for ever; a storage or a PostgreSQL that is away is waited for."""
    while True:
        try:
            deleted = await sweep(pool, storage)
            if deleted:
                _log.info("photos.swept", objects=deleted)
        except StorageAway as error:
            _log.warning("photos.storage_away", error=type(error.__cause__).__name__)
        except Exception as error:
            if db.is_away(error):
                _log.warning("photos.postgres_away", error=type(error).__name__)
            else:
                _log.exception("photos.bug", error=type(error).__name__)
        await asyncio.sleep(_EVERY_S)
