"""What a process logs is JSON and names nobody."""

import json
import subprocess
import sys
from typing import Any
from uuid import UUID

import pytest

from scripts import logs
from tests.scripts.processes import REPOSITORY

_SPEAKS = """
import logging, structlog
from uuid import UUID
from scripts import logs
logs.configure(service="api", level="info")
log = structlog.get_logger("attendance")
log.info("scan recorded", school_id=7, student_id=UUID(int=5), phone="0900000006")
log.debug("not said at this level")
log.info("nested", sent={"token": "abc", "kinds": ["ok"], "to": ("0912 345 678",)})
logging.getLogger("uvicorn.error").warning("bad call by %s", "an.nguyen@example.vn")
logging.getLogger("uvicorn.access").info("GET /v1/schools/7/students?q=nguyen+van+a")
try:
    raise ValueError("duplicate key\\nDETAIL:  Key (name)=(Nguyễn Văn An) already exists.")
except ValueError as error:
    log.exception("refused", error=error, path="/v1/x?q=Nguyen")
structlog.contextvars.bind_contextvars(request_id="r-1")
log.warning("slow", odd=object())
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SPEAKS],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stderr == ""
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_each_line_is_an_object_with_time_level_and_service(lines: list[dict[str, Any]]) -> None:
    assert len(lines) == 5
    for line in lines:
        assert line["service"] == "api"
        assert line["level"] in ("info", "warning", "error")
        assert line["at"].endswith("Z")


def test_ids_stay_and_persons_go(lines: list[dict[str, Any]]) -> None:
    first, nested = lines[0], lines[1]
    assert first["school_id"] == 7
    assert UUID(first["student_id"]) == UUID(int=5)
    assert first["phone"] == "[hidden]"
    assert nested["sent"] == {"token": "[hidden]", "kinds": ["ok"], "to": ["[hidden]"]}
    everything = json.dumps(lines, ensure_ascii=False)
    for secret in ("0900000006", "345 678", "an.nguyen", "(Nguyễn Văn An)", "nguyen+van", "q=N"):
        assert secret not in everything.partition("Traceback")[0]


def test_an_exceptions_text_is_scrubbed_of_the_rows_values(lines: list[dict[str, Any]]) -> None:
    refused = lines[3]
    assert "ValueError: duplicate key" in refused["exception"]
    assert "Nguyễn" not in refused["exception"].rpartition("ValueError")[2]
    assert refused["error"] == "ValueError: duplicate key\nDETAIL:[hidden]"
    assert refused["path"] == "/v1/x?[hidden]"


def test_a_bound_context_and_an_unknown_object_are_logged(lines: list[dict[str, Any]]) -> None:
    assert lines[4]["request_id"] == "r-1"
    assert lines[4]["odd"].startswith("<object object")


@pytest.mark.parametrize(
    "personal",
    [
        "0900000006",
        "+84 900 000 006",
        "079123456789",
        "1234567890",
        "CT1:AB C0/X",
        "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
        "ba.nguyen@example.vn",
    ],
)
def test_what_looks_personal_is_hidden_in_any_text(personal: str) -> None:
    assert logs.scrub(f"seen {personal}") == "seen [hidden]"


def test_the_password_in_an_address_is_hidden() -> None:
    assert logs.scrub("postgresql://u:geheim@db/x") == "postgresql://[hidden]@db/x"


@pytest.mark.parametrize(
    "harmless",
    [
        "018f1e6c-0000-7000-8000-123456789012",
        "2026-11-16T06:52:00Z",
        "took 1234 ms for 570 schools",
        "/v1/schools/7/attendance/2026-11-16",
    ],
)
def test_ids_instants_and_numbers_are_left_alone(harmless: str) -> None:
    assert logs.scrub(harmless) == harmless


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_LEVEL"):
        logs.configure(service="api", level="loud")
