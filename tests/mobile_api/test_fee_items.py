"""What a school bills: items, what the law forbids, periods and charges, and who is spared."""

from typing import Any

import asyncpg
import httpx

from app.fees.setup.queries import waivers_on
from tests.cast import snapshot
from tests.mobile_api.billing import PERIOD, Till
from tests.world import Person, World

ITEM = {
    "name": "Nước uống",
    "category": "service",
    "legal_basis": "Nghị quyết 12/2025/NQ-HĐND",
    "unit": "month",
    "amount": 15_000,
    "cap": 20_000,
}
WAIVER = {
    "kind": "percent",
    "value": 50,
    "ground": "sibling",
    "reason": "Hai con học cùng trường, bố mất việc",
    "from_day": "2026-11-01",
    "to_day": "2027-05-31",
}


async def make(till: Till, **changes: Any) -> httpx.Response:
    return await till.post(till.accountant, "/items", **(ITEM | changes))


async def change(till: Till, path: str, **body: Any) -> httpx.Response:
    method = "PUT" if path.endswith("charges") else "PATCH"
    return await till.api.request(
        method,
        f"/v1/fees{path}",
        params={"school_id": till.school.id},
        json=body,
        headers=till.accountant.headers,
    )


async def act(till: Till, who: Person, path: str, **body: Any) -> httpx.Response:
    return await till.api.post(
        f"/v1/fees{path}",
        params={"school_id": till.school.id},
        json=body or None,
        headers=who.headers,
    )


async def test_an_item_lives_changes_and_ends(till: Till) -> None:
    made = await make(till)
    assert made.status_code == 201, made.text
    item = made.json()
    assert (await make(till, name="NUOC  uong")).json()["type"] == "already-there"
    changed = await change(till, f"/items/{item['id']}", amount=18_000, name="Nước uống bình")
    assert (changed.json()["amount"], changed.json()["cap"]) == (18_000, 20_000)
    above = await change(till, f"/items/{item['id']}", amount=21_000)
    assert (above.status_code, above.json()["type"]) == (422, "bad-item")
    found = await till.get(till.principal, "/items", q="uong")
    assert [each["id"] for each in found.json()["items"]] == [item["id"]]
    ended = await act(till, till.accountant, f"/items/{item['id']}/end")
    assert ended.json()["ended_at"] is not None
    assert (await make(till)).status_code == 201
    used = await act(till, till.accountant, f"/items/{till.item_ids['service']}/end")
    assert (used.status_code, used.json()["type"]) == (409, "still-in-use")
    low = await change(till, f"/items/{till.item_ids['service']}", amount=100_000, cap=110_000)
    assert (low.status_code, low.json()["type"]) == (409, "still-in-use")
    done = [(each["did"], each["amount"]) for each in await audited(till, item["id"])]
    assert done == [("made", 15_000), ("changed", 18_000), ("ended", 18_000)]


async def test_of_two_who_change_a_periods_charges_the_second_hears_of_the_first(
    till: Till,
) -> None:
    url = f"/periods/{till.period_id}"
    seen = (await till.get(till.accountant, url)).json()["charges"]
    ids = [each["id"] for each in seen]
    service = {"item_id": str(till.item_ids["service"])}
    added = [service, service | {"scope": "grade", "ref": "6", "amount": 90_000}]
    assert (await change(till, f"{url}/charges", charges=added, seen=ids)).status_code == 200
    late = await change(till, f"{url}/charges", charges=[service], seen=ids)
    assert (late.status_code, late.json()["type"]) == (409, "charges-moved")
    # The same again is what a client does whose answer was lost.
    again = await change(till, f"{url}/charges", charges=added, seen=ids)
    assert (again.status_code, len(again.json()["charges"])) == (200, 2)


async def audited(till: Till, subject_id: str) -> list[dict[str, Any]]:
    """What the accountant has done to it, as the audit has it."""
    rows = await till.owner.fetch(
        "select detail from audit_entry where subject_id = $1 and actor_account_id = $2"
        " order by seq",
        subject_id,
        till.accountant.account_id,
    )
    return [row["detail"] for row in rows]


_NO_ITEMS: list[tuple[dict[str, Any], str]] = [
    ({"amount": -1}, "invalid-input"),
    ({"amount": 10**18}, "invalid-input"),
    ({"amount": 10**30}, "invalid-input"),
    ({"amount": 15_000.5}, "invalid-input"),
    ({"amount": "15000"}, "invalid-input"),
    ({"cap": 14_999}, "bad-item"),
    ({"name": "a\x00b"}, "invalid-input"),
    ({"name": "   "}, "invalid-input"),
    ({"legal_basis": ""}, "invalid-input"),
    ({"kitchen_cut_off": "08:00"}, "bad-item"),
    ({"category": "meal", "unit": "day"}, "bad-item"),
    ({"collector": "parents_board"}, "must-be-voluntary"),
    ({"name": "Ủng hộ bão lụt"}, "must-be-voluntary"),
    ({"name": "Dạy thêm"}, "forbidden-collection"),
    (
        {"name": "B.ả.o V.ệ", "collector": "parents_board", "is_voluntary": True},
        "forbidden-collection",
    ),
]


