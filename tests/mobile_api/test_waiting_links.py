"""Numbers that changed or were given to somebody else: who does not see the child meanwhile."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app import db
from app.inbox.queries import standings
from mobile_api.resources import Resources
from notifications.queries import claim_due, recipients
from tests.cast import Cast
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.doors import PASSWORD, bearer_of, is_let_in
from tests.mobile_api.paper import activate, children, codes, name_guardian, prove_by_text
from tests.mobile_api.test_guardians import block
from tests.world import Person, World

NEW_PASSWORD = "mật-khẩu-mới-8"


@pytest.fixture
async def former(world: World, cast: Cast) -> Person:
    """Still logged in, though the last child left the other school 40 days ago."""
    return await parted(world, cast, days=40)


async def parted(world: World, cast: Cast, *, days: int) -> Person:
    person = await world.account(password=PASSWORD)
    await world.guardian(cast.stranger, person=person)
    await world.owner.execute(
        "update guardianship set ended_at = now() - make_interval(days => $2)"
        " where account_id = $1",
        person.account_id,
        days,
    )
    return person


def url_of(cast: Cast, guardian: dict[str, Any], student_id: Any = None) -> str:
    return cast.url(f"/students/{student_id or cast.student.id}/guardians/{guardian['id']}")


async def state_of(api: httpx.AsyncClient, cast: Cast, guardian: dict[str, Any]) -> str:
    answer = await api.get(url_of(cast, guardian), headers=cast["principal"].headers)
    return str(answer.json()["state"])


async def told(owner: asyncpg.Connection) -> set[UUID]:
    """The accounts that the relay would tell of what lies in the outbox."""
    return {row.account_id for row in await recipients(owner, await claim_due(owner, limit=50))}


async def change_number(
    api: httpx.AsyncClient, cast: Cast, guardian: dict[str, Any], phone: str
) -> dict[str, Any]:
    answer = await api.patch(
        url_of(cast, guardian), json={"phone": phone}, headers=cast["principal"].headers
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def approve(api: httpx.AsyncClient, cast: Cast, guardian: dict[str, Any]) -> httpx.Response:
    return await api.post(f"{url_of(cast, guardian)}/approve", headers=cast["principal"].headers)


async def test_who_held_the_number_before_does_not_see_the_new_owners_child(
    api: httpx.AsyncClient,
    cast: Cast,
    former: Person,
    clock: Clock,
    owner: asyncpg.Connection,
    resources: Resources,
) -> None:
    made = await name_guardian(api, cast, phone=former.phone)
    assert made["state"] == "needs_proof"
    assert await children(api, former.headers) == []
    key = await api.get(f"/v1/students/{cast.student.id}/phone-code-key", headers=former.headers)
    assert key.status_code == 403
    # Scans go on telling the guardian whose link lives, and nobody else.
    gate = Gate(api, clock, cast.school, cast["guard"])
    await gate.results(gate.scan(cast.student.token))
    assert await told(owner) == {cast["guardian"].account_id}
    answer = await prove_by_text(api, resources, former.phone, "reset", NEW_PASSWORD)
    assert await children(api, bearer_of(answer)) == [str(cast.student.id)]
    assert not await is_let_in(api, former.headers)
    assert await told(owner) == {cast["guardian"].account_id, former.account_id}
    assert await state_of(api, cast, made) == "active"


async def test_the_schools_paper_and_the_accounts_password_prove_it_as_well(
    api: httpx.AsyncClient, cast: Cast, former: Person
) -> None:
    await name_guardian(api, cast, phone=former.phone)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    wrong = await activate(api, code, former.phone, NEW_PASSWORD)
    assert (wrong.status_code, wrong.json()["type"]) == (401, "account-exists")
    answer = await activate(api, code, former.phone, PASSWORD)
    assert await children(api, bearer_of(answer)) == [str(cast.student.id)]
    # None from before the change sees the child.
    assert not await is_let_in(api, former.headers)


@pytest.mark.parametrize(
    "fresh", ["ended lately", "on a staff", "proved lately", "linked elsewhere"]
)
async def test_whose_number_is_known_to_be_theirs_is_linked_at_once(
    api: httpx.AsyncClient, cast: Cast, world: World, fresh: str
) -> None:
    person = await parted(world, cast, days=20 if fresh == "ended lately" else 40)
    if fresh == "on a staff":
        await world.member(person, cast.other, "accountant")
    if fresh == "proved lately":
        await world.owner.execute(
            "update account set phone_proved_at = now() - interval '29 days' where id = $1",
            person.account_id,
        )
    if fresh == "linked elsewhere":
        await world.guardian(cast.stranger, person=person)
    made = await name_guardian(api, cast, phone=person.phone)
    assert made["state"] == "active"
    assert str(cast.student.id) in await children(api, person.headers)


async def test_a_changed_number_in_use_waits_for_the_principal_and_for_its_owner(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    clock: Clock,
    owner: asyncpg.Connection,
    resources: Resources,
) -> None:
    """Also where its account is linked elsewhere: a slip of the school's must show nothing."""
    made = await name_guardian(api, cast)
    stranger = await world.account(password=PASSWORD)
    await world.guardian(cast.stranger, person=stranger)
    changed = await change_number(api, cast, made, stranger.phone)
    assert changed["state"] == "needs_approval"
    assert await children(api, stranger.headers) == [str(cast.stranger.id)]
    answer = await prove_by_text(api, resources, stranger.phone, "reset", NEW_PASSWORD)
    headers = bearer_of(answer)
    assert await children(api, headers) == [str(cast.stranger.id)]
    assert await state_of(api, cast, made) == "needs_approval"
    gate = Gate(api, clock, cast.school, cast["guard"])
    await gate.results(gate.scan(cast.student.token))
    assert await told(owner) == {cast["guardian"].account_id}
    approved = await approve(api, cast, made)
    assert (approved.status_code, approved.json()["state"]) == (200, "active")
    assert str(cast.student.id) in await children(api, headers)
    again = await approve(api, cast, made)
    assert (again.status_code, again.json()["type"]) == (409, "nothing-to-approve")


