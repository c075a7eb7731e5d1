"""A batch of scans gets the same answer by the short way and by the route."""

from typing import Any

import httpx
import pytest

from mobile_api import scan_door
from mobile_api.attendance import answer_scans
from tests.gate import Gate
from tests.world import Student

# Says nothing, but is not plain: the route answers.
LONG_WAY = {"Content-Encoding": "identity"}


@pytest.fixture
def short_answers(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that went in by the short way."""
    seen: list[bytes] = []

    async def watched(*args: Any, body: bytes, **rest: Any) -> bytes:
        seen.append(body)
        return await answer_scans(*args, body=body, **rest)

    monkeypatch.setattr(scan_door, "answer_scans", watched)
    return seen


def shown(response: httpx.Response) -> tuple[int, str, str | None, bytes]:
    headers = response.headers
    return (
        response.status_code,
        headers["content-type"],
        headers.get("www-authenticate"),
        response.content,
    )


async def test_both_ways_store_and_answer_alike(
    gate: Gate, student: Student, api: httpx.AsyncClient, short_answers: list[bytes]
) -> None:
    first = await gate.send(gate.scan(student.token))
    request = first.request
    again = await api.post(
        request.url, content=request.content, headers=dict(request.headers) | LONG_WAY
    )
    assert first.json()["results"][0]["outcome"] == "ok"
    assert shown(again) == shown(first)
    assert short_answers == [request.content]


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{", {}),
        (b"{}", {}),
        (b'{"scans": []}', {"Accept-Language": "en"}),
        (b"\xff", {}),
        (b"[" * 5000, {}),
        (None, {"Authorization": ""}),
        (None, {"Authorization": "Basic Zm9v"}),
        (None, {"Authorization": "Bearer x.y.z"}),
        (None, {"Authorization": "Bearer x.y.z", "Accept-Language": "en"}),
        (None, {"Content-Type": "application/json; charset=utf-8"}),
    ],
)
async def test_both_ways_refuse_alike(
    gate: Gate,
    student: Student,
    api: httpx.AsyncClient,
    short_answers: list[bytes],
    content: bytes | None,
    headers: dict[str, str],
) -> None:
    made = (await gate.send(gate.scan(student.token))).request
    body = made.content if content is None else content
    sent = {name: made.headers[name] for name in ("authorization", "content-type")}
    sent |= {name.lower(): value for name, value in headers.items()}
    by_door = await api.post(made.url, content=body, headers=sent)
    by_route = await api.post(made.url, content=body, headers=sent | LONG_WAY)
    assert short_answers == [made.content, body]
    assert shown(by_door) == shown(by_route)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json; charset=utf-16"}, 415),
        ({"content-encoding": "gzip"}, 415),
    ],
)
async def test_what_is_not_plain_goes_to_the_route(
    gate: Gate,
    student: Student,
    api: httpx.AsyncClient,
    short_answers: list[bytes],
    headers: dict[str, str],
    status: int,
) -> None:
    made = (await gate.send(gate.scan(student.token))).request
    short_answers.clear()
    answer = await api.post(made.url, content=made.content, headers=dict(made.headers) | headers)
    assert answer.status_code == status
    assert short_answers == []


async def test_a_body_beyond_the_limit_is_not_read_by_the_short_way(
    gate: Gate, student: Student, api: httpx.AsyncClient, short_answers: list[bytes]
) -> None:
    made = (await gate.send(gate.scan(student.token))).request
    short_answers.clear()
    headers = {name: made.headers[name] for name in ("authorization", "content-type")}
    answer = await api.post(made.url, content=b" " * 1_000_001, headers=headers)
    assert answer.status_code == 413
    assert short_answers == []
