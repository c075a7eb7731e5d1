"""`Idempotency-Key` at the edge: which routes honour it, its form, and the answer sent again.

After draft-ietf-httpapi-idempotency-key-header. Litestar renders the answer before it closes the
transaction, so the answer is kept in the same commit as the effect (deps.py).
"""

import re
from functools import cache
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from app.errors import Malformed
from app.idempotency import Answer, Attempt

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
# In a handler's `opt`: its answer is nobody's to keep, so the header is not honoured.
KEEPS_NO_ANSWER: Final = "keeps_no_answer"
# Visible ASCII without quote and backslash, plain or as the draft's string (RFC 9651).
KEY_PATTERN: Final = r'^("[!#-\[\]-~]{1,255}"|[!#-\[\]-~]{1,255})$'

_KEY = re.compile(KEY_PATTERN)
_UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ANSWER: Final = "idempotent_answer"


class BadIdempotencyKey(Malformed):
    """Idempotency-Key không hợp lệ | The Idempotency-Key is not valid"""


class Replay(Exception):
    """Ends a request that was answered before, with that answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


class AnswerResponse(Response[Any]):
    """What handlers return becomes this; it is remembered where its transaction keeps it."""

    def to_asgi_response(
        self, app: Any, request: Request[Any, Any, Any], **rest: Any
    ) -> ASGIResponse:
        response = super().to_asgi_response(app, request, **rest)
        state = request.scope["state"]  # `request.state` wraps it anew each time, with a lock
        if _ANSWER in state:
            state[_ANSWER] = response
        return response


@cache
def honours(handler: HTTPRouteHandler) -> bool:
    """Whether a route, for those who are logged in, keeps its answer.

    Only what runs in the request's own transaction can: without `tx` the effect is committed before
    the answer is known (scans have event ids instead, at no cost). And only plain data: what is
    made by hand is a file, or sets a cookie.
    """
    signature = handler.parsed_fn_signature
    return (
        bool(_UNSAFE & handler.http_methods)
        and "tx" in signature.parameters
        and not signature.return_type.is_subclass_of(Response)
        and not handler.opt.get(KEEPS_NO_ANSWER)
    )


async def attempt_of(request: Request[Any, Any, Any], *, account_id: UUID) -> Attempt | None:
    """The request under its key; None without the header or where it is not honoured.

    It reads the body: call it before a connection is taken, since a phone may send slowly.

    Raises:
        BadIdempotencyKey: too long, empty, given twice, or of characters that none has.
    """
    given = request.headers.getall(HEADER, [])
    if not given or not honours(request.route_handler):
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise BadIdempotencyKey(
            (
                "Một giá trị từ 1 đến 255 ký tự ASCII, không có khoảng trắng, ví dụ một UUID.",
                "One value of 1 to 255 ASCII characters without spaces, such as a UUID.",
            )
        )
    request.state[_ANSWER] = None
    return Attempt(
        account_id=account_id,
        key=given[0].strip('"'),
        request=_told_apart_by(request.scope, await request.body()),
    )


def answer_of(request: Request[Any, Any, Any]) -> Answer:
    """The answer that the handler has given, as it will go out."""
    response: ASGIResponse = request.state[_ANSWER]
    return Answer(
        status=response.status_code,
        headers={k: v for k, v in response.headers.items() if k.lower() != "content-length"},
        body=response.body.decode(),
    )


def on_replay(_request: Request[Any, Any, Any], replay: Replay) -> Response[bytes]:
    """The answer of before, marked."""
    answer = replay.answer
    headers = answer.headers | {REPLAYED: "true"}
    return Response(answer.body.encode(), status_code=answer.status, headers=headers)


def _told_apart_by(scope: Any, body: bytes) -> bytes:
    """Method, path, query and body, each byte as it was sent. None of the first holds a newline."""
    return b"\n".join(
        (scope["method"].encode(), scope["raw_path"] + b"?" + scope["query_string"], body)
    )
