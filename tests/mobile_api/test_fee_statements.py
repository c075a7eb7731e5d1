"""A bank's statement comes in: known money is seen again, new money is put to its bills."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from app.fees.money.funds import receive
from app.fees.money.model import Arrival
from app.ids import new_id
from tests.conftest import HANOI
from tests.fees.statement_files import as_xlsx, vietcombank
from tests.mobile_api.billing import Till
from tests.mobile_api.counting_house import House
from tests.world import World

AT = datetime(2026, 11, 16, 6, 30, tzinfo=HANOI)


def row(ref: str, amount: int, memo: str, *, balance: str = "", day: str = "16/11/2026") -> Any:
    paid_in, paid_out = (amount, "") if amount > 0 else ("", -amount)
    return [f"{day} 06:30:00", ref, paid_out, paid_in, balance, memo]


async def test_a_known_transfer_is_seen_again_and_a_new_one_pays_its_bill(house: House) -> None:
    till = house.till
    told, missed = await house.bill(till.elder), await house.bill(till.single)
    fund_id = await house.arrives(120_000, await till.reference_of(told), "FT1", at=AT)
    memo = await till.reference_of(missed)
    grid = [row("FT1", 120_000, "x"), row("FT2", 120_000, memo), row("FT3", -5_000, "phi")]
    told_before = await house.imported(grid, dry_run=True)
    assert told_before["statement_id"] is None
    assert (await house.count("bank_statement"), await house.count("fund")) == (0, 1)
    found = await house.imported(grid)
    expected = {
        "new": 1, "known": 1, "waiting": 0, "left": 0, "refunds": 0, "other_out": 1,
        "amount_in": 240_000, "amount_out": 5_000,
    }  # fmt: skip
    assert told_before["sums"] == found["sums"] == expected
    assert await house.paid(missed) == 120_000
    shown = await house.fund(fund_id)
    assert [each["source"] for each in shown["sightings"]] == ["webhook", "statement"]
    assert await house.count("fund") == 2
    assert await house.count("receipt") == 2
    await house.add_up()


async def test_the_same_file_twice_is_the_same_statement(house: House) -> None:
    bill = await house.bill(house.till.elder)
    grid = [row("FT1", 120_000, await house.till.reference_of(bill))]
    first, again = await house.imported(grid), await house.imported(grid)
    assert (first["is_known"], again["is_known"]) == (False, True)
    assert first["statement_id"] == again["statement_id"]
    assert first["sums"] == again["sums"]
    assert (await house.count("bank_statement"), await house.count("fund")) == (1, 1)


async def test_one_file_sent_twice_at_once_counts_once(house: House) -> None:
    bill = await house.bill(house.till.elder)
    grid = [row("FT1", 120_000, await house.till.reference_of(bill))]
    both = await asyncio.gather(house.send(grid), house.send(grid))
    assert [answer.status_code for answer in both] == [200, 200]
    assert (await house.count("bank_statement"), await house.count("fund")) == (1, 1)
    await house.add_up()


async def test_another_file_with_the_same_transfers_counts_nothing_twice(house: House) -> None:
    grid = [row("", 70_000, "ung ho"), row("", 70_000, "ung ho"), row("FT2", 5_000, "x")]
    await house.imported(grid)
    more = await house.imported([*grid, row("FT3", 6_000, "y")])
    assert (more["sums"]["known"], more["sums"]["new"]) == (3, 1)
    assert await house.count("fund") == 4


async def test_a_file_goes_on_where_it_was_when_somebody_died(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mobile_api.statements._LONGEST_S", -1.0)
    grid = [row("FT1", 1_000, "a"), row("FT2", 2_000, "b")]
    first = await house.imported(grid)
    assert first["sums"]["left"] == 2
    assert await house.count("fund") == 0
    monkeypatch.undo()
    again = await house.imported(grid)
    assert (again["sums"]["left"], again["sums"]["new"]) == (0, 2)


async def test_without_a_reference_as_many_equal_ones_are_the_same(house: House) -> None:
    """The gateway gave none either: `sepay:` is what we made of it."""
    for n in range(2):
        await house.arrives(50_000, "Nộp tiền học", f"sepay:{n}", at=AT)
    found = await house.imported(
        [row("FT8", 50_000, "NOP TIEN HOC"), row("FT9", 50_000, "nop.tien hoc")]
    )
    assert found["sums"]["known"] == 2
    assert await house.count("fund") == 2


async def test_if_their_counts_differ_a_person_decides(house: House) -> None:
    known = await house.arrives(50_000, "nop tien hoc", "sepay:1", at=AT)
    found = await house.imported([row("", 50_000, "nop tien hoc"), row("", 50_000, "nop tien hoc")])
    assert found["sums"]["waiting"] == 2
    rows = await waiting(house, found["statement_id"])
    assert {each["waits"] for each in rows} == {"counts_differ"}
    assert [each["candidates"] for each in rows] == [[str(known)]] * 2
    first = await decide(house, found, rows[0], fund_id=str(known))
    assert first.json()["fund_id"] == str(known)
    taken = await decide(house, found, rows[1], fund_id=str(known))
    assert taken.json()["type"].endswith("no-such-fund")
    other = await decide(house, found, rows[1], fund_id=None)
    assert other.json()["fund_id"] not in (None, str(known))
    late = await decide(house, found, rows[1], fund_id=None)
    assert late.json()["type"].endswith("bad-statement-row")
    assert await house.count("fund") == 2
    await house.add_up()


async def test_money_that_may_be_known_under_another_name_waits(house: House) -> None:
    """Banks and gateways do not always name a transfer alike: it is never counted twice."""
    known = await house.arrives(120_000, "tien hoc be An", "FT26320ABC", at=AT)
    found = await house.imported([row("5078-42369", 120_000, "MBVCB.1. tien hoc be An")])
    (waits,) = await waiting(house, found["statement_id"])
    assert (waits["waits"], waits["candidates"]) == ("maybe_known", [str(known)])
    assert await house.count("fund") == 1


async def test_two_families_with_two_references_are_two_transfers(house: House) -> None:
    one, two = await house.bill(house.till.elder), await house.bill(house.till.single)
    await house.arrives(120_000, await house.till.reference_of(one), "FT1", at=AT)
    found = await house.imported([row("FT7", 120_000, await house.till.reference_of(two))])
    assert found["sums"]["new"] == 1
    assert await house.paid(two) == 120_000


async def test_another_amount_and_a_reference_twice_wait(house: House) -> None:
    await house.arrives(120_000, "x", "FT1", at=AT)
    found = await house.imported(
        [row("FT1", 130_000, "x"), row("FT2", 1_000, "y"), row("FT2", 2_000, "z")]
    )
    rows = await waiting(house, found["statement_id"])
    assert [each["waits"] for each in rows] == ["amount_differs", "duplicate_reference"]
    assert found["sums"]["new"] == 1


async def test_a_webhook_that_comes_after_the_statement_is_the_same_money(house: House) -> None:
    bill = await house.bill(house.till.elder)
    memo = await house.till.reference_of(bill)
    await house.imported([row("FT1", 120_000, memo)])
    async with house.tx() as conn:
        late = Arrival(
            account_id=house.till.bank_id, bank_ref="FT1", amount=120_000, channel="transfer",
            received_at=AT, memo=None, payer=None, source="webhook", source_ref="9",
        )  # fmt: skip
        again = await receive(
            conn, school_id=house.till.school.id, arrival=late, now=house.till.now
        )
    assert not again.is_new


async def test_rows_with_faults_are_named_and_nothing_is_written(house: House) -> None:
    grid = [row("FT1", 1_000, "a"), row("FT2", 2_000, "b", day="31/02/2026")]
    answer = await house.send(grid)
    (error,) = answer.json()["errors"]
    assert (error["row"], error["column"]) == (3, "Ngày giao dịch")
    assert "không phải ngày có thật" in error["message"]
    assert await house.count("bank_statement") == 0


async def test_a_statement_of_another_account_is_refused(house: House) -> None:
    memos = ("a", "b", "c")
    grid = vietcombank(memos).grid
    assert (await house.imported(as_xlsx(grid)))["profile"] == "vietcombank"
    grid[2] = ["Số tài khoản/Account number:", None, "0011009999999"]
    answer = await house.send(as_xlsx(grid))
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("statement-of-another-account")
    assert "0071001234567" not in answer.text


async def test_what_is_wrong_with_a_file_is_said(house: House) -> None:
    answer = await house.send(b"%PDF-1.7")
    assert answer.status_code == 422
    assert "PDF" in answer.json()["detail"]
    answer = await house.send("Họ tên,Lớp\nAn,6A1\n".encode())
    assert answer.json()["type"].endswith("not-a-statement")
    assert "Không thấy cột ngày giao dịch" in answer.json()["detail"]


async def test_only_this_schools_accountants_send_statements(
    house: House, world: World, till: Till, api: httpx.AsyncClient
) -> None:
    other = await world.school()
    stranger = await world.staff(other, "accountant", "Kế toán trường khác")
    grid = [row("FT1", 1_000, "a")]
    assert (await house.send(grid, who=stranger)).status_code == 404
    guard = await world.staff(till.school, "guard")
    for who in (till.principal, till.parent, guard):
        assert (await house.send(grid, who=who)).status_code == 403
    cash = await house.send(grid, account_id=str(till.cash_id))
    assert (cash.status_code, cash.json()["type"].rsplit("/")[-1]) == (404, "no-such-account")
    assert await house.count("bank_statement") == 0


async def test_memos_lie_sealed(house: House) -> None:
    await house.imported([row("FT1", 1_000, "NGUYEN VAN A chuyen tien")])
    memos = await house.till.owner.fetch(
        "select memo from bank_statement_row union all select memo from fund"
    )
    assert all(b"NGUYEN" not in each["memo"] for each in memos)


async def waiting(house: House, statement_id: str) -> list[dict[str, Any]]:
    answer = await house.till.get(
        house.till.accountant, f"/statements/{statement_id}/rows", waiting=True
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def decide(
    house: House, found: dict[str, Any], row: dict[str, Any], *, fund_id: str | None
) -> httpx.Response:
    path = f"/statements/{found['statement_id']}/rows/{row['n']}/decision"
    return await house.till.post(house.till.accountant, path, fund_id=fund_id)


async def test_what_the_bank_posts_on_another_day_may_be_known(house: House) -> None:
    """Of a Sunday night, without a reference, or under another one."""
    bill = await house.bill(house.till.elder, 400_000)
    memo = await house.till.reference_of(bill)
    night = datetime(2026, 11, 15, 23, 40, tzinfo=HANOI)
    known = await house.arrives(400_000, memo, "sepay:1", at=night)
    found = await house.imported([row("", 400_000, memo)])
    (waits,) = await waiting(house, found["statement_id"])
    assert (waits["waits"], waits["candidates"]) == ("maybe_known", [str(known)])
    named = await house.imported([row("5078-1", 400_000, memo)])
    assert named["sums"]["waiting"] == 1
    assert await house.count("fund") == 1


async def test_yesterdays_statement_holds_up_nothing_of_today(house: House) -> None:
    await house.imported([row("FT1", 120_000, "hoc phi", day="15/11/2026")])
    found = await house.imported([row("FT2", 120_000, "hoc phi")])
    assert (found["sums"]["new"], found["sums"]["waiting"]) == (1, 0)


async def test_an_account_that_is_over_still_takes_its_statements(house: House) -> None:
    """What came to it before, or comes by an old code, is money all the same."""
    await house.till.owner.execute(
        "update fee_account set ended_at = now(), is_default = false where id = $1",
        house.till.bank_id,
    )
    assert (await house.imported([row("FT1", 1_000, "a")]))["sums"]["new"] == 1


async def test_whatever_the_file_is_called_it_is_taken(
    house: House, api: httpx.AsyncClient
) -> None:
    till = house.till
    body = "Ngày giao dịch,Ghi có,Mô tả\n16/11/2026,1.000,a\n".encode()
    name = b"sao\x00ke\xe2\x80\xae" + b"x" * 300
    form = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + name + b'"\r\n'
        b"Content-Type: text/csv\r\n\r\n" + body + b"\r\n--b--\r\n"
    )
    answer = await api.post(
        "/v1/fees/statements",
        params={"school_id": till.school.id, "account_id": str(till.bank_id)},
        content=form,
        headers=till.accountant.headers | {"Content-Type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        (line,) = (await till.get(till.accountant, "/statements")).json()["items"]
        assert line["file_name"].startswith("saoke")
        assert len(line["file_name"]) <= 120


async def test_a_statement_sent_for_the_wrong_account_counts_nothing_again(house: House) -> None:
    till = house.till
    other = await second_account(house)
    await house.arrives(100_000, "nop tien", "FT1", at=AT)
    grid = [row("FT1", 100_000, "nop tien"), row("FT2", 5_000, "b"), row("FT3", 6_000, "c")]
    found = await house.imported(grid, account_id=str(other))
    (waits,) = await waiting(house, found["statement_id"])
    assert (waits["bank_ref"], waits["waits"]) == ("FT1", "maybe_known")
    again = await house.send(grid)
    assert again.json()["type"].endswith("statement-of-another-account")
    most = await house.send(grid[1:])
    assert most.json()["type"].endswith("statement-of-another-account")
    some = await house.imported([*grid, row("FT4", 1, "d")])
    assert (some["sums"]["known"], some["sums"]["waiting"], some["sums"]["new"]) == (1, 2, 1)
    assert await till.owner.fetchval("select count(*) from fund where bank_ref = 'FT1'") == 1


async def second_account(house: House) -> str:
    account_id = new_id()
    await house.till.owner.execute(
        """
        insert into fee_account (school_id, id, kind, name, bank_bin, number, number_index,
               number_tail, holder, is_default, created_by, created_at, changed_at)
        select school_id, $2, kind, 'Tài khoản hai', bank_bin, number, '\\x01', number_tail, holder,
               false, created_by, created_at, changed_at
          from fee_account where id = $1
        """,
        house.till.bank_id,
        account_id,
    )
    return str(account_id)
