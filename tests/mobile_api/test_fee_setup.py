"""Accounts and merchants of a school: who opens them, what is refused, and that secrets stay in."""

import logging
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app.fees.setup.queries import merchant_of, secrets_of
from notifications.relay import Relay
from tests.cast import snapshot
from tests.conftest import Clock
from tests.mobile_api.billing import NUMBER, SECRET, VIETCOMBANK, Till

BANK = {"bin": "970415", "number": "1068 6868-68.68", "holder": "Trường THCS số 1"}
NEW = "spsk_live_ffffffffffffffff"


async def opened(till: Till, **changes: Any) -> httpx.Response:
    body = {"kind": "bank", "name": "Tài khoản thứ hai", "bank": BANK} | changes
    return await till.post(till.accountant, "/accounts", **body)


async def accounts(till: Till) -> list[dict[str, Any]]:
    answer = await till.get(till.principal, "/accounts")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_account_is_shown_by_its_tail_and_opened_once(
    till: Till, owner: asyncpg.Connection
) -> None:
    made = await opened(till)
    assert made.status_code == 201, made.text
    assert (made.json()["bank"], made.json()["number_tail"]) == ("VietinBank", "6868")
    assert made.json()["holder"] == "TRƯỜNG THCS SỐ 1"
    again = await opened(till, bank=BANK | {"number": "1068686868.68"})
    assert (again.status_code, again.json()["type"]) == (409, "already-there")
    assert (await opened(till, kind="cash", bank=None)).status_code == 409
    shown = str(await accounts(till))
    rows = await owner.fetch("select t::text as row from fee_account t")
    for number in (NUMBER, "106868686868"):
        assert number not in shown
        assert not any(number in row["row"] for row in rows)


async def test_one_account_is_the_default_and_one_in_use_does_not_end(till: Till) -> None:
    second = (await opened(till, is_default=True)).json()
    assert [row["id"] for row in await accounts(till) if row["is_default"]] == [second["id"]]
    url = "/v1/fees/accounts"
    who, asked = till.accountant.headers, {"school_id": till.school.id}
    busy = await till.api.post(f"{url}/{till.bank_id}/end", params=asked, headers=who)
    assert (busy.status_code, busy.json()["type"]) == (409, "still-in-use")
    ended = await till.api.post(f"{url}/{second['id']}/end", params=asked, headers=who)
    assert ended.json()["ended_at"] is not None
    assert (await opened(till)).status_code == 201  # the number is free again
    late = await till.api.patch(
        f"{url}/{second['id']}", params=asked, json={"name": "Khác"}, headers=who
    )
    assert (late.status_code, late.json()["type"]) == (409, "is-over")


_NO_ACCOUNTS: list[tuple[dict[str, Any], int]] = [
    ({"bank": BANK | {"bin": "123456"}}, 422),
    ({"bank": BANK | {"bin": "97041"}}, 400),
    ({"bank": BANK | {"number": "12345abc"}}, 422),
    ({"bank": BANK | {"number": "1234 5"}}, 422),
    ({"bank": BANK | {"number": "１２３４５６７"}}, 422),
    ({"bank": BANK | {"number": "1234\x0056"}}, 400),
    ({"bank": BANK | {"holder": " "}}, 400),
    ({"bank": None}, 422),
    ({"kind": "cash"}, 422),
    ({"name": "a\x00b"}, 400),
]


async def test_an_account_that_cannot_be_is_refused_and_nothing_changes(
    till: Till, owner: asyncpg.Connection
) -> None:
    before = await snapshot(owner)
    for changes, status in _NO_ACCOUNTS:
        refused = await opened(till, **changes)
        assert refused.status_code == status, (changes, refused.text)
        problem = refused.json()
        assert problem.get("detail") or problem["errors"], changes
    assert await snapshot(owner) == before


