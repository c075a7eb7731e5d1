"""Activating by a code on paper: what it opens, and all that it must not."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from app.activation.codes import check_character, new_code
from mobile_api.resources import Resources
from tests.cast import Cast
from tests.conftest import HANOI, Clock
from tests.mobile_api.doors import PASSWORD, bearer_of, client_from, device, is_let_in, login, warm
from tests.mobile_api.paper import (
    PHONE,
    activate,
    children,
    codes,
    name_guardian,
    new_guardian,
    pages,
    prove_by_text,
)
from tests.mobile_api.test_guardians import block
from tests.world import World

OTHER_PASSWORD = "mật-khẩu-khác-9"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


async def test_a_parent_activates_with_the_strip_and_sees_the_child(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    made = await name_guardian(api, cast)
    assert made["state"] == "invited"
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    answer = await activate(api, code.lower().replace("-", " "))
    assert answer.headers["cache-control"] == "no-store"
    assert await children(api, bearer_of(answer)) == [str(cast.student.id)]
    assert answer.json()["links"] == [
        {
            "school_id": cast.school.id,
            "student_id": str(cast.student.id),
            "student_name": cast.student.name,
            "guardian_name": "Võ Thị Mẹ",
            "relation": "mother",
            "state": "active",
        }
    ]
    assert (await login(api, PHONE, PASSWORD)).status_code == 200
    url = cast.url(f"/students/{cast.student.id}/guardians/{made['id']}")
    shown = (await api.get(url, headers=cast["principal"].headers)).json()
    assert shown["state"] == "active"
    # Who is in needs no strip any more, and the office sees that.
    assert "Võ Thị Mẹ" not in await codes(api, cast)
    assert f"{cast.student.name}: Võ Thị Mẹ" in (await pages(api, cast))[-1]


async def test_a_browser_gets_the_refresh_token_as_a_cookie_only(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    answer = await activate(api, code, device=device(platform="web"))
    assert answer.json()["refresh_token"] is None
    assert "ct_refresh=" in answer.headers["set-cookie"]


async def test_a_code_is_good_once_also_for_six_at_the_same_moment(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    await warm(resources)
    before = await owner.fetchval("select count(*) from session")
    answers = await asyncio.gather(
        *(activate(api, code, password=f"{OTHER_PASSWORD}-{n}") for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5
    assert await owner.fetchval("select count(*) from session") == before + 1
    (winner,) = (n for n, answer in enumerate(answers) if answer.status_code == 200)
    entered = [
        (await login(api, PHONE, f"{OTHER_PASSWORD}-{n}")).status_code == 200 for n in range(6)
    ]
    assert entered == [n == winner for n in range(6)]
    again = await activate(api, code, password=f"{OTHER_PASSWORD}-{winner}")
    assert refusal(again) == (401, "wrong-activation-code")


async def test_a_code_is_good_to_the_end_of_the_day_that_the_strip_names(
    api: httpx.AsyncClient, cast: Cast, clock: Clock
) -> None:
    await name_guardian(api, cast)
    assert "đến hết ngày 16/12/2026" in (await pages(api, cast))[0]
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    clock.now = datetime(2026, 12, 17, 0, 0, tzinfo=HANOI)
    assert refusal(await activate(api, code)) == (401, "wrong-activation-code")
    clock.now -= timedelta(seconds=1)
    assert (await activate(api, code)).status_code == 200


async def test_a_new_sheet_voids_the_former_also_when_two_are_printed_at_once(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await name_guardian(api, cast)
    old = (await codes(api, cast))["Võ Thị Mẹ"]
    both = [each["Võ Thị Mẹ"] for each in await asyncio.gather(codes(api, cast), codes(api, cast))]
    assert len({old, *both}) == 3
    live = "select count(*) from activation_code where voided_at is null and used_at is null"
    guardians = "select count(*) from guardianship where student_id = $1"
    assert await owner.fetchval(live) == await owner.fetchval(guardians, cast.student.id)
    assert refusal(await activate(api, old)) == (401, "wrong-activation-code")
    assert sorted([(await activate(api, code)).status_code for code in both]) == [200, 401]


async def test_a_sheet_of_one_class_leaves_the_codes_of_another(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    await codes(api, cast, cast.next_class_id)
    assert (await activate(api, code)).status_code == 200


async def test_a_code_ends_with_its_link_its_number_and_with_a_custody_block(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    headers = cast["principal"].headers
    made = await name_guardian(api, cast)
    # Another child keeps the guardian's own row, so that the same link is taken up again below.
    await name_guardian(api, cast, cast.neighbour.id)
    url = cast.url(f"/students/{cast.student.id}/guardians/{made['id']}")
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    assert (await api.delete(url, headers=headers)).status_code == 204
    assert refusal(await activate(api, code)) == (401, "wrong-activation-code")
    # Taken up again it needs a new strip.
    made = await name_guardian(api, cast)
    url = cast.url(f"/students/{cast.student.id}/guardians/{made['id']}")
    assert refusal(await activate(api, code)) == (401, "wrong-activation-code")
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    assert (await api.patch(url, json={"phone": "0987654321"}, headers=headers)).status_code == 200
    for phone in (PHONE, "0987654321"):
        assert refusal(await activate(api, code, phone)) == (401, "wrong-activation-code")
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    await block(api, url, headers)
    assert refusal(await activate(api, code, "0987654321")) == (401, "wrong-activation-code")
    assert "Võ Thị Mẹ" not in await codes(api, cast)


async def test_a_found_strip_is_worth_ten_numbers(api: httpx.AsyncClient, cast: Cast) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    for n in range(9):
        assert refusal(await activate(api, code, f"091000067{n}"))[0] == 401
    spared = (await codes(api, cast))["Võ Thị Mẹ"]
    for n in range(10):
        answer = await activate(api, spared, f"091000067{n}")
        assert refusal(answer) == (401, "wrong-activation-code")
    # The right number comes too late.
    assert refusal(await activate(api, spared)) == (401, "wrong-activation-code")


async def test_wrong_numbers_at_the_same_moment_are_all_counted(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    await warm(resources)
    await asyncio.gather(*(activate(api, code, f"09100006{n:02}") for n in range(20)))
    assert await owner.fetchval("select max(attempts) from activation_code") == 10


async def test_a_guesser_is_stopped_and_a_slip_of_the_finger_is_free(
    app: Litestar, cast: Cast
) -> None:
    async with client_from(app, "192.0.2.1") as stranger:
        for _ in range(100):
            slip = await activate(stranger, f"{cast.school.id}-7KQ2M-XW9TB-0")
            assert refusal(slip) == (422, "mistyped-code")
        seen = [
            (await activate(stranger, new_code(cast.school.id).text)).status_code for _ in range(70)
        ]
    assert seen[:60] == [401] * 60
    assert seen[-1] == 429


async def test_a_code_opens_no_other_school(api: httpx.AsyncClient, cast: Cast) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    body = code.split("-", 1)[1].replace("-", "")[:-1]
    moved = f"{cast.other.id}-{body}"
    assert refusal(await activate(api, moved + check_character(moved)))[0] == 401
    assert (await activate(api, code)).status_code == 200


async def test_paper_never_takes_over_an_account(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    person = await world.account(password=PASSWORD)
    await world.guardian(cast.stranger, person=person)
    await name_guardian(api, cast, phone=person.phone)
    # It is in use and linked elsewhere: live at once, and no strip is needed.
    assert set(await children(api, person.headers)) == {
        str(cast.student.id),
        str(cast.stranger.id),
    }
    await owner.execute("update account set password_hash = null where id = $1", person.account_id)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    hashed = await world.resources.passwords.hash(PASSWORD)
    await owner.execute(
        "update account set password_hash = $1 where id = $2", hashed, person.account_id
    )
    taken = await activate(api, code, person.phone, OTHER_PASSWORD)
    assert refusal(taken) == (401, "account-exists")
    assert await is_let_in(api, person.headers)
    assert (await login(api, person.phone, OTHER_PASSWORD)).status_code == 401
    assert (await login(api, person.phone, PASSWORD)).status_code == 200
    # With its own password it is the owner.
    own = await activate(api, code, person.phone, PASSWORD)
    assert own.status_code == 200, own.text


async def test_an_owner_who_shows_a_code_six_times_at_once_is_let_in_once(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    owner: asyncpg.Connection,
    resources: Resources,
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    hashed = await world.resources.passwords.hash(PASSWORD)
    await owner.execute("update account set password_hash = $1 where password_hash is null", hashed)
    await warm(resources)
    answers = await asyncio.gather(*(activate(api, code) for _ in range(6)))
    assert (
        sorted(refusal(answer) for answer in answers if answer.status_code != 200)
        == [(401, "wrong-activation-code")] * 5
    )


async def test_guesses_at_a_password_behind_a_code_cost_what_they_cost_at_the_login(
    app: Litestar, api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, world: World
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    hashed = await world.resources.passwords.hash(PASSWORD)
    await owner.execute("update account set password_hash = $1 where password_hash is null", hashed)
    async with client_from(app, "192.0.2.1") as stranger:
        seen = [
            (await activate(stranger, code, password=OTHER_PASSWORD)).status_code for _ in range(12)
        ]
    assert (seen[0], seen[-1]) == (401, 429)


@pytest.mark.parametrize("of", ["another school", "a teacher", "another school, waiting"])
async def test_paper_of_one_school_opens_nothing_of_another_nor_of_the_staff(
    api: httpx.AsyncClient,
    cast: Cast,
    owner: asyncpg.Connection,
    resources: Resources,
    of: str,
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    if of == "a teacher":
        body = {"name": "Võ Thị Mẹ", "phone": PHONE, "roles": ["accountant"]}
        url = f"/v1/schools/{cast.other.id}/staff"
        made = await api.post(url, json=body, headers=cast["other principal"].headers)
    else:
        url = f"/v1/schools/{cast.other.id}/students/{cast.stranger.id}/guardians"
        made = await api.post(url, json=new_guardian(), headers=cast["other principal"].headers)
    assert made.status_code == 201, made.text
    if of == "another school, waiting":
        await owner.execute(
            "update guardianship set pending_account_id = account_id, account_id = null,"
            " pending_since = now() where school_id = $1 and account_id = (select account_id from"
            " guardianship where school_id = $2 and guardian_id not in (select guardian_id from"
            " guardianship where account_id = $3) limit 1)",
            cast.other.id,
            cast.school.id,
            cast["guardian"].account_id,
        )
    refused = await activate(api, code)
    assert refusal(refused) == (409, "needs-text-message")
    assert (await login(api, PHONE, PASSWORD)).status_code == 401
    # A text message to the phone opens all of it.
    answer = await prove_by_text(api, resources, PHONE, "activation")
    seen = await children(api, bearer_of(answer))
    assert str(cast.student.id) in seen
    assert (str(cast.stranger.id) in seen) == (of != "a teacher")


async def test_paper_of_one_school_proves_nothing_to_the_next(
    api: httpx.AsyncClient, cast: Cast, resources: Resources
) -> None:
    """Else a strip printed here would open children who are named elsewhere later."""
    await name_guardian(api, cast)
    headers = bearer_of(await activate(api, (await codes(api, cast))["Võ Thị Mẹ"]))
    url = f"/v1/schools/{cast.other.id}/students/{cast.stranger.id}/guardians"
    made = await api.post(url, json=new_guardian(), headers=cast["other principal"].headers)
    assert made.json()["state"] == "needs_proof"
    assert await children(api, headers) == [str(cast.student.id)]
    # Another child of the same school is known to be theirs.
    await name_guardian(api, cast, cast.neighbour.id)
    assert len(await children(api, headers)) == 2
    answer = await prove_by_text(api, resources, PHONE, "reset")
    assert not await is_let_in(api, headers)
    assert len(await children(api, bearer_of(answer))) == 3


async def test_two_on_one_phone_share_an_account_and_all_children_of_the_school(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    await name_guardian(api, cast)
    await name_guardian(api, cast, name="Lê Văn Cha", relation="father")
    await name_guardian(api, cast, cast.neighbour.id)
    sheet = " ".join(await pages(api, cast))
    assert "Dùng chung số điện thoại với Lê Văn Cha: cùng một tài khoản." in sheet
    assert "Dùng chung số điện thoại với Võ Thị Mẹ: cùng một tài khoản." in sheet
    on_paper = await codes(api, cast)
    answer = await activate(api, on_paper["Võ Thị Mẹ"])
    told = [(link["student_id"], link["guardian_name"]) for link in answer.json()["links"]]
    assert sorted(told) == sorted(
        [
            (str(cast.student.id), "Võ Thị Mẹ"),
            (str(cast.student.id), "Lê Văn Cha"),
            (str(cast.neighbour.id), "Võ Thị Mẹ"),
        ]
    )
    assert set(await children(api, bearer_of(answer))) == {
        str(cast.student.id),
        str(cast.neighbour.id),
    }
    # The other strip needs the account's password, and then does no harm.
    second = await activate(api, on_paper["Lê Văn Cha"], password=OTHER_PASSWORD)
    assert refusal(second) == (401, "account-exists")
    assert (await activate(api, on_paper["Lê Văn Cha"])).status_code == 200


async def test_a_child_from_whom_a_court_keeps_them_is_not_opened(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    made = await name_guardian(api, cast)
    await name_guardian(api, cast, cast.neighbour.id)
    code = (await codes(api, cast, cast.next_class_id))["Võ Thị Mẹ"]
    url = cast.url(f"/students/{cast.student.id}/guardians/{made['id']}")
    await block(api, url, cast["principal"].headers)
    answer = await activate(api, code)
    assert [link["student_id"] for link in answer.json()["links"]] == [str(cast.neighbour.id)]
    assert await children(api, bearer_of(answer)) == [str(cast.neighbour.id)]


async def test_a_weak_password_is_told_and_costs_nothing(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await name_guardian(api, cast)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    for _ in range(12):
        assert refusal(await activate(api, code, password="12345678")) == (422, "weak-password")
    assert await owner.fetchval("select max(attempts) from activation_code") == 0
    assert (await activate(api, code)).status_code == 200


async def test_codes_are_stored_and_logged_nowhere(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await name_guardian(api, cast)
    with capture_logs() as logs:
        code = (await codes(api, cast))["Võ Thị Mẹ"]
        await activate(api, code, "0910000000")
        await activate(api, code)
    said = repr(logs)
    for secret in (code, code.replace("-", ""), "912345678", PASSWORD):
        assert secret not in said
    rows = await owner.fetch("select row_to_json(c)::text as held from activation_code c")
    assert not any(code.split("-")[1] in row["held"] for row in rows)


async def test_the_homeroom_teacher_prints_the_own_class_and_no_other(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    teacher = cast["homeroom_teacher"].headers
    url = "/classes/{}/activation-sheet.pdf"
    own = await api.get(cast.url(url.format(cast.class_id)), headers=teacher)
    next_one = await api.get(cast.url(url.format(cast.next_class_id)), headers=teacher)
    assert (own.status_code, own.content[:5]) == (200, b"%PDF-")
    assert next_one.status_code == 404


async def test_the_office_page_names_pupils_whom_nobody_could_be_told_of(
    api: httpx.AsyncClient, cast: Cast, world: World
) -> None:
    await world.student(cast.school, "Phạm Thị Ốc")
    office = (await pages(api, cast))[-1]
    assert "Chưa có người giám hộ (1)" in office
    assert "Phạm Thị Ốc" in office
    assert cast.student.name not in office.partition("Chưa có người giám hộ")[2]


async def test_the_ids_in_an_answer_are_those_of_the_directory(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    made = await name_guardian(api, cast)
    answer = await activate(api, (await codes(api, cast))["Võ Thị Mẹ"])
    account_id = await owner.fetchval(
        "select account_id from guardianship where guardian_id = $1", UUID(made["id"])
    )
    assert answer.json()["account"]["id"] == str(account_id)
    paper = "select paper_at is not null, phone_proved_at is null from account where id = $1"
    assert tuple(await owner.fetchrow(paper, account_id) or ()) == (True, True)
