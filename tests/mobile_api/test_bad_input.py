"""Nonsense gets a clear problem in the caller's language, and nothing is written."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import httpx
import msgspec
import pytest
from msgspec import Meta, Struct

from mobile_api.explain import explain
from tests.conftest import Clock
from tests.mobile_api.doors import PASSWORD, device, login, refresh
from tests.mobile_api.walkers import Walk, arrange
from tests.world import World

STUDENTS: Final = "/v1/schools/{school_id}/students"
CLASSES: Final = "/v1/schools/{school_id}/classes"
SCANS: Final = "/v1/attendance/scans"
JSON: Final = {"Content-Type": "application/json"}
MEGABYTES: Final = b"a" * 10_000_000
DEEP: Final = 100_000
# Words that only an English sentence has, and traces of what happens inside.
ENGLISH: Final = re.compile(
    r"\b(the|is|not|expected|got|invalid|missing|unknown|field|value|must|length|body|of|with)\b",
    re.IGNORECASE,
)
INSIDES: Final = re.compile(r"Traceback|\.py\b|asyncpg|msgspec|litestar|_EmptyEnum|\bat `|select ")


class Bad(Struct, frozen=True, kw_only=True):
    """One bad request and what comes of it; `fields`: those that the problem names."""

    why: str
    method: str = "POST"
    path: str = STUDENTS
    raw: bytes | None = None
    body: Any = None
    headers: dict[str, str] = {}
    is_signed_in: bool = True
    status: int = 400
    type: str = "invalid-input"
    fields: list[str] = []


def raw(why: str, content: bytes, **more: Any) -> Bad:
    headers = JSON | more.pop("headers", {})
    return Bad(why=why, raw=content, headers=headers, **more)


def student(**changes: Any) -> dict[str, Any]:
    return {"name": "Lê Thị Dung", "class_id": "{class_id}"} | changes


def envelope(**changes: Any) -> dict[str, Any]:
    at = "2026-11-16T06:52:00+07:00"
    return {"sent_at": at, "sent_mono_ms": 1, "boot_id": "b", "scans": [{}]} | changes


BODIES: Final = [
    raw("nothing", b"", fields=["body"]),
    raw("cut off", b'{"name": "A', fields=["body"]),
    raw("not JSON", b"name=A", fields=["body"]),
    raw("two values", b"{} {}", fields=["body"]),
    raw("null", b"null", fields=["body"]),
    raw("a list", b"[]", fields=["body"]),
    raw("deep lists", b"[" * DEEP, fields=["body"]),
    raw("deep lists, closed", b"[" * DEEP + b"]" * DEEP, fields=["body"]),
    raw("deep objects", b'{"name":' * DEEP, fields=["name"]),
    raw("deep in a free field", b'{"name":"A","fence":' + b'{"a":' * DEEP, fields=["body"],
        path="/v1/schools/{school_id}/campuses"),
    raw("not UTF-8", b'{"name": "\xff\xfe"}', fields=["body"]),
    raw("UTF-16", '{"name": "A"}'.encode("utf-16"), fields=["body"]),
    raw("half a surrogate pair", b'{"name": "a\\ud800b"}', fields=["body"]),
    raw("an endless number", b'{"grade": 1' + b"0" * 5000 + b"}", path=CLASSES, fields=["grade"]),
    raw("a huge number", b'{"grade": 1' + b"0" * 30 + b"}", path=CLASSES, fields=["grade"]),
    raw("an infinite number", b'{"grade": 1e999}', path=CLASSES, fields=["grade"]),
    raw("the same key twice", b'{"name":"A","name":5}', fields=["name"]),
    Bad(why="an unknown field", body=student(extra=1), fields=["body"]),
    Bad(why="a missing field", body={"name": "A"}, fields=["body"]),
    Bad(why="a wrong type", body=student(name=5), fields=["name"]),
    Bad(why="a number as text", body={"grade": "6"}, path=CLASSES, fields=["grade"]),
    Bad(why="text as boolean", body={"items": [{"kind": "x", "channel": "push", "is_enabled": 1}]},
        method="PUT", path="/v1/me/notification-preferences", fields=["items[0].is_enabled"]),
    Bad(why="a number for text", body={"old_password": 1, "new_password": PASSWORD},
        path="/v1/me/password", fields=["old_password"]),
    Bad(why="a field named like something of ours", body={"locale": "fr"}, method="PATCH",
        path="/v1/me", fields=["locale"]),
    Bad(why="NUL", body=student(name="a\0b"), fields=["name"]),
    Bad(why="NUL in another place", body={"phone": "09123\x0045678", "purpose": "reset"},
        path="/v1/auth/otp", fields=["phone"]),
    Bad(why="a line feed in a name", body=student(name="a\nb"), fields=["name"]),
    Bad(why="blanks for a name", body=student(name="   "), fields=["name"]),
    Bad(why="too long a name", body=student(name="a" * 201), fields=["name"]),
    Bad(why="no UUID", body=student(class_id="6A1"), fields=["class_id"]),
    Bad(why="no date", body=student(born_on="16/11/2015"), fields=["born_on"]),
    Bad(why="an unknown choice", body=student(gender="x"), fields=["gender"]),
    Bad(why="an unknown kind of token", body={"kind": "pigeon"}, method="PUT",
        path="/v1/me/push-tokens/{device_id}", fields=["kind"]),
    Bad(why="no digits", body=student(moet_code="12345abcde"), fields=["moet_code"]),
    Bad(why="too many items", body={"shift_ids": ["{class_id}"] * 21}, path=CLASSES,
        fields=["shift_ids"]),
    Bad(why="a long unknown field", body=student(**{"x" * 900_000: 1}), fields=["body"]),
    Bad(why="a batch that is none", path=SCANS, body=[], fields=["body"]),
    Bad(why="a batch of none", path=SCANS, body=envelope(scans=[]), fields=["scans"]),
    Bad(why="a batch of 201", path=SCANS, body=envelope(scans=[{}] * 201), fields=["scans"]),
    Bad(why="a batch without a clock", path=SCANS, body={"scans": [{}]}, fields=["body"]),
    Bad(why="a batch with a bad clock", path=SCANS, body=envelope(sent_at="now"),
        fields=["sent_at"]),
    Bad(why="a batch without a time zone", path=SCANS, fields=["sent_at"],
        body=envelope(sent_at="2026-11-16T06:52:00")),
    raw("a batch that is no JSON", b"{", path=SCANS, fields=["body"]),
    raw("a deep batch", b'{"scans":' + b"[" * DEEP, path=SCANS, fields=["body"]),
    raw("a batch that is not UTF-8", b'{"boot_id": "\xff"}', path=SCANS, fields=["body"]),
    raw("a bad content length", b"{}", headers={"Content-Length": "abc"}, fields=["body"]),
]  # fmt: skip

LARGE: Final = [
    raw("10 MB", MEGABYTES, status=413, type="too-large"),
    raw("10 MB to the scans", MEGABYTES, path=SCANS, status=413, type="too-large"),
    raw("10 MB before login", MEGABYTES, path="/v1/auth/login", status=413, type="too-large"),
    raw("10 MB without a name", MEGABYTES, is_signed_in=False, status=413, type="too-large"),
]

MEDIA: Final = [
    Bad(why=why, raw=b'{"name": "A"}', headers=headers, status=415, type="unsupported-media",
        path=path)
    for path in (STUDENTS, SCANS, "/v1/auth/login")
    for why, headers in {
        "a form": {"Content-Type": "application/x-www-form-urlencoded"},
        "plain text": {"Content-Type": "text/plain"},
        "multipart": {"Content-Type": "multipart/form-data; boundary=x"},
        "of no type": {},
        "of another charset": {"Content-Type": "application/json; charset=utf-16"},
        "zipped": JSON | {"Content-Encoding": "gzip"},
    }.items()
]  # fmt: skip


def missing(why: str, path: str, method: str = "GET", type: str = "not-found") -> Bad:
    return Bad(why=why, method=method, path=path, status=404, type=type)


def query(why: str, path: str, *fields: str) -> Bad:
    return Bad(why=why, method="GET", path=path, fields=list(fields))


ADDRESSES: Final = [
    missing("no such path", "/v1/nothing"),
    missing("letters for a school", "/v1/schools/abc"),
    missing("a fraction", "/v1/schools/1.5"),
    missing("school 0", "/v1/schools/0", type="no-such-school"),
    missing("a negative school", "/v1/schools/-1", type="no-such-school"),
    missing("a school of 41 bits", f"/v1/schools/{2**40}/students", type="no-such-school"),
    missing("a school of 5,000 digits", "/v1/schools/" + "9" * 5000),
    missing("NUL for a school", "/v1/schools/%00"),
    missing("no UUID", STUDENTS + "/an"),
    missing("a long id", STUDENTS + "/" + "a" * 10_000),
    missing("dots", STUDENTS + "/../../../metrics/x"),
    missing("bytes that are no text", "/%ff%fe"),
    missing("a foreign id", STUDENTS + "/5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a11",
            type="no-such-student"),
    Bad(why="a unit of 71 bits", method="GET", path=f"/v1/org-units/{2**70}", status=403,
        type="not-your-role"),
    query("no date in the path", "/v1/schools/{school_id}/attendance/heute", "day"),
    query("no rows", STUDENTS + "?limit=0", "limit"),
    query("too many rows", STUDENTS + "?limit=201", "limit"),
    query("rows in words", STUDENTS + "?limit=mười", "limit"),
    query("rows of 90 digits", STUDENTS + "?limit=" + "9" * 90, "limit"),
    query("a cursor with NUL", STUDENTS + "?cursor=%00", "cursor"),
    query("a long cursor", STUDENTS + "?cursor=" + "a" * 4001, "cursor"),
    query("NUL in a search", STUDENTS + "?q=%00", "q"),
    query("a long search", STUDENTS + "?q=" + "a" * 101, "q"),
    query("no UUID in a query", STUDENTS + "?class_id=6A1", "class_id"),
    query("null for a UUID", STUDENTS + "?class_id=null", "class_id"),
    query("NULL for a number", STUDENTS + "?limit=NULL", "limit"),
    query("an unknown filter", STUDENTS + "?classid=6A1&q=null", "classid"),
    query("two unknown ones", STUDENTS + "?limit=1&page=2&sort=name", "page", "sort"),
    query("a filter where there is none", "/v1/me?fields=phone", "fields"),
    Bad(why="a batch with a query", path=SCANS + "?dry_run=true", body=envelope(scans=[{}]),
        fields=["dry_run"]),
    query("no dates", "/v1/schools/{school_id}/calendar?from=x&to=y", "from", "to"),
    query("a missing date", "/v1/schools/{school_id}/calendar?to=2026-11-30", "from"),
    Bad(why="a cursor of ours, but of another list", method="GET", type="bad-cursor",
        path=STUDENTS + "?cursor=WzFd"),
    Bad(why="a cursor of nobody", method="GET", type="bad-cursor", path=STUDENTS + "?cursor=x"),
    Bad(why="a range that is too long", method="GET", status=422, type="bad-day-range",
        path="/v1/schools/{school_id}/calendar?from=2020-01-01&to=2026-01-01"),
    Bad(why="a wrong method", method="PUT", status=405, type="method-not-allowed"),
    Bad(why="an unknown method", method="BREW", status=405, type="method-not-allowed"),
    Bad(why="a method that is not there for anybody", method="DELETE", path="/health/live",
        status=405, type="method-not-allowed"),
    Bad(why="a bad host", method="GET", headers={"Host": "a b"}, fields=["body"]),
]  # fmt: skip

NOBODY: Final = [
    Bad(why=why, method="GET", path="/v1/me", headers=headers, is_signed_in=False, status=401,
        type=type)
    for why, headers, type in [
        ("no token", {}, "login-needed"),
        ("another scheme", {"Authorization": "Basic YTpi"}, "login-needed"),
        ("an empty token", {"Authorization": "Bearer "}, "login-needed"),
        ("no token at all", {"Authorization": "Bearer a.b.c"}, "bad-access-token"),
        ("dots", {"Authorization": "Bearer ..."}, "bad-access-token"),
        ("a long token", {"Authorization": "Bearer " + "a" * 100_000}, "bad-access-token"),
        ("a token without a signature", {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
         "bad-access-token"),
    ]
]  # fmt: skip


@pytest.fixture
async def walk(world: World, api: httpx.AsyncClient) -> AsyncIterator[Walk]:
    arranged = await arrange(world, api)
    yield arranged
    await arranged.saved.close()


@pytest.mark.parametrize(
    "cases",
    [BODIES, LARGE, MEDIA, ADDRESSES, NOBODY],
    ids=["bodies", "large", "media", "addresses", "nobody"],
)
async def test_nonsense_is_a_clear_problem_in_both_languages_and_writes_nothing(
    api: httpx.AsyncClient, walk: Walk, cases: list[Bad]
) -> None:
    faults: list[str] = []
    for case in cases:
        vi = await send(api, walk, case)
        en = await send(api, walk, case, **{"Accept-Language": "en"})
        faults += [f"{case.why}: {fault}" for fault in faults_of(case, vi, en)]
        faults += [f"{case.why}: wrote {table}" for table in await walk.saved.differing()]
    assert not faults, "\n".join(faults)


async def send(api: httpx.AsyncClient, walk: Walk, case: Bad, **headers: str) -> httpx.Response:
    person = walk.cast["principal"]
    known = walk.ids | {"device_id": person.device_id}
    sent = (person.headers if case.is_signed_in else {}) | case.headers | headers
    path = re.sub(r"\{(\w+)\}", lambda found: str(known[found.group(1)]), case.path)
    content = case.raw
    if case.body is not None:
        content = json.dumps(case.body).replace("{class_id}", str(known["class_id"])).encode()
        sent |= JSON
    return await api.request(case.method, path, content=content, headers=sent)


def faults_of(case: Bad, vi: httpx.Response, en: httpx.Response) -> Iterator[str]:
    for answer in (vi, en):
        if (answer.status_code, answer.headers["content-type"]) != (
            case.status,
            "application/problem+json",
        ):
            yield f"{answer.status_code} {answer.headers['content-type']} {answer.text[:300]}"
            return
        problem = answer.json()
        if problem["type"] != case.type or problem["status"] != case.status:
            yield f"{problem['type']} {problem['status']}"
        if named := sorted(error["field"] for error in problem.get("errors", [])):
            if named != sorted(case.fields):
                yield f"names {named}, not {case.fields}: {answer.text[:300]}"
        elif case.fields:
            yield f"names no field: {answer.text[:300]}"
        if INSIDES.search(answer.text) or len(answer.content) > 2000:
            yield f"tells too much: {answer.text[:300]}"
    texts_vi, texts_en = list(texts(vi.json())), list(texts(en.json()))
    for text in texts_vi:
        if ENGLISH.search(text):
            yield f"English for a Vietnamese: {text}"
    for text in texts_en:
        if not text.isascii():
            yield f"not English: {text}"
    if len(texts_vi) != len(texts_en) or set(texts_vi) & set(texts_en):
        yield f"said in one language only: {texts_vi} {texts_en}"


def texts(problem: dict[str, Any]) -> Iterator[str]:
    """What people read of a problem; field names are for programs."""
    yield problem["title"]
    if "detail" in problem:
        yield problem["detail"]
    for error in problem.get("errors", []):
        yield re.sub(r"[“`][^”`]*[”`]", "", error["message"])


async def test_a_wrong_method_is_told_the_right_ones(api: httpx.AsyncClient) -> None:
    answer = await api.delete("/v1/inbox")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "OPTIONS"}


async def test_a_replayed_refresh_token_ends_the_session_and_says_so_in_the_callers_language(
    api: httpx.AsyncClient, world: World, clock: Clock
) -> None:
    person = await world.account(password=PASSWORD)
    phone = device()
    first = await login(api, person.phone, device_id=UUID(phone["id"]))
    token = first.json()["refresh_token"]
    second = await refresh(api, token, UUID(phone["id"]))
    access = {"Authorization": f"Bearer {second.json()['access_token']}"}
    assert (await api.get("/v1/me", headers=access)).status_code == 200
    clock.now += timedelta(seconds=31)
    for locale, title in (("vi", "Phiên đăng nhập"), ("en", "session")):
        replayed = await api.post(
            "/v1/auth/refresh",
            json={"device_id": phone["id"], "refresh_token": token},
            headers={"Accept-Language": locale},
        )
        assert (replayed.status_code, replayed.json()["type"]) == (401, "bad-refresh-token")
        assert title in replayed.json()["title"]
        assert replayed.headers["content-type"] == "application/problem+json"
    assert (await api.get("/v1/me", headers=access)).status_code == 401


class Everything(Struct, forbid_unknown_fields=True):
    """One field of each kind that the decoder complains about in its own words."""

    i: int = 0
    f: float = 0.0
    s: str = ""
    b: bool = False
    short: Annotated[str, Meta(max_length=3)] = ""
    long: Annotated[str, Meta(min_length=2)] = "ab"
    few: Annotated[list[int], Meta(max_length=1)] = []
    many: Annotated[tuple[int, ...], Meta(min_length=1)] = (1,)
    small: Annotated[int, Meta(le=5)] = 0
    big: Annotated[int, Meta(ge=5)] = 5
    ratio: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    step: Annotated[int, Meta(multiple_of=5)] = 5
    form: Annotated[str, Meta(pattern="^x$")] = "x"
    zone: Annotated[datetime, Meta(tz=True)] | None = None
    day: date | None = None
    hour: time | None = None
    id: UUID | None = None
    choice: Literal["a", "b"] = "a"
    number: Literal[1, 2] = 1
    pair: tuple[int, int] = (1, 2)
    table: dict[str, int] = {}


@pytest.mark.parametrize(
    "bad",
    [
        {"i": "1"}, {"i": 1.5}, {"i": None}, {"i": []}, {"f": "x"}, {"s": 1}, {"b": 0},
        {"short": "abcd"}, {"long": "a"}, {"few": [1, 2]}, {"many": []}, {"many": ["x"]},
        {"small": 6}, {"big": 4}, {"ratio": 0}, {"ratio": 1}, {"step": 4}, {"form": "y"},
        {"zone": "2026-11-16T06:52:00"}, {"zone": "x"}, {"zone": 5}, {"day": "x"}, {"hour": "x"},
        {"id": "x"}, {"id": 5}, {"choice": "c"}, {"choice": 1}, {"number": 3}, {"number": "a"},
        {"pair": [1]}, {"pair": [1, 2, 3]}, {"table": {"a": "x"}}, {"table": []}, {"other": 1},
        [], "x", 5, True, None,
    ],
    ids=str,
)  # fmt: skip
def test_every_complaint_of_the_decoder_is_said_in_vietnamese(bad: Any) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode(bad), type=Everything)
    vi, en = explain(str(caught.value), "vi"), explain(str(caught.value), "en")
    assert vi != "giá trị không hợp lệ", str(caught.value)
    assert not ENGLISH.search(re.sub(r"“[^”]*”", "", vi))
    assert en.isascii()
