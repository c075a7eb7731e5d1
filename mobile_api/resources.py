"""What a running API holds, made once by the composition root and reached through app.state."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from redis.asyncio import Redis

from app.attendance.desk import ScanDesk
from app.crypto import Vault
from app.db import Pool
from app.fees.receiving.door import WebhookDoor
from app.identity.otp import CodeSender
from app.identity.passwords import PasswordHasher
from app.identity.tokens import AccessTokens
from app.limits import Limiter
from app.settings import Settings
from app.storage import Storage
from mobile_api.streams import StreamHub

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Resources:
    settings: Settings
    pool: Pool
    redis: Redis
    vault: Vault
    tokens: AccessTokens
    passwords: PasswordHasher
    limiter: Limiter
    desk: ScanDesk
    streams: StreamHub
    storage: Storage
    codes: CodeSender | None = None
    clock: Clock = utc_now
    # Few at a time: a large sheet takes a hundred times its size of memory while it is read.
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    webhooks: WebhookDoor = field(init=False)

    def __post_init__(self) -> None:
        self.webhooks = WebhookDoor(self.pool, self.vault, self.limiter)


def resources_of(request: "Request[Any, Any, Any]") -> Resources:
    resources: Resources = request.app.state.resources
    return resources
