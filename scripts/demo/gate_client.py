"""A gate's phone as the API sees it: it logs in, sends, waits when told to, and tries again."""

import asyncio
from typing import Any, Final
from uuid import UUID

import aiohttp
import msgspec

from scripts.errors import CommandFailed

_TRIES: Final = 8
_BUSY: Final = frozenset({502, 503, 504})
_MAX_WAIT_S: Final = 60.0


class Unreachable(Exception):
    """No answer: the same must be sent again."""


class GateClient:
    """One device's session with the API. Safe to call again after `Unreachable`."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, device_id: UUID) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._device_id = device_id
        self._access = self._refresh = ""
        self._waited_s = 0.0

    async def login(self, *, phone: str, password: str, name: str) -> None:
        """Open a session.

        Raises:
            CommandFailed: the API is not there, or does not know the demo's guard.
        """
        body = {
            "phone": phone,
            "password": password,
            "device": {"id": self._device_id, "name": name, "platform": "android"},
        }
        try:
            status, answer = await self._call("POST", "/v1/auth/login", body)
        except Unreachable:
            raise CommandFailed(f"nothing answers at {self._base_url}. Is it served?") from None
        if status != 200:
            raise CommandFailed(
                f"{phone} cannot log in at {self._base_url} ({status}). Is it the demo?"
            )
        self._keep(answer)

    async def scans(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The results, in the order sent.

        Raises:
            Unreachable: send the same again.
            CommandFailed: the API refuses the batch as such.
        """
        answer = await self._signed("POST", "/v1/attendance/scans", body)
        results: list[dict[str, Any]] = answer["results"]
        return results

    async def mark(self, body: dict[str, Any]) -> dict[str, Any]:
        """The result of marking a pupil by name. Raises as `scans` does."""
        return await self._signed("POST", "/v1/attendance/marks", body)

    async def beat(self, body: dict[str, Any]) -> None:
        """Say that the scanner is open, or closed. Raises as `scans` does."""
        await self._signed("PUT", f"/v1/attendance/scanners/{self._device_id}", body)

    def take_waited_s(self) -> float:
        """Seconds that the API has had us wait since the last question."""
        waited_s, self._waited_s = self._waited_s, 0.0
        return waited_s

    async def _signed(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        status, answer = await self._signed_call(method, path, body)
        if status != 200:
            raise CommandFailed(f"{method} {path} was answered {status}: {answer.get('title')}")
        return answer

    async def _signed_call(
        self, method: str, path: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        status, answer = await self._call(method, path, body)
        if status == 401 and await self._renew():
            status, answer = await self._call(method, path, body)
        return status, answer

    async def _renew(self) -> bool:
        body = {"refresh_token": self._refresh, "device_id": self._device_id}
        status, answer = await self._call("POST", "/v1/auth/refresh", body)
        if status == 200:
            self._keep(answer)
        return status == 200

    def _keep(self, answer: dict[str, Any]) -> None:
        self._access, self._refresh = answer["access_token"], answer["refresh_token"]

    async def _call(
        self, method: str, path: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any]]:
        """Status and body; a 429 or a busy server is waited for."""
        for attempt in range(_TRIES):
            try:
                status, answer, retry_after = await self._once(method, path, body)
            except (aiohttp.ClientError, TimeoutError):
                raise Unreachable from None
            if status != 429 and status not in _BUSY:
                return status, answer
            is_told = retry_after is not None and retry_after.isdigit()
            wait_s = min(float(retry_after or 0) if is_told else 0.2 * 2**attempt, _MAX_WAIT_S)
            self._waited_s += wait_s
            await asyncio.sleep(wait_s)
        raise Unreachable

    async def _once(
        self, method: str, path: str, body: dict[str, Any]
    ) -> tuple[int, dict[str, Any], str | None]:
        headers = {"Content-Type": "application/json", "Accept-Language": "vi"}
        if self._access:
            headers["Authorization"] = f"Bearer {self._access}"
        async with self._http.request(
            method, self._base_url + path, data=msgspec.json.encode(body), headers=headers
        ) as response:
            raw = await response.read()
            is_json = "json" in response.content_type and raw
            answer = msgspec.json.decode(raw) if is_json else {}
            return response.status, answer, response.headers.get("Retry-After")
