"""An empty school, some files of a principal's, and in the end a parent who is told: only by the
public API, with the processes that a province runs."""

import asyncio
import io
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import openpyxl
import pypdfium2
import pytest
import zxingcpp

from app.ids import new_id
from app.settings import Settings
from scripts.admin import create_admin
from scripts.benches._ports import free_port
from tests.api_process import ApiProcess
from tests.fakes import sms as fake_sms
from tests.fakes.fcm import FakeFcm
from tests.fakes.sms import FakeSms

PASSWORD = "Mot-Mat-Khau-Dai-1"
LAT, LNG = 16.4637, 107.5909
DEPARTMENT, PRINCIPAL, GUARD, TEACHER = "0905000001", "0905000002", "0905000003", "0905000004"
MOTHER, FATHER = "0905111222", "0905111333"


class Client:
    """Somebody with a phone of their own."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.device = {"id": str(new_id()), "name": "Máy của tôi", "platform": "android"}
        self.headers: dict[str, str] = {}

    async def ask(self, method: str, path: str, *, status: int = 200, **sent: Any) -> Any:
        response = await self.http.request(method, path, headers=self.headers, **sent)
        assert response.status_code == status, f"{method} {path}: {response.text[:2000]}"
        kind = response.headers.get("content-type", "")
        return response.json() if "json" in kind else response.content

    async def log_in(self, phone: str) -> None:
        body = {"phone": phone, "password": PASSWORD, "device": self.device}
        self._keep(await self.ask("POST", "/v1/auth/login", json=body))

    async def activate_by_text(self, phone: str, sms: FakeSms) -> None:
        """As staff do: a one-time code comes as a text message."""
        wanted = {"phone": phone, "purpose": "activation"}
        await self.ask("POST", "/v1/auth/otp", status=202, json=wanted)
        text = await _text_to(phone, sms)
        code = re.findall(r"\b\d{6}\b", text)[0]
        verified = wanted | {"code": code, "new_password": PASSWORD, "device": self.device}
        self._keep(await self.ask("POST", "/v1/auth/otp/verify", json=verified))

    def _keep(self, answer: dict[str, Any]) -> None:
        self.headers = {"Authorization": f"Bearer {answer['access_token']}"}


async def _text_to(phone: str, sms: FakeSms) -> str:
    """The latest text to a phone; it is sent after the answer."""
    async with asyncio.timeout(60):
        while True:
            for text in reversed(sms.accepted):
                if text.phone[-9:] == phone[-9:]:
                    return text.text
            await asyncio.sleep(0.05)


def sheet(*rows: list[Any], merge: str | None = None) -> bytes:
    """A workbook as a school keeps it."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def roster() -> bytes:
    """Columns in an order of their own, and everything that Excel does to numbers and letters."""
    decomposed = unicodedata.normalize("NFD", "Nguyễn Thị Ánh")
    return sheet(
        ["TRƯỜNG TIỂU HỌC MỚI"],
        [],
        [
            "STT", "LỚP", "Họ và tên", "Ngày sinh", "Giới tính", "Mã định danh", "Ca học",
            "Người giám hộ 1", "SĐT 1", "Quan hệ 1", "Người giám hộ 2", "SĐT 2", "Quan hệ 2",
            "Ghi chú của trường",
        ],
        [
            1, "5A", decomposed, date(2015, 3, 2), "Nữ", 4600000001.0, "Ca sáng",
            "Lê Thị Mẹ", int(MOTHER), "Mẹ", "Trần Văn Cha", FATHER, "Cha", "bán trú",
        ],
        [],
        [
            2, "5A", "Trần Văn Bình", "05/09/2015", "nam", "4600000002", "Ca sáng",
            "Ông Nội", "0905 444 555", "Ông bà", None, None, None, None,
        ],
        [3, "5B", "Lê Văn Cường", 42248, "Nam", "4600000003", "Ca sáng", *[None] * 7],
        merge="A1:N1",
    )  # fmt: skip


STAFF: list[list[Any]] = [
    ["Họ và tên", "SĐT", "Vai trò", "Lớp chủ nhiệm", "Môn", "Lớp dạy", "Ca làm việc"],
    ["Phạm Văn Bảo", int(GUARD), "Bảo vệ", None, None, None, "Ca sáng"],
    ["Đỗ Thị Cô", TEACHER, "GVCN", "5A", None, None, "Ca sáng"],
]
CALENDAR: list[list[Any]] = [
    ["Ngày", "Đến ngày", "Loại", "Tên"],
    [date(2027, 1, 1), None, "Nghỉ lễ", "Tết Dương lịch"],
    ["01/02/2027", "14/02/2027", "Nghỉ lễ", "Tết Nguyên đán"],
]


