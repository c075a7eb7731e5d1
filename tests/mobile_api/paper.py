"""Sheets as a parent gets them: printed through the API, read off the page."""

import io
import re
from typing import Any

import httpx
import pypdfium2

from app import db
from app.identity import otp
from app.identity.model import Purpose
from app.phones import to_e164
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.mobile_api.doors import PASSWORD, device

PHONE = "0912 345 678"


def new_guardian(**changes: Any) -> dict[str, Any]:
    return {"name": "Võ Thị Mẹ", "phone": PHONE, "relation": "mother"} | changes


async def name_guardian(
    api: httpx.AsyncClient, cast: Cast, student_id: Any = None, **changes: Any
) -> dict[str, Any]:
    """Somebody whom the principal makes a guardian of the cast's pupil, as the API shows it."""
    url = cast.url(f"/students/{student_id or cast.student.id}/guardians")
    made = await api.post(url, json=new_guardian(**changes), headers=cast["principal"].headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def pages(api: httpx.AsyncClient, cast: Cast, class_id: Any = None) -> list[str]:
    """The text of a fresh sheet, page by page."""
    url = cast.url(f"/classes/{class_id or cast.class_id}/activation-sheet.pdf")
    answer = await api.get(url, headers=cast["principal"].headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


async def codes(api: httpx.AsyncClient, cast: Cast, class_id: Any = None) -> dict[str, str]:
    """The codes of a fresh sheet by the guardian's name."""
    text = " ".join(await pages(api, cast, class_id))
    form = r"Lớp \S+ (\D+?) \([^)]+\), số điện thoại \S+ Học sinh: .*? Mã kích hoạt: (\S+)"
    return dict(re.findall(form, text))


async def activate(
    api: httpx.AsyncClient, code: str, phone: str = PHONE, password: str = PASSWORD, **more: Any
) -> httpx.Response:
    body = {"code": code, "phone": phone, "password": password, "device": device()} | more
    return await api.post("/v1/auth/activate", json=body)


async def prove_by_text(
    api: httpx.AsyncClient,
    resources: Resources,
    phone: str,
    purpose: Purpose,
    password: str = PASSWORD,
    **more: Any,
) -> httpx.Response:
    """As somebody does who holds the phone and reads the code there."""
    index = resources.vault.phone_index(to_e164(phone))
    async with db.transaction(resources.pool) as conn:
        _, code = await otp.new_challenge(
            conn,
            ring=resources.vault.ring,
            phone_index=index,
            purpose=purpose,
            now=resources.clock(),
        )
    body = {
        "phone": phone,
        "purpose": purpose,
        "code": code,
        "new_password": password,
        "device": device(),
    } | more
    return await api.post("/v1/auth/otp/verify", json=body)


async def children(api: httpx.AsyncClient, headers: dict[str, str]) -> list[str]:
    """The ids of the children whom `/v1/me` shows."""
    answer = await api.get("/v1/me", headers=headers)
    assert answer.status_code == 200, answer.text
    return [child["student_id"] for child in answer.json()["children"]]