async def test_approval_may_come_first_and_is_for_all_children_of_the_guardian(
    api: httpx.AsyncClient, cast: Cast, former: Person
) -> None:
    made = await name_guardian(api, cast)
    await name_guardian(api, cast, cast.neighbour.id)
    await change_number(api, cast, made, former.phone)
    approved = await approve(api, cast, made)
    assert approved.json()["state"] == "needs_proof"
    assert await children(api, former.headers) == []
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    answer = await activate(api, code, former.phone, PASSWORD)
    both = {str(cast.student.id), str(cast.neighbour.id)}
    assert set(await children(api, bearer_of(answer))) == both


async def test_paper_does_not_stand_in_for_the_principals_approval(
    api: httpx.AsyncClient, cast: Cast, former: Person
) -> None:
    made = await name_guardian(api, cast)
    await change_number(api, cast, made, former.phone)
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    answer = await activate(api, code, former.phone, PASSWORD)
    assert [link["state"] for link in answer.json()["links"]] == ["needs_approval"]
    headers = bearer_of(answer)
    assert await children(api, headers) == []
    assert (await approve(api, cast, made)).json()["state"] == "active"
    assert await children(api, headers) == [str(cast.student.id)]


async def test_a_changed_number_that_nobody_uses_needs_no_approval(
    api: httpx.AsyncClient, cast: Cast
) -> None:
    made = await name_guardian(api, cast)
    changed = await change_number(api, cast, made, "0987654321")
    assert changed["state"] == "invited"
    assert (await approve(api, cast, made)).status_code == 409
    code = (await codes(api, cast))["Võ Thị Mẹ"]
    assert (await activate(api, code, "0987654321")).status_code == 200