def codes_on(pdf: bytes) -> list[str]:
    """What the codes of all pages say, read from the paper at 200 dpi."""
    found: list[str] = []
    for page in pypdfium2.PdfDocument(pdf):
        image = page.render(scale=200 / 72).to_pil()
        found += [code.text for code in zxingcpp.read_barcodes(image)]
    return found


def words_on(pdf: bytes) -> str:
    return " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


@pytest.fixture
async def fcm() -> AsyncIterator[FakeFcm]:
    async with FakeFcm() as server:
        yield server


@pytest.fixture
async def sms() -> AsyncIterator[FakeSms]:
    async with FakeSms() as server:
        yield server


@pytest.fixture
def province(
    owner: asyncpg.Connection, settings: Settings, tmp_path: Path, fcm: FakeFcm, sms: FakeSms
) -> Iterator[str]:
    """API, relay and worker of an empty province; the address of the API."""
    create_admin(settings, phone=DEPARTMENT, password=PASSWORD)
    more = {
        "FIREBASE_CREDENTIALS": str(fcm.credentials_path),
        "FCM_ENDPOINT": fcm.endpoint,
        "SMS_BASE_URL": sms.base_url,
        "SMS_API_KEY": fake_sms.API_KEY,
        "SMS_SECRET_KEY": fake_sms.SECRET_KEY,
        "SMS_BRANDNAME": fake_sms.BRANDNAME,
    }
    with ExitStack() as stack:
        port = free_port()
        for part in ("worker", "relay", "serve"):
            process = ApiProcess(
                database_url=settings.require_database_url(),
                redis_url=settings.require_redis_url(),
                port=port,
                log=tmp_path / f"{part}.log",
                part=part,
                more=more,
            )
            stack.enter_context(process)
        yield f"http://127.0.0.1:{port}"


async def test_an_empty_school_comes_to_its_first_told_parent(
    province: str, fcm: FakeFcm, sms: FakeSms
) -> None:
    async with httpx.AsyncClient(base_url=province, timeout=30) as http:
        department, principal = Client(http), Client(http)
        school = await _found(department, principal, sms)
        assert await _missing(principal, school) == {
            "fence", "stations", "shifts", "calendar", "staff", "roster", "guardians", "cards",
            "first_scan",
        }  # fmt: skip
        gate_id = await _places(principal, school)
        classes = await _files(principal, school)
        assert await _missing(principal, school) == {"staff", "guardians", "cards", "first_scan"}

        paths = f"{school}/classes/{classes['5A']}"
        strips = await principal.ask("GET", f"{paths}/activation-sheet.pdf")
        mother = Client(http)
        await _activate(mother, strips)
        await mother.ask(
            "PUT",
            f"/v1/me/push-tokens/{mother.device['id']}",
            json={"kind": "fcm", "token": "token-of-the-mother", "platform": "android",
                  "locale": "vi"},
        )  # fmt: skip

        cards = await principal.ask("GET", f"{paths}/cards.pdf")
        guard = Client(http)
        await guard.activate_by_text(GUARD, sms)
        scanned = [await _scan(guard, gate_id, token) for token in codes_on(cards)]
        assert {result["outcome"] for result in scanned} <= {"ok", "late"}
        names = {result["student"]["name"] for result in scanned}
        assert names == {"Nguyễn Thị Ánh", "Trần Văn Bình"}

        (push,) = await fcm.wait_for(1)
        assert push.token == "token-of-the-mother"
        (item,) = (await mother.ask("GET", "/v1/inbox"))["items"]
        assert "Nguyễn Thị Ánh" in item["title"] + item["body"]
        assert await _missing(principal, school) == {"staff", "guardians", "cards"}
        progress = (await department.ask("GET", "/v1/setup"))["items"]
        assert [(each["done"], each["pupils"]) for each in progress] == [(6, 3)]


async def _found(department: Client, principal: Client, sms: FakeSms) -> str:
    """The department makes the school; its principal comes in by a text message."""
    await department.log_in(DEPARTMENT)
    units = (await department.ask("GET", "/v1/org-units"))["items"]
    made = await department.ask(
        "POST",
        "/v1/schools",
        status=201,
        json={
            "org_unit_id": units[0]["id"],
            "name": "Trường Tiểu học Mới",
            "level": "primary",
            "principal": {"name": "Nguyễn Thị Hiệu Trưởng", "phone": PRINCIPAL},
        },
    )
    await principal.activate_by_text(PRINCIPAL, sms)
    return f"/v1/schools/{made['id']}"