async def test_what_may_not_be_billed_is_refused_and_nothing_changes(
    till: Till, owner: asyncpg.Connection
) -> None:
    before = await snapshot(owner)
    for changes, slug in _NO_ITEMS:
        refused = await make(till, **changes)
        assert refused.status_code in (400, 422), changes
        assert refused.json()["type"] == slug, refused.text
    assert await snapshot(owner) == before


async def test_the_refusal_says_the_law_in_both_languages(till: Till) -> None:
    body = {"school_id": till.school.id} | ITEM | {
        "name": "Tien gui xe", "collector": "parents_board", "is_voluntary": True,
    }  # fmt: skip
    for language, words in (("vi", "không được thu"), ("en", "may not collect")):
        headers = till.accountant.headers | {"Accept-Language": language}
        refused = await till.api.post("/v1/fees/items", json=body, headers=headers)
        assert words in refused.json()["detail"]
        assert "55/2011/TT-BGDĐT" in refused.json()["detail"]


async def test_what_the_department_forbids_is_refused_in_its_schools_until_it_ends(
    till: Till, world: World
) -> None:
    admin = await world.department_admin()
    body = {"org_unit_id": 1, "name": "Nước uống", "legal_basis": "Công văn 15/SGDĐT-KHTC"}
    made = await till.api.post("/v1/fees/forbidden", json=body, headers=admin.headers)
    assert made.status_code == 201, made.text
    refused = await make(till)
    assert "Công văn 15/SGDĐT-KHTC" in refused.json()["detail"]
    names = [row["name"] for row in (await till.get(till.principal, "/forbidden")).json()["items"]]
    assert names[-1] == "Nước uống"
    short = await till.api.post(
        "/v1/fees/forbidden", json=body | {"words": ["xe"]}, headers=admin.headers
    )
    assert short.status_code == 422
    ended = await till.api.post(
        f"/v1/fees/forbidden/{made.json()['id']}/end", headers=admin.headers
    )
    assert ended.status_code == 200, ended.text
    assert (await make(till)).status_code == 201


async def test_a_period_is_made_charged_in_instalments_and_closed(till: Till) -> None:
    days = {"from_day": "2026-12-01", "to_day": "2027-05-31", "due_day": "2026-12-15"}
    body = days | {"name": "Học kỳ 2", "account_id": str(till.bank_id)}
    made = await till.post(till.accountant, "/periods", **body)
    assert made.status_code == 201, made.text
    url = f"/periods/{made.json()['period']['id']}"
    service, meal = str(till.item_ids["service"]), str(till.item_ids["meal"])
    first = {"item_id": service, "amount": 75_000, "due_day": "2026-12-20"}
    second = {"item_id": service, "amount": 75_000, "seq": 2, "due_day": "2027-02-20"}
    third = {"item_id": meal, "scope": "class", "ref": str(till.school.class_id).upper()}
    same_day = third | {"due_day": "2026-12-20"}
    done = await change(till, f"{url}/charges", charges=[first, second, same_day])
    assert done.status_code == 200, done.text
    charges = done.json()["charges"]
    assert [(each["seq"], each["quantity"]) for each in charges] == [(1, 1), (1, None), (2, 1)]
    # What stays keeps its id.
    kept = await change(till, f"{url}/charges", charges=[first, second])
    assert {each["id"] for each in kept.json()["charges"]} <= {each["id"] for each in charges}
    for wrong in (
        [first, third],  # two due days of one instalment
        [first, second | {"due_day": "2026-12-19"}],
        [first, first],
        [first | {"amount": 150_001}],
        [first | {"amount": 10**18}],
        [first | {"quantity": 2}],
        [first | {"due_day": "2026-11-01"}],
        [first | {"scope": "class", "ref": str(till.elder.id)}],
        [first | {"scope": "grade", "ref": "13"}],
        [first | {"scope": "student", "ref": "x' or 1=1"}],
        [first | {"item_id": str(till.elder.id)}],
    ):
        refused = await change(till, f"{url}/charges", charges=wrong)
        assert refused.status_code in (400, 422), wrong
    assert len((await till.get(till.principal, url)).json()["charges"]) == 2
    closed = await act(till, till.accountant, f"{url}/close")
    assert closed.json()["period"]["state"] == "closed"
    late = await change(till, f"{url}/charges", charges=[])
    assert (late.status_code, late.json()["type"]) == (409, "is-over")
    made_of, first_set, second_set, end = await audited(till, made.json()["period"]["id"])
    assert (made_of["did"], made_of["account"], end["did"]) == (
        "made",
        str(till.bank_id),
        "closed",
    )
    assert (first_set, second_set) == ({"added": 3, "ended": 0}, {"added": 0, "ended": 1})


