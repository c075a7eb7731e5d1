"""A period's bills: previewed, issued by the worker, once whoever asks and however often."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app import db
from app.fees.billing.issuing import issue_bills
from app.fees.billing.model import Issue, Issued
from app.fees.money.check import differences
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.mobile_api.billing import Json, Till
from tests.mobile_api.workers import working
from tests.notifications.news import until
from tests.patience import until_waiting
from tests.world import World


@pytest.fixture
def issue(till: Till, resources: Resources) -> Callable[..., Any]:
    """What the job does, without the worker."""

    async def issued(period_id: UUID | None = None, **part: Any) -> Issued:
        async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
            return await issue_bills(
                conn,
                school_id=till.school.id,
                issue=Issue(period_id=period_id or till.period_id, **part),
                issued_by=till.accountant.account_id,
                now=resources.clock(),
                told=_untold,
            )

    return issued


async def _untold(_done: int, _total: int) -> None:
    return None


async def preview(till: Till, *, who: Any = None, query: str = "", **part: Any) -> Json:
    answer = await till.post(
        who or till.accountant, f"/periods/{till.period_id}/preview{query}", **part
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def charge(
    till: Till, item: str, amount: int, scope: str, ref: Any = "", **more: Any
) -> None:
    await till.owner.execute(
        "insert into period_charge (school_id, id, period_id, item_id, seq, due_day, amount,"
        " quantity, scope, ref, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        till.school.id, new_id(), till.period_id, till.item_ids[item], more.get("seq", 1),
        more.get("due_day"), amount, more.get("quantity"), scope, str(ref), till.now,
    )  # fmt: skip


async def waive(till: Till, student_id: UUID, percent: int) -> None:
    await till.owner.execute(
        "insert into waiver (school_id, id, student_id, kind, value, ground, reason, from_day,"
        " to_day, state, requested_by, requested_at, decided_by, decided_at)"
        " values ($1, $2, $3, 'percent', $4, 'policy', '', '2026-09-01', '2027-05-31', 'approved',"
        " $5, $6, $7, $6)",
        till.school.id, new_id(), student_id, percent, till.accountant.account_id, till.now,
        till.principal.account_id,
    )  # fmt: skip


async def take_leave(till: Till, first: date, last: date | None = None) -> None:
    """The elder is away, as was asked for the evening before and approved two days later."""
    asked = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=12)
    await till.owner.execute(
        "insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,"
        " reason_sealed, state, covers_to, requested_by, requested_as, created_at, decided_by,"
        " decided_at) values ($1, $2, 'student', $3, $4, $5, 'day', '', 'approved', $5, $6,"
        " 'guardian', $7, $8, $9)",
        till.school.id, new_id(), till.elder.id, first, last or first, till.parent.account_id,
        asked, till.principal.account_id, asked + timedelta(days=2),
    )  # fmt: skip


async def next_period(till: Till, month: date, item: str) -> UUID:
    """A month that asks one item of everybody, as November does."""
    period_id = new_id()
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    await till.owner.execute(
        "insert into billing_period (school_id, id, name, from_day, to_day, due_day, account_id,"
        " accepts_partial, state, created_by, created_at, changed_at) values ($1, $2, $3, $4, $5,"
        " $5, $6, false, 'draft', $7, $8, $8)",
        till.school.id, period_id, f"Tháng {month:%m/%Y}", month, last, till.bank_id,
        till.accountant.account_id, till.now,
    )  # fmt: skip
    await till.owner.execute(
        "insert into period_charge (school_id, id, period_id, item_id, seq, amount, scope, ref,"
        " created_at) select school_id, $2, $3, item_id, 1, amount, 'school', '', created_at"
        " from period_charge where period_id = $1 and item_id = $4",
        till.period_id, new_id(), period_id, till.item_ids[item],
    )  # fmt: skip
    return period_id


async def books_agree(till: Till, resources: Resources) -> None:
    async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
        assert await differences(conn, school_id=till.school.id) == []


async def test_a_preview_says_what_the_issue_then_does_and_writes_nothing(
    till: Till, resources: Resources, issue: Callable[..., Any]
) -> None:
    await charge(till, "service", 90_000, "class", till.younger.class_id)
    await charge(till, "club", 0, "student", till.single.id)
    await waive(till, till.single.id, 50)
    shown = await preview(till)
    assert shown["can_issue"]
    assert shown["sums"] == {
        "pupils": 3, "bills": 3, "asked": 3 * 600_000 + 330_000, "waived": 360_000,
        "meal_credit": 0, "total": 1_770_000,
    }  # fmt: skip
    assert (shown["offers"]["bills"], shown["offers"]["total"]) == (2, 100_000)
    by_class = {each["class_name"]: each["sums"]["total"] for each in shown["by_class"]}
    assert by_class == {"6A1": 720_000 + 360_000, "6A2": 690_000}
    by_item = {each["item_name"]: each["sums"]["total"] for each in shown["by_item"]}
    assert by_item == {
        "Tiền ăn trưa": 1_500_000, "Dịch vụ bán trú": 270_000, "Câu lạc bộ bóng đá": 100_000
    }  # fmt: skip
    assert await till.owner.fetchval("select count(*) from invoice") == 0

    issued = await issue()
    assert (issued.invoices, issued.offers, issued.total) == (3, 2, 1_770_000)
    rows = await till.owner.fetch("select student_id, is_voluntary, total, state from invoice")
    expected = {
        (pupil["student_id"], bill["is_voluntary"], bill["total"], "open")
        for pupil in shown["items"]
        for bill in pupil["bills"]
    }
    assert {(str(r["student_id"]), *tuple(r)[1:]) for r in rows} == expected
    again = await preview(till)
    assert again["sums"]["bills"] == 0
    assert "already_billed" in {each["kind"] for each in again["warnings"]}
    await books_agree(till, resources)


async def test_a_preview_comes_in_pages_and_searches_without_diacritics(till: Till) -> None:
    first = await preview(till, query="?limit=2")
    rest = await preview(till, query=f"?limit=2&cursor={first['next_cursor']}")
    names = [each["student_name"] for each in first["items"] + rest["items"]]
    assert names == ["Nguyễn Văn An", "Trần Văn Cường", "Nguyễn Thị Bình"]
    assert rest["next_cursor"] is None
    found = await preview(till, query="?q=cuong", scope="grade", ref="6")
    assert [each["student_name"] for each in found["items"]] == ["Trần Văn Cường"]
    assert [each["student_name"] for each in (await preview(till, scope="student", ref=str(
        till.elder.id)))["items"]] == ["Nguyễn Văn An"]  # fmt: skip
    none = await preview(till, query="?only=without_charge")
    assert (none["items"], none["sums"]["bills"]) == ([], 3)


async def test_an_issue_is_a_job_and_each_family_is_told_once(
    till: Till, settings: Settings, resources: Resources
) -> None:
    path = f"/periods/{till.period_id}/issue"
    asked = await till.post(till.accountant, path)
    assert asked.status_code == 202, asked.text
    busy = await till.post(till.second, path)
    assert (busy.status_code, busy.json()["type"]) == (409, "job-running")
    job_id = asked.json()["job_id"]
    async with working(settings):
        job = await _ended(till, job_id)
        assert (job["state"], job["result"]["invoices"]) == ("done", 3), job
        second = await till.post(till.second, path)
        after = await _ended(till, second.json()["job_id"])
    assert (after["result"]["invoices"], after["result"]["already_billed"]) == (0, 3)
    told = await till.owner.fetchval(
        "select count(*) from inbox_item where kind = 'fee_due'"
    ) + await till.owner.fetchval("select count(*) from outbox where kind = 'fee_due'")
    assert told == 3
    hidden = await till.api.get(f"/v1/jobs/{job_id}", headers=till.principal.headers)
    assert hidden.status_code == 404
    refs = await till.owner.fetch(
        "select i.pay_ref, r.ref from invoice i left join pay_reference r"
        " on r.school_id = i.school_id and r.invoice_id = i.id"
    )
    assert {row["pay_ref"] == row["ref"] for row in refs} == {True}
    await books_agree(till, resources)


async def _ended(till: Till, job_id: str) -> Json:
    async def is_over() -> bool:
        state = await till.owner.fetchval("select state from job where id = $1", UUID(job_id))
        return state in ("done", "failed")

    await until(is_over, within_s=60)
    answer = await till.api.get(f"/v1/jobs/{job_id}", headers=till.accountant.headers)
    return dict(answer.json())


async def test_two_issues_at_once_bill_each_pupil_once(
    till: Till, issue: Callable[..., Any], resources: Resources
) -> None:
    both = await asyncio.gather(issue(), issue(scope="class", ref=str(till.elder.class_id)))
    assert sum(each.invoices for each in both) == 3
    assert await till.owner.fetchval("select count(*) from invoice") == 6
    await books_agree(till, resources)


async def test_an_issue_waits_for_who_changes_the_period(
    till: Till, issue: Callable[..., Any], owner: asyncpg.Connection, database: str
) -> None:
    changing = await db.connect(database)
    try:
        async with changing.transaction():
            await changing.execute(
                "update billing_period set state = 'closed', closed_at = now() where id = $1",
                till.period_id,
            )
            waiting = asyncio.ensure_future(issue())
            await until_waiting(owner)
    finally:
        await changing.close()
    with pytest.raises(Exception, match="closed"):
        await waiting
    assert await owner.fetchval("select count(*) from invoice") == 0


async def test_what_was_forbidden_since_is_not_issued(till: Till) -> None:
    await till.owner.execute(
        "update fee_item set cap = 100000, amount = 100000 where id = $1", till.item_ids["service"]
    )
    await till.owner.execute(
        "update fee_item set ended_at = now() where id = $1", till.item_ids["meal"]
    )
    shown = await preview(till)
    blocked = {each["kind"]: each["item_name"] for each in shown["warnings"] if each["blocks"]}
    assert blocked == {"over_cap": "Dịch vụ bán trú", "item_ended": "Tiền ăn trưa"}
    assert not shown["can_issue"]
    refused = await till.post(till.accountant, f"/periods/{till.period_id}/issue")
    assert (refused.status_code, refused.json()["type"]) == (422, "not-to-be-billed")
    assert "Dịch vụ bán trú, Tiền ăn trưa" in refused.json()["detail"]


async def test_what_the_deny_list_names_by_now_is_not_issued(till: Till) -> None:
    await till.owner.execute(
        "insert into forbidden_collection (id, org_unit_id, name, words, legal_basis, created_at)"
        " values ($1, 1, 'Câu lạc bộ', array['cau lac bo'], 'Công văn 12', $2)",
        new_id(),
        till.now,
    )
    refused = await till.post(till.accountant, f"/periods/{till.period_id}/issue")
    assert (refused.status_code, refused.json()["type"]) == (422, "not-to-be-billed")
    assert "Câu lạc bộ bóng đá" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ({"scope": "class", "ref": str(uuid4())}, (422, "bad-scope")),
        ({"scope": "grade", "ref": "12"}, (422, "bad-scope")),
        ({"scope": "grade", "ref": "'; drop"}, (400, "invalid-input")),
        ({"scope": "planet"}, (400, "invalid-input")),
        ({"scope": "student", "ref": "0" * 37}, (400, "invalid-input")),
    ],
)
async def test_absurd_parts_of_a_school_are_refused(
    till: Till, part: Json, answer: tuple[int, str]
) -> None:
    for action in ("preview", "issue"):
        got = await till.post(till.accountant, f"/periods/{till.period_id}/{action}", **part)
        assert (got.status_code, got.json()["type"]) == answer, got.text


async def test_who_may_bill(till: Till, world: World, api: httpx.AsyncClient) -> None:
    elsewhere = await world.school()
    stranger = await world.staff(elsewhere, "accountant")
    teacher = await world.staff(till.school, "homeroom_teacher", "Cô Giáo")
    for action, principal in (("preview", 200), ("issue", 403)):
        path = f"/periods/{till.period_id}/{action}"
        assert (await till.post(till.principal, path)).status_code == principal
        assert (await till.post(teacher, path)).status_code == 403
        assert (await till.post(till.parent, path)).status_code == 403
        assert (await till.post(stranger, path)).status_code == 404
        own = await api.post(
            f"/v1/fees{path}", json={"school_id": elsewhere.id}, headers=stranger.headers
        )
        assert (own.status_code, own.json()["type"]) == (404, "no-such-period")


async def test_who_has_left_or_is_in_no_class_gets_no_bill(
    till: Till, issue: Callable[..., Any]
) -> None:
    await till.owner.execute(
        "update student set ended_at = $2 where id = $1", till.single.id, till.now
    )
    await till.owner.execute(
        "update enrolment set to_day = '2026-11-10' where student_id = $1", till.younger.id
    )
    assert (await issue()).pupils == 1


async def test_a_job_of_who_keeps_no_till_any_more_does_nothing(
    till: Till, settings: Settings
) -> None:
    asked = await till.post(till.accountant, f"/periods/{till.period_id}/issue")
    await till.owner.execute(
        "update membership set ended_at = now() where account_id = $1", till.accountant.account_id
    )
    job_id = UUID(asked.json()["job_id"])
    over = "select state = 'failed' from job where id = $1"
    async with working(settings):
        await until(lambda: till.owner.fetchval(over, job_id), within_s=60)
    assert await till.owner.fetchval("select count(*) from invoice") == 0


async def test_meals_of_last_month_lower_the_next_bill_once(
    till: Till, issue: Callable[..., Any], resources: Resources
) -> None:
    await issue()
    monday = date(2026, 11, 9)
    await take_leave(till, monday, monday + timedelta(days=1))
    december = await next_period(till, date(2026, 12, 1), "meal")
    issued = await issue(december)
    assert issued.invoices == 3
    days = await till.owner.fetch(
        "select m.day, m.amount, i.student_id, i.total, i.charged from meal_credit m"
        " join invoice i on i.id = m.used_on order by m.day"
    )
    assert [(row["day"], row["amount"]) for row in days] == [
        (monday, 30_000), (monday + timedelta(days=1), 30_000)
    ]  # fmt: skip
    others = await till.owner.fetchval(
        "select max(total) from invoice where period_id = $1", december
    )
    assert {row["total"] for row in days} == {others - 60_000}
    assert others == 27 * 30_000
    await books_agree(till, resources)
    state = await till.owner.fetchval("select state from billing_period where id = $1", december)
    assert state == "open"
    # What gave them back is void: they wait for the next bill again.
    bill_id = await till.owner.fetchval("select distinct used_on from meal_credit")
    november = await till.owner.fetchval("select distinct charged_on from meal_credit")
    refused = await till.post(till.accountant, f"/invoices/{november}/void", reason="Nhầm")
    assert (refused.status_code, refused.json()["type"]) == (409, "meals-credited")
    voided = await till.post(
        till.accountant, f"/invoices/{bill_id}/void", reason="Lập lại", reissue=True
    )
    assert voided.status_code == 200, voided.text
    assert voided.json()["reissued"]["total"] == others - 60_000
    assert await till.owner.fetchval("select count(distinct day) from meal_credit") == 2
    await books_agree(till, resources)


@pytest.mark.parametrize("is_declined", [True, False])
async def test_an_offer_that_came_to_nothing_gives_its_meals_back_for_good(
    till: Till, issue: Callable[..., Any], resources: Resources, clock: Clock, is_declined: bool
) -> None:
    await till.owner.execute(
        "update fee_item set is_voluntary = true where id = $1", till.item_ids["meal"]
    )
    await till.owner.execute(
        "update period_charge set ended_at = now() where item_id = $1", till.item_ids["club"]
    )
    await issue(scope="student", ref=str(till.elder.id))
    # Past the money layer: what is asked here is what becomes of the meals.
    await till.owner.execute("update invoice set paid = total where is_voluntary")
    await take_leave(till, date(2026, 11, 9))
    december = await next_period(till, date(2026, 12, 1), "meal")
    await issue(december, scope="student", ref=str(till.elder.id))
    offer_id = await till.owner.fetchval("select used_on from meal_credit")
    path = f"/v1/fees/due/{offer_id}/declined"
    if is_declined:
        declined = await till.api.post(path, headers=till.parent.headers)
        assert declined.status_code == 200, declined.text
    else:
        clock.now = datetime(2027, 1, 4, 8, tzinfo=clock.now.tzinfo)
    january = await next_period(till, date(2027, 1, 1), "service")
    await issue(january, scope="student", ref=str(till.elder.id))
    assert await till.owner.fetchval("select state from invoice where id = $1", offer_id) == "void"
    (used,) = await till.owner.fetch(
        "select i.period_id, i.total from meal_credit m join invoice i on i.id = m.used_on"
    )
    assert tuple(used) == (january, 120_000 - 30_000)
    again = await till.api.delete(path, headers=till.parent.headers)
    assert (again.status_code, again.json()["type"]) == (409, "invoice-not-open")
    # Nor is it offered once more when its period is issued again, as for a pupil who came late.
    await issue(december, scope="student", ref=str(till.elder.id))
    offers = "select count(*) from invoice where period_id = $1"
    assert await till.owner.fetchval(offers, december) == 1