async def test_naming_it_again_does_not_end_the_waiting(
    api: httpx.AsyncClient, cast: Cast, former: Person
) -> None:
    headers = cast["principal"].headers
    made = await name_guardian(api, cast, phone=former.phone)
    await change_number(api, cast, made, former.phone)
    assert await state_of(api, cast, made) == "needs_proof"
    await name_guardian(api, cast, cast.neighbour.id, phone=former.phone)
    assert (await api.delete(url_of(cast, made), headers=headers)).status_code == 204
    again = await name_guardian(api, cast, phone=former.phone)
    assert (again["id"], again["state"]) == (made["id"], "needs_proof")
    assert await children(api, former.headers) == []


async def test_a_number_changed_there_and_back_waits_for_approval(
    api: httpx.AsyncClient, cast: Cast, former: Person, resources: Resources
) -> None:
    made = await name_guardian(api, cast, phone=former.phone)
    answer = await prove_by_text(api, resources, former.phone, "reset", NEW_PASSWORD)
    headers = bearer_of(answer)
    await change_number(api, cast, made, "0987654321")
    assert await children(api, headers) == []
    assert (await change_number(api, cast, made, former.phone))["state"] == "needs_approval"
    assert await children(api, headers) == []


async def test_a_custody_block_counts_while_the_link_waits(
    api: httpx.AsyncClient,
    cast: Cast,
    former: Person,
    resources: Resources,
) -> None:
    made = await name_guardian(api, cast, phone=former.phone)
    await block(api, url_of(cast, made), cast["principal"].headers)
    # Neither another name nor the proof goes around it.
    url = cast.url(f"/students/{cast.student.id}/guardians")
    other = {"name": "Tên Khác", "phone": former.phone, "relation": "other"}
    added = await api.post(url, json=other, headers=cast["principal"].headers)
    assert (added.status_code, added.json()["type"]) == (409, "custody-blocked")
    moved = await api.patch(
        url_of(cast, made), json={"phone": "0987654321"}, headers=cast["principal"].headers
    )
    assert moved.status_code == 409
    answer = await prove_by_text(api, resources, former.phone, "reset", NEW_PASSWORD)
    assert await children(api, bearer_of(answer)) == []


async def test_the_application_cannot_link_past_the_rule(
    api: httpx.AsyncClient, cast: Cast, former: Person, resources: Resources
) -> None:
    """Whatever writes a link under the application's role: a form, a file, a transfer.

    Also by `on conflict`, where a trigger could lose the account that was asked for.
    """
    made = await name_guardian(api, cast)
    guardian_id = UUID(made["id"])
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        await db.run(
            conn,
            """
            insert into guardianship (school_id, student_id, guardian_id, account_id, relation)
            values ($1, $2, $3, $4, 'other'), ($1, $5, $3, $4, 'other')
                on conflict (school_id, student_id, guardian_id) do update
                   set account_id = excluded.account_id
            """,
            cast.school.id,
            cast.neighbour.id,
            guardian_id,
            former.account_id,
            cast.student.id,
        )
        rows = await db.rows(
            conn,
            "select account_id, pending_account_id from guardianship where guardian_id = $1",
            guardian_id,
        )
    assert [tuple(row) for row in rows] == [(None, former.account_id)] * 2
    assert await children(api, former.headers) == []


async def test_a_stream_ends_when_the_number_is_changed(
    api: httpx.AsyncClient, cast: Cast, world: World, owner: asyncpg.Connection
) -> None:
    """What the live stream watches is other, once the link does not live any more."""
    parent = await world.account(password=PASSWORD)
    made = await name_guardian(api, cast)
    await owner.execute(
        "update guardianship set account_id = $1 where guardian_id = $2",
        parent.account_id,
        UUID(made["id"]),
    )

    async def rights() -> str:
        (standing,) = await standings(
            owner,
            session_ids=[parent.session_id],
            account_ids=[parent.account_id],
            now=world.resources.clock(),
        )
        return standing.rights

    before = await rights()
    await change_number(api, cast, made, "0987654321")
    assert await rights() != before