async def test_a_secret_never_comes_out_and_a_former_one_signs_a_day_more(
    till: Till,
    owner: asyncpg.Connection,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    url, asked = f"/v1/fees/merchants/{till.merchant_id}", {"school_id": till.school.id}
    who = till.accountant.headers
    body = {"secret": NEW, "api_token": "token_0123456789abcdef"}
    changed = await till.api.put(f"{url}/secrets", params=asked, json=body, headers=who)
    assert changed.status_code == 200, changed.text
    assert changed.json()["has_api_token"]
    assert changed.json()["webhook_path"] == f"/v1/webhooks/sepay/{till.merchant_id}"
    assert await _signing(till, clock) == [NEW, SECRET]
    # The same again pushes nothing out.
    await till.api.put(f"{url}/secrets", params=asked, json={"secret": NEW}, headers=who)
    assert await _signing(till, clock) == [NEW, SECRET]
    clock.now += timedelta(hours=24)
    assert await _signing(till, clock) == [NEW]
    who = till.accountant.headers
    listed = await till.get(till.principal, "/merchants")
    assert listed.json()["items"][0]["former_until"] is None
    assert await owner.fetchval("select count(*) from merchant_poll") == 1
    refused = await till.api.put(
        f"{url}/secrets", params=asked, json={"secret": "quá ngắn"}, headers=who
    )
    ended = await till.api.post(f"{url}/end", params=asked, headers=who)
    assert ended.json()["ended_at"] is not None
    told = "".join((changed.text, listed.text, refused.text, ended.text, caplog.text))
    told += "".join(capfd.readouterr())
    kept = await owner.fetch("select t::text as row from audit_entry t")
    told += "".join(row["row"] for row in kept)
    for secret in (NEW, SECRET, "token_0123456789abcdef", "quá ngắn"):
        assert secret not in told


async def test_a_secret_that_has_leaked_signs_nothing_more(till: Till, clock: Clock) -> None:
    url, asked = f"/v1/fees/merchants/{till.merchant_id}/secrets", {"school_id": till.school.id}
    who = till.accountant.headers
    body: dict[str, Any] = {"secret": NEW, "ends_former": True}
    changed = await till.api.put(url, params=asked, json=body, headers=who)
    assert (changed.status_code, changed.json()["former_until"]) == (200, None)
    assert await _signing(till, clock) == [NEW]
    # Found out an hour after the change.
    await till.api.put(url, params=asked, json={"secret": SECRET}, headers=who)
    assert await _signing(till, clock) == [SECRET, NEW]
    late = await till.api.put(url, params=asked, json={"ends_former": True}, headers=who)
    assert late.status_code == 200, late.text
    assert await _signing(till, clock) == [SECRET]
    nothing = await till.api.put(url, params=asked, json={}, headers=who)
    assert (nothing.status_code, nothing.json()["type"]) == (422, "bad-account")


async def test_nobody_changes_unheard_where_families_money_goes(
    till: Till, owner: asyncpg.Connection, relay: Relay
) -> None:
    bank = {"bin": VIETCOMBANK, "number": "0123 456 789", "holder": "Truong THCS"}
    body = {"kind": "bank", "name": "Khác", "bank": bank}
    opened = await till.post(till.accountant, "/accounts", **body)
    who, asked = till.accountant.headers, {"school_id": till.school.id}
    account = f"/v1/fees/accounts/{opened.json()['id']}"
    for changes in ({"name": "Khác hơn"}, {"is_default": True}, {"holder": "Nguyen Van Trom"}):
        changed = await till.api.patch(account, params=asked, json=changes, headers=who)
        assert changed.status_code == 200, changed.text
    merchant = f"/v1/fees/merchants/{till.merchant_id}"
    await till.api.put(f"{merchant}/secrets", params=asked, json={"secret": NEW}, headers=who)
    await till.api.post(f"{merchant}/end", params=asked, headers=who)
    body = {"account_id": str(till.bank_id), "provider": "sepay", "secret": SECRET}
    assert (await till.post(till.accountant, "/merchants", **body)).status_code == 201
    await relay.relay_due()
    # Who did it as well: the session may be stolen.
    for told in (till.principal, till.second, till.accountant):
        listed = await till.api.get("/v1/inbox", headers=told.headers)
        told_of = {(item["title"], item["body"][:17]) for item in listed.json()["items"]}
        assert told_of == {
            ("Trường có thêm tài khoản nhận tiền", "Vietcombank …6789"),
            ("Tài khoản nhận tiền mặc định đã đổi", "Vietcombank …6789"),
            ("Tên chủ tài khoản nhận tiền đã sửa", "Vietcombank …6789"),
            ("Khoá báo có đã đổi", "Vietcombank …4567"),
            ("Tài khoản đã ngắt báo có", "Vietcombank …4567"),
            ("Tài khoản đã nối báo có", "Vietcombank …4567"),
        }
    assert (await till.api.get("/v1/inbox", headers=till.parent.headers)).json()["items"] == []
    kept = await owner.fetch("select detail from audit_entry where kind = 'fee_account'")
    assert len(kept) == 6
    shut = {"items": [{"kind": "fee_account", "channel": "push", "is_enabled": False}]}
    off = await till.api.put("/v1/me/notification-preferences", json=shut, headers=who)
    assert off.status_code == 422, off.text


async def _signing(till: Till, clock: Clock) -> list[str]:
    async with till.owner.transaction():
        row = await merchant_of(till.owner, merchant_id=till.merchant_id)
    assert row is not None
    return secrets_of(row, box=till.box, now=clock())


async def test_a_second_merchant_waits_for_the_first_to_end(till: Till) -> None:
    body = {"account_id": str(till.bank_id), "provider": "sepay", "secret": NEW}
    there = await till.post(till.accountant, "/merchants", **body)
    assert (there.status_code, there.json()["type"]) == (409, "already-there")
    cash = await till.post(
        till.accountant, "/merchants", **(body | {"account_id": str(till.cash_id)})
    )
    assert (cash.status_code, cash.json()["type"]) == (422, "bad-account")


def test_a_blind_index_is_of_one_school_and_one_field(till: Till) -> None:
    assert till.box.index(NUMBER, field="a") == till.box.index(NUMBER, field="a")
    assert till.box.index(NUMBER, field="a") != till.box.index(NUMBER, field="b")


async def test_an_account_does_not_end_while_a_bill_on_it_is_open(till: Till, clock: Clock) -> None:
    bill = await till.bill(till.elder)
    who, asked = till.accountant.headers, {"school_id": till.school.id}
    for path in (f"merchants/{till.merchant_id}/end", f"periods/{till.period_id}/close"):
        done = await till.api.post(f"/v1/fees/{path}", params=asked, headers=who)
        assert done.status_code == 200, done.text
    url = f"/v1/fees/accounts/{till.bank_id}/end"
    busy = await till.api.post(url, params=asked, headers=who)
    assert (busy.status_code, busy.json()["type"]) == (409, "still-in-use")
    await till.owner.execute(
        "update invoice set state = 'void', voided_at = $2, void_reason = 'Nhầm' where id = $1",
        bill,
        clock(),
    )
    assert (await till.api.post(url, params=asked, headers=who)).status_code == 200