_NO_PERIODS: list[dict[str, Any]] = [
    {"due_day": "2026-11-15"},
    {"from_day": "2027-06-01"},
    {"to_day": "2029-12-31"},
    {"from_day": "0001-01-01", "to_day": "0001-01-02"},
    {"due_day": "9999-12-31"},
    {"name": "\x00"},
]


async def test_a_period_of_impossible_days_is_refused(
    till: Till, owner: asyncpg.Connection
) -> None:
    before = await snapshot(owner)
    days = {"from_day": "2026-12-01", "to_day": "2026-12-31", "due_day": "2026-12-15"}
    body = days | {"name": "Tháng 12", "account_id": str(till.bank_id)}
    for changes in (*_NO_PERIODS, {"account_id": str(till.cash_id)}):
        refused = await till.post(till.accountant, "/periods", **(body | changes))
        assert refused.status_code in (400, 422), (changes, refused.text)
    assert await snapshot(owner) == before


async def test_a_waiver_takes_two_people_and_its_reason_is_sealed(
    till: Till, owner: asyncpg.Connection
) -> None:
    asked = await till.post(till.accountant, "/waivers", student_id=str(till.elder.id), **WAIVER)
    assert asked.status_code == 201, asked.text
    url = f"/waivers/{asked.json()['id']}"
    assert not asked.json()["may_decide"]
    assert await _granted(till) == []
    listed = (await till.get(till.principal, "/waivers", q="van an")).json()["items"]
    assert (listed[0]["reason"], listed[0]["may_decide"]) == (WAIVER["reason"], True)
    assert listed[0]["requested_by"] == "Cô Kế Toán"
    forbidden = await act(till, till.second, f"{url}/decision", decision="approve")
    assert forbidden.status_code == 403
    done = await act(till, till.principal, f"{url}/decision", decision="approve", reason="Đúng")
    assert (done.json()["state"], done.json()["decided_by"]) == ("approved", "Thầy Hiệu Trưởng")
    again = await act(till, till.principal, f"{url}/decision", decision="reject")
    assert (again.status_code, again.json()["type"]) == (409, "waiver-decided")
    assert len(await _granted(till)) == 1
    ended = await act(till, till.second, f"{url}/end")
    assert ended.json()["state"] == "ended"
    assert await _granted(till) == []
    for table in ("waiver", "audit_entry", "outbox"):
        rows = await owner.fetch(f"select t::text as row from {table} t")
        assert not any("mất việc" in row["row"] for row in rows), table
    kinds = await owner.fetch(
        "select detail from audit_entry where kind = 'fee_waiver' order by seq"
    )
    assert [row["detail"]["state"] for row in kinds] == ["approved", "ended"]


async def test_who_asked_does_not_decide_even_as_principal(till: Till, world: World) -> None:
    await world.member(till.accountant, till.school, "principal")
    asked = await till.post(till.accountant, "/waivers", student_id=str(till.elder.id), **WAIVER)
    url = f"/waivers/{asked.json()['id']}/decision"
    refused = await act(till, till.accountant, url, decision="approve")
    assert (refused.status_code, refused.json()["type"]) == (403, "same-person")
    assert await _granted(till) == []


_NO_WAIVERS: list[dict[str, Any]] = [
    {"value": 0},
    {"value": 101},
    {"value": -5},
    {"kind": "amount", "value": 10**18},
    {"to_day": "2026-11-15"},
    {"to_day": "2026-10-01"},
    {"from_day": "1990-01-01"},
    {"student_id": "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a11"},
    {"item_id": "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a11"},
    {"reason": "a\x00"},
]


async def test_a_waiver_without_sense_is_refused(till: Till, owner: asyncpg.Connection) -> None:
    before = await snapshot(owner)
    for changes in _NO_WAIVERS:
        body = {"student_id": str(till.elder.id)} | WAIVER | changes
        refused = await till.post(till.accountant, "/waivers", **body)
        wanted = (404,) if "student_id" in changes else (400, 422)
        assert refused.status_code in wanted, (changes, refused.text)
    assert await snapshot(owner) == before


async def _granted(till: Till) -> list[Any]:
    return list(await waivers_on(till.owner, school_id=till.school.id, day=PERIOD[0]))
