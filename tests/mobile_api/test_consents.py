"""Consents: nothing by default, each refusable, withdrawn at once, and two guardians who differ."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.consents import texts
from mobile_api.resources import Resources
from notifications.queries import claim_due, recipients
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.doors import bearer_of, warm
from tests.mobile_api.paper import PHONE, activate, codes, name_guardian, prove_by_text
from tests.patience import until_waiting
from tests.world import Person, World


@pytest.fixture
async def mother(cast: Cast) -> Person:
    return cast["guardian"]


@pytest.fixture
async def father(world: World, cast: Cast) -> Person:
    return await world.guardian(cast.student, name="Nguyễn Văn Cha")


def choice(cast: Cast, purpose: str, is_given: bool, **changes: Any) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "school_id": cast.school.id,
        "person_id": str(cast.student.id),
        "version": 1,
        "is_given": is_given,
    } | changes


async def choose(
    api: httpx.AsyncClient, who: Person, *choices: dict[str, Any], **headers: str
) -> httpx.Response:
    return await api.put(
        "/v1/me/consents", json={"items": list(choices)}, headers=who.headers | headers
    )


async def is_shown(owner: asyncpg.Connection, cast: Cast) -> bool:
    shown: bool = await owner.fetchval(
        "select photo_consent from student where id = $1", cast.student.id
    )
    return shown


async def held(api: httpx.AsyncClient, who: Person) -> dict[tuple[str, str], dict[str, Any]]:
    answer = await api.get("/v1/me/consents", headers=who.headers)
    assert answer.status_code == 200, answer.text
    return {(each["purpose"], each["person_id"]): each for each in answer.json()["items"]}


async def test_the_texts_are_there_before_a_login_in_both_languages(
    api: httpx.AsyncClient,
) -> None:
    vi = (await api.get("/v1/consents/texts")).json()["items"]
    en = (await api.get("/v1/consents/texts", headers={"Accept-Language": "en"})).json()["items"]
    assert [(t["purpose"], t["version"]) for t in vi] == [(t["purpose"], t["version"]) for t in en]
    assert {t["purpose"]: t["about"] for t in vi} == {
        "photo": "child",
        "push_names": "child",
        "staff_location": "staff",
    }
    assert vi[0]["title"] == "Ảnh của con ở cổng trường"
    assert en[0]["title"] == "Your child's picture at the gate"


async def test_nothing_is_agreed_to_until_somebody_says_so(
    api: httpx.AsyncClient, cast: Cast, mother: Person, owner: asyncpg.Connection
) -> None:
    photo = (await held(api, mother))["photo", str(cast.student.id)]
    assert photo["choice"] is None
    assert (photo["asks"], photo["holds"], photo["version"]) == (True, False, 1)
    assert (await choose(api, mother)).status_code == 200
    assert not await is_shown(owner, cast)
    assert await owner.fetchval("select count(*) from consent_event") == 0


async def test_each_choice_is_a_fact_and_the_last_one_holds(
    api: httpx.AsyncClient, cast: Cast, mother: Person, owner: asyncpg.Connection, clock: Clock
) -> None:
    for is_given in (False, True, True, False, False, True):
        answer = await choose(
            api, mother, choice(cast, "photo", is_given), **{"Accept-Language": "en"}
        )
        assert answer.status_code == 200, answer.text
        assert await is_shown(owner, cast) == is_given
    rows = await owner.fetch(
        "select id, choice, account_id, locale, version from consent_event order by id"
    )
    assert [row["choice"] for row in rows] == ["refused", "given", "withdrawn", "given"]
    assert {tuple(row)[2:] for row in rows} == {(mother.account_id, "en", 1)}
    current = await owner.fetchrow("select choice, event_id from consent")
    assert tuple(current or ()) == ("given", rows[-1]["id"])
    photo = (await held(api, mother))["photo", str(cast.student.id)]
    assert (photo["choice"], photo["asks"], photo["holds"]) == ("given", False, True)


async def test_two_who_differ_and_the_picture_is_not_shown(
    api: httpx.AsyncClient, cast: Cast, mother: Person, father: Person, owner: asyncpg.Connection
) -> None:
    await choose(api, mother, choice(cast, "photo", True))
    assert await is_shown(owner, cast)
    await choose(api, father, choice(cast, "photo", False))
    assert not await is_shown(owner, cast)
    await choose(api, father, choice(cast, "photo", True))
    await choose(api, mother, choice(cast, "photo", False))
    assert not await is_shown(owner, cast)
    await choose(api, mother, choice(cast, "photo", True))
    assert await is_shown(owner, cast)


async def test_two_who_choose_at_the_same_moment_are_both_heard(
    api: httpx.AsyncClient,
    cast: Cast,
    mother: Person,
    father: Person,
    owner: asyncpg.Connection,
    resources: Resources,
) -> None:
    await warm(resources)
    for _ in range(8):
        answers = await asyncio.gather(
            choose(api, mother, choice(cast, "photo", True)),
            choose(api, father, choice(cast, "photo", False)),
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        assert not await is_shown(owner, cast)
        await choose(api, mother, choice(cast, "photo", False))
        await choose(api, father, choice(cast, "photo", True))


async def test_a_withdrawal_is_heard_while_the_other_guardians_link_ends(
    api: httpx.AsyncClient,
    cast: Cast,
    mother: Person,
    father: Person,
    owner: asyncpg.Connection,
    database: str,
) -> None:
    await choose(api, mother, choice(cast, "photo", True))
    await choose(api, father, choice(cast, "photo", False))
    other = await db.connect(database)
    async with owner.transaction():
        await owner.execute(
            "update consent set choice = 'withdrawn' where account_id = $1", mother.account_id
        )
        ending = asyncio.create_task(
            other.execute(
                "update guardianship set ended_at = now() where account_id = $1",
                father.account_id,
            )
        )
        # It looks at the choices when the withdrawal is there to be seen, not before.
        await until_waiting(owner)
    await ending
    await other.close()
    assert not await is_shown(owner, cast)


@pytest.mark.parametrize(
    "change", ["ended_at = now()", "can_see = false", "custody_blocked_at = now()"]
)
async def test_who_does_not_act_for_the_child_any_more_has_no_voice(
    api: httpx.AsyncClient,
    cast: Cast,
    mother: Person,
    father: Person,
    owner: asyncpg.Connection,
    change: str,
) -> None:
    sql = f"update guardianship set {change} where account_id = $1"
    await choose(api, mother, choice(cast, "photo", True))
    await choose(api, father, choice(cast, "photo", False))
    await owner.execute(sql, father.account_id)
    assert await is_shown(owner, cast)
    await owner.execute(sql, mother.account_id)
    assert not await is_shown(owner, cast)


async def test_whose_number_was_changed_has_no_voice_until_it_is_shown_again(
    api: httpx.AsyncClient, cast: Cast, mother: Person, owner: asyncpg.Connection
) -> None:
    await choose(api, mother, choice(cast, "photo", True))
    guardian_id = await owner.fetchval(
        "select guardian_id from guardianship where account_id = $1", mother.account_id
    )
    url = cast.url(f"/students/{cast.student.id}/guardians/{guardian_id}")
    headers = cast["principal"].headers
    changed = await api.patch(url, json={"phone": "0987654321"}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert not await is_shown(owner, cast)


async def test_a_new_version_asks_again_and_the_old_word_holds_only_for_what_it_covers(
    api: httpx.AsyncClient,
    cast: Cast,
    mother: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await choose(api, mother, choice(cast, "push_names", True))
    words = texts._TEXTS["push_names"]
    monkeypatch.setitem(texts._TEXTS, "push_names", [*words, *words])
    key = ("push_names", str(cast.student.id))
    after = (await held(api, mother))[key]
    assert (after["version"], after["decided_version"]) == (2, 1)
    assert (after["asks"], after["holds"]) == (True, True)
    monkeypatch.setitem(texts.COVERS_FROM, "push_names", 2)
    after = (await held(api, mother))[key]
    assert (after["asks"], after["holds"]) == (True, False)
    # To the text that was not read nobody says yes; no is heard at once.
    outdated = await choose(api, mother, choice(cast, "push_names", True))
    assert (outdated.status_code, outdated.json()["type"]) == (409, "outdated-text")
    assert (await choose(api, mother, choice(cast, "push_names", False))).status_code == 200
    again = await choose(api, mother, choice(cast, "push_names", True, version=2))
    assert again.status_code == 200
    after = (await held(api, mother))[key]
    assert (after["asks"], after["holds"]) == (False, True)
    unknown = await choose(api, mother, choice(cast, "push_names", False, version=3))
    assert unknown.status_code == 409


async def test_a_widened_use_of_pictures_shows_none_on_an_old_word(
    api: httpx.AsyncClient, cast: Cast, mother: Person, owner: asyncpg.Connection
) -> None:
    await choose(api, mother, choice(cast, "photo", True))
    # What a migration that widens the use does.
    widened = "create or replace function photo_consent_since() returns smallint language sql"
    try:
        await owner.execute(f"{widened} immutable as 'select 2::smallint'")
        await owner.execute("select settle_photo_consent(school_id, id) from student")
        assert not await is_shown(owner, cast)
    finally:
        await owner.execute(f"{widened} immutable as 'select 1::smallint'")


async def test_one_chooses_for_ones_own_child_and_for_oneself_only(
    api: httpx.AsyncClient, cast: Cast, mother: Person, owner: asyncpg.Connection
) -> None:
    guard = cast["guard"]
    cases = [
        (mother, choice(cast, "photo", True, person_id=str(cast.neighbour.id))),
        (mother, choice(cast, "photo", True, school_id=cast.other.id,
                        person_id=str(cast.stranger.id))),
        (mother, choice(cast, "photo", True, school_id=cast.other.id)),
        (mother, choice(cast, "staff_location", True)),
        (mother, choice(cast, "staff_location", True, person_id=str(guard.person_id))),
        (cast["principal"], choice(cast, "photo", True)),
        (cast["homeroom_teacher"], choice(cast, "photo", True)),
        (cast["student"], choice(cast, "photo", True)),
        (guard, choice(cast, "photo", True, person_id=str(guard.person_id))),
    ]  # fmt: skip
    for who, wish in cases:
        answer = await choose(api, who, wish)
        assert (answer.status_code, answer.json()["type"]) == (422, "not-to-be-consented"), wish
    # One wrong one, and none is stored.
    mixed = await choose(api, mother, choice(cast, "photo", True), cases[0][1])
    assert mixed.status_code == 422
    assert await owner.fetchval("select count(*) from consent_event") == 0


async def test_bad_choices_are_refused(api: httpx.AsyncClient, cast: Cast, mother: Person) -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"purpose": "marketing"},
        {"version": 0},
        {"version": 40_000},
        {"is_given": None},
        {"is_given": "yes"},
        {"school_id": 0},
        {"extra": 1},
    )
    for bad in cases:
        assert (await choose(api, mother, choice(cast, "photo", True) | bad)).status_code == 400
    silent = choice(cast, "photo", True)
    del silent["is_given"]
    assert (await choose(api, mother, silent)).status_code == 400


async def test_a_refusal_costs_no_message_about_attendance(
    api: httpx.AsyncClient, cast: Cast, mother: Person, owner: asyncpg.Connection, clock: Clock
) -> None:
    await choose(api, mother, choice(cast, "photo", False), choice(cast, "push_names", False))
    gate = Gate(api, clock, cast.school, cast["guard"])
    await gate.results(gate.scan(cast.student.token))
    told = {row.account_id for row in await recipients(owner, await claim_due(owner, limit=10))}
    assert told == {mother.account_id}


ENTRY = [
    {"purpose": "photo", "version": 1, "is_given": True},
    {"purpose": "push_names", "version": 1, "is_given": False},
]


async def test_what_is_chosen_while_activating_holds_for_the_children_it_links(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await name_guardian(api, cast)
    await name_guardian(api, cast, cast.neighbour.id)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    outdated = [{"purpose": "photo", "version": 2, "is_given": True}]
    early = await activate(api, code, consents=outdated)
    assert (early.status_code, early.json()["type"]) == (409, "outdated-text")
    headers = bearer_of(await activate(api, code, consents=ENTRY))
    rows = await owner.fetch("select person_id, purpose, choice from consent order by purpose")
    both = {cast.student.id, cast.neighbour.id}
    assert {(row["purpose"], row["choice"]) for row in rows} == {
        ("photo", "given"),
        ("push_names", "refused"),
    }
    assert {row["person_id"] for row in rows} == both
    assert await is_shown(owner, cast)
    shown = (await api.get("/v1/me/consents", headers=headers)).json()["items"]
    assert not any(each["asks"] for each in shown)


async def test_the_same_is_chosen_with_a_code_by_text_message(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection, resources: Resources
) -> None:
    await name_guardian(api, cast)
    silent = await prove_by_text(api, resources, PHONE, "activation")
    assert silent.status_code == 200
    assert await owner.fetchval("select count(*) from consent_event") == 0
    answer = await prove_by_text(api, resources, PHONE, "reset", consents=ENTRY)
    assert answer.status_code == 200, answer.text
    assert await is_shown(owner, cast)


async def test_who_loses_a_deadlock_is_told_to_send_it_again(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    sister = await world.student(cast.school, "Nguyễn Thị Em")
    mother = await world.guardian(cast.student)
    await world.guardian(sister, person=mother)
    first, second = sorted((cast.student.id, sister.id))
    lock = "select from student where id = $1 for update"
    both = [choice(cast, "photo", True, person_id=str(each)) for each in (first, second)]
    async with owner.transaction():
        await owner.execute(lock, second)
        choosing = asyncio.create_task(choose(api, mother, *both))
        await until_waiting(owner)  # it holds the first, and looks for a deadlock before we do
        await owner.execute(lock, first)
        answer = await choosing
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "2")
    assert await owner.fetchval("select count(*) from consent") == 0
    assert (await choose(api, mother, *both)).status_code == 200
