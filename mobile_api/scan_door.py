"""The short way in for scans: most of a school's morning is one route.

A plain `POST` of scans is answered before the framework's routing, request and response, which
cost a check-in as much CPU as its decision. Whatever is not plain takes the long way, to the route
in attendance.py; both end at `answer_scans`, and errors look the same (docs/decisions/0019).
"""

from typing import Final, cast

from litestar import Litestar
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from mobile_api.attendance import SCANS_PATH, answer_scans
from mobile_api.bodies import JSON
from mobile_api.problems import problem_of
from mobile_api.resources import Resources

# Any of these asks for something the short way does not do.
_UNUSUAL: Final = frozenset({b"content-encoding", b"transfer-encoding", b"expect"})
_PLAIN_JSON: Final = frozenset(
    {JSON.encode(), f"{JSON}; charset=utf-8".encode(), f"{JSON};charset=utf-8".encode()}
)


class ScanDoor:
    """Stands before the app; lets through what is not a plain batch of scans."""

    def __init__(self, app: Litestar, long_way: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._long_way = long_way
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A websocket has no method.
        if scope.get("path") != SCANS_PATH or scope.get("method") != "POST":
            await self._long_way(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_once = len(headers) == len(list(scope["headers"]))
        is_bare = not (scope.get("root_path") or scope["query_string"])
        if not is_bare or not is_once or not self._is_plain(headers):
            await self._long_way(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        await self._answer(cast(HTTPScope, scope), receive, send, headers, body)

    def _is_plain(self, headers: dict[bytes, bytes]) -> bool:
        length = headers.get(b"content-length", b"")
        return (
            headers.get(b"content-type", b"").lower() in _PLAIN_JSON
            and length.isdigit()
            and 0 < int(length) <= self._max_body_bytes
            and _UNUSUAL.isdisjoint(headers)
        )

    async def _answer(
        self,
        scope: HTTPScope,
        receive: Receive,
        send: Send,
        headers: dict[bytes, bytes],
        body: bytes,
    ) -> None:
        resources: Resources = self._app.state.resources
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        try:
            answer = await answer_scans(resources, authorization=authorization, body=body)
        except Exception as error:
            request = self._app.request_class(scope, receive, send)
            response = problem_of(request, error).to_asgi_response(None, request)
            await response(scope, receive, send)
            return
        length = str(len(answer)).encode()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", JSON.encode()),
                    (b"content-length", length),
                ],
            }
        )
        await send({"type": "http.response.body", "body": answer, "more_body": False})


async def _body(receive: Receive) -> bytes | None:
    """The body; None: the phone is gone."""
    chunks: list[bytes] = []
    message = await receive()
    while message["type"] == "http.request":
        chunks.append(message["body"])
        if not message.get("more_body"):
            return b"".join(chunks)
        message = await receive()
    return None
