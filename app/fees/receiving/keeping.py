"""What the workers do for receiving, for ever: take what came, and ask for what did not."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from app import db
from app.crypto import Vault
from app.fees.receiving.gateways import gateways
from app.fees.receiving.polling import keep_polling
from app.fees.receiving.taker import CONNECTIONS, keep_taking
from app.settings import Settings


async def keep_receiving(
    settings: Settings, finder: db.Pool, *, clock: Callable[[], datetime]
) -> None:
    """Take and ask, on connections of their own: a paid family waits for no other work.

    `finder` works under the worker's role.
    """
    vault, ways = Vault(settings.key_ring), gateways(settings)
    # Planning anew what is found by keys took a third of an event's CPU in PostgreSQL.
    pool = await db.create_pool(
        settings.require_database_url(), role=db.APP_ROLE, size=CONNECTIONS, plans_once=True
    )
    try:
        await asyncio.gather(
            keep_taking(finder, pool, vault=vault, gateways=ways, clock=clock),
            keep_polling(finder, pool, vault=vault, gateways=ways, clock=clock),
        )
    finally:
        await pool.close()
