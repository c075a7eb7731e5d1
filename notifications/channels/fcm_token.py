"""The OAuth access token of a service account (RFC 7523), refreshed without blocking the loop."""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from google.auth import exceptions as google_errors
from google.auth.transport.requests import Request
from google.oauth2 import service_account


class TokenRefused(Exception):
    """Google refuses the service account, or our clock is wrong."""


class TokenUnavailable(Exception):
    """Google's token endpoint cannot be reached."""


class AccessToken:
    """An access token, fetched in a thread, by one caller for all, and before the old one ends."""

    _EARLY_S: Final = 300.0
    _RETRY_S: Final = 10.0
    _UNSAID_S: Final = 3600.0

    def __init__(self, google: service_account.Credentials, *, timeout_s: float) -> None:
        self._google = google
        self._timeout_s = timeout_s
        self._token = ""
        self._renew_at = self._dead_at = 0.0
        self._refreshing: asyncio.Task[None] | None = None

    async def current(self) -> str:
        """A token that is good for a while.

        Raises:
            TokenRefused, TokenUnavailable.
        """
        now = monotonic()
        if now < self._renew_at:
            return self._token
        refreshing = self._refresh()
        if now < self._dead_at:
            return self._token
        await self._wait_for(refreshing)
        return self._token

    async def renewed(self, *, refused: str) -> str:
        """Another token than `refused`, unless a newer one is already there."""
        if self._token == refused:
            await self._wait_for(self._refresh())
        return self._token

    def _refresh(self) -> asyncio.Task[None]:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._fetch())
            self._refreshing.add_done_callback(_heard)
        return self._refreshing

    async def close(self) -> None:
        """Stop waiting for a refresh; its thread ends by its own timeout."""
        if self._refreshing is not None:
            self._refreshing.cancel()

    async def _wait_for(self, refreshing: asyncio.Task[None]) -> None:
        try:
            await asyncio.wait_for(asyncio.shield(refreshing), self._timeout_s)
        except TimeoutError:
            raise TokenUnavailable from None

    async def _fetch(self) -> None:
        try:
            token, lifetime_s = await asyncio.to_thread(self._fetch_blocking)
        except google_errors.GoogleAuthError as error:
            if monotonic() + self._RETRY_S < self._dead_at:
                # The old token serves on; ask again in a while, not with every message.
                self._renew_at = monotonic() + self._RETRY_S
            refused = isinstance(error, google_errors.RefreshError) and not error.retryable
            # Not chained: the error may quote Google's answer.
            raise (TokenRefused if refused else TokenUnavailable) from None
        now = monotonic()
        self._token = token
        self._renew_at = now + lifetime_s - min(self._EARLY_S, lifetime_s / 5)
        self._dead_at = now + lifetime_s - min(self._RETRY_S, lifetime_s / 10)

    def _fetch_blocking(self) -> tuple[str, float]:
        request = Request()
        try:
            self._google.refresh(  # type: ignore[no-untyped-call]
                lambda *args, **kwargs: request(*args, **{**kwargs, "timeout": self._timeout_s})
            )
        finally:
            request.session.close()
        token, expiry = self._google.token, self._google.expiry
        if expiry is None:
            return str(token), self._UNSAID_S
        return str(token), (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()


def _heard(task: asyncio.Task[None]) -> None:
    """Take the exception of a refresh nobody waits for, lest asyncio complain about it."""
    if not task.cancelled():
        task.exception()