async def _missing(principal: Client, school: str) -> set[str]:
    setup = await principal.ask("GET", f"{school}/setup")
    return {step["key"] for step in setup["steps"] if step["state"] != "done"}


async def _places(principal: Client, school: str) -> str:
    """The fence, the gate, the shift: what no file brings."""
    fence = {"type": "circle", "lat": LAT, "lng": LNG, "radius_m": 90}
    campus = await principal.ask(
        "POST", f"{school}/campuses", status=201, json={"name": "Cơ sở chính", "fence": fence}
    )
    gate = await principal.ask(
        "POST",
        f"{school}/stations",
        status=201,
        json={"campus_id": campus["id"], "name": "Cổng chính", "kind": "gate"},
    )
    shift = {
        "name": "Ca sáng", "starts_at": "07:00:00", "ends_at": "11:30:00",
        "late_after": "07:05:00", "cut_off": "07:30:00", "weekdays": [1, 2, 3, 4, 5],
    }  # fmt: skip
    await principal.ask("POST", f"{school}/shifts", status=201, json=shift)
    gate_id: str = gate["id"]
    return gate_id


async def _files(principal: Client, school: str) -> dict[str, str]:
    """Calendar, roster and staff from the principal's own files; each twice."""
    await _import(principal, school, "calendar", sheet(*CALENDAR), created=2)
    path = f"{school}/imports/roster"
    unknown = await principal.ask("POST", f"{path}?dry_run=true", files=_file(roster()))
    assert {(error["row"], error["column"].casefold()) for error in unknown["errors"]} == {
        (4, "lớp"), (6, "lớp"), (7, "lớp"),
    }  # fmt: skip
    classes = f"{school}/classes"
    assert (await principal.ask("GET", classes))["items"] == []
    made = await _import(
        principal, school, "roster", roster(), created=3, query="create_classes=true"
    )
    assert {"STT", "Ghi chú của trường"} <= set(made["ignored_columns"])
    await _import(principal, school, "staff", sheet(*STAFF), created=2)
    found = (await principal.ask("GET", classes))["items"]
    return {each["name"]: each["id"] for each in found}


async def _import(
    principal: Client, school: str, kind: str, data: bytes, *, created: int, query: str = ""
) -> dict[str, Any]:
    path = f"{school}/imports/{kind}?{query}"
    first: dict[str, Any] = await principal.ask("POST", path, files=_file(data))
    assert first["errors"] == []
    assert (first["created"], first["updated"], first["unchanged"]) == (created, 0, 0)
    again = await principal.ask("POST", path, files=_file(data))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, created)
    return first


def _file(data: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {"file": ("truong.xlsx", data, "application/octet-stream")}


async def _activate(mother: Client, strips: bytes) -> None:
    """The strip's code is a link; only the mother's own goes with her phone."""
    assert "Lê Thị Mẹ" in words_on(strips)
    codes = [text.partition("#")[2] for text in codes_on(strips)]
    assert len(codes) == 3
    tried = [
        await mother.http.post(
            "/v1/auth/activate",
            json={"code": code, "phone": MOTHER, "password": PASSWORD, "device": mother.device},
        )
        for code in codes
    ]
    right = [response for response in tried if response.status_code == 200]
    assert len(right) == 1
    assert [link["student_name"] for link in right[0].json()["links"]] == ["Nguyễn Thị Ánh"]
    mother.headers = {"Authorization": f"Bearer {right[0].json()['access_token']}"}


async def _scan(guard: Client, gate_id: str, token: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    at = now.isoformat()
    scan = {
        "event_id": str(new_id()), "token": token, "direction": "in", "scanned_at": at,
        "mono_ms": 1000, "device_seq": 1, "station_id": gate_id,
        "location": {"lat": LAT, "lng": LNG, "accuracy_m": 8.0, "fixed_at": at,
                     "provider": "android", "is_mock": False},
    }  # fmt: skip
    batch = {"sent_at": at, "sent_mono_ms": 1000, "boot_id": "b", "scans": [scan]}
    answer = await guard.ask("POST", "/v1/attendance/scans", json=batch)
    result: dict[str, Any] = answer["results"][0]
    return result
