"""The walk's world: everybody who could call, what the paths name, and a way back to the start."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import asyncpg
import httpx

from app.attendance.codes import station_code, station_day_key, station_step, step_day
from app.schools.common import school_day
from tests.cast import ROLES_IN_SCHOOL, Cast, gather
from tests.mobile_api.saved import Saved
from tests.mobile_api.walk_ids import foreign_ids, named_ids
from tests.world import Person, School, World

OUTSIDERS: Final = ("other", "blocked", "nobody")


@dataclass(kw_only=True)
class Caller:
    """Somebody with a role in a scope: `own` class, child, school or department; `next` class or
    family of the same school; `other` school or department; or without a live session."""

    role: str
    scope: str
    person: Person | None = None
    # Principal of the other school as well, which must not help in this one.
    leads_elsewhere: bool = False
    fixed_headers: dict[str, str] | None = None

    @property
    def name(self) -> str:
        elsewhere = " who leads elsewhere" if self.leads_elsewhere else ""
        return f"{'' if self.scope == 'own' else self.scope} {self.role}{elsewhere}".strip()

    @property
    def is_live(self) -> bool:
        return self.fixed_headers is None

    @property
    def headers(self) -> dict[str, str]:
        if self.fixed_headers is not None:
            return self.fixed_headers
        assert self.person is not None
        return self.person.headers


@dataclass(kw_only=True)
class Walk:
    """`ids` are of the first school, `foreign` what the other school has for the same names."""

    cast: Cast
    callers: list[Caller]
    ids: dict[str, Any]
    foreign: dict[str, Any]
    saved: Saved
    owner: asyncpg.Connection = field(repr=False)

    def hidden_from(self, caller: Caller) -> list[str]:
        """What may be in no answer to the caller: children of others, by id and name."""
        ours = [self.cast.student, self.cast.neighbour]
        if caller.leads_elsewhere:
            return []
        if caller.scope in ("own", "next") and caller.role != "department_admin":
            hidden = [self.cast.stranger]
            if caller.role in ("guardian", "student"):
                hidden.append(ours[1] if caller.scope == "own" else ours[0])
        else:
            hidden = [*ours, self.cast.stranger] if caller.scope != "other" else ours
        return [text for student in hidden for text in (str(student.id), student.name)]


async def arrange(world: World, api: httpx.AsyncClient) -> Walk:
    cast = await gather(world)
    owner, school = world.owner, cast.school
    callers = [*_of_cast(cast), *await _neighbours(world, cast), *await _shut_out(world, cast)]
    vice = next(caller.person for caller in callers if caller.name == "next principal")
    assert vice is not None
    ids = await named_ids(world, api, cast, vice)
    for caller in callers:
        if caller.scope != "other" and caller.role in (*ROLES_IN_SCHOOL, "student"):
            await _bind(owner, caller.person)
    saved = Saved(owner)
    await saved.save()
    ids["station_token"] = _station_token(world, school)
    return Walk(
        cast=cast, callers=callers, ids=ids, foreign=await foreign_ids(owner, cast), saved=saved,
        owner=owner,
    )  # fmt: skip


def _of_cast(cast: Cast) -> Iterator[Caller]:
    for name, person in cast.people.items():
        if name == "nobody":
            yield Caller(role="", scope="nobody", person=person)
        elif name.startswith("other "):
            yield Caller(role=name.removeprefix("other "), scope="other", person=person)
        else:
            yield Caller(role=name, scope="own", person=person)


async def _neighbours(world: World, cast: Cast) -> list[Caller]:
    """The same roles beside: another class, another family, another screen of the school."""
    school, neighbour = cast.school, cast.neighbour
    people: dict[str, Person] = {"principal": await world.staff(school, "principal", "Bà Phó")}
    for role, sql in {
        "homeroom_teacher": "update school_class set homeroom_staff_id = $3"
        " where school_id = $1 and id = $2",
        "subject_teacher": "insert into class_teacher values ($1, $2, $3, 'Văn')",
    }.items():
        # As a guard first: `staff` would make this one the teacher of 6A1.
        people[role] = await world.staff(school, "guard", f"Cô {role}")
        await world.owner.execute(
            "update membership set role = $1 where account_id = $2", role, people[role].account_id
        )
        await world.owner.execute(sql, school.id, cast.next_class_id, people[role].person_id)
    people["guardian"] = await world.guardian(neighbour, name="Trần Văn Cha")
    for role, person_id in (("student", neighbour.id), ("display", school.staff_room_id)):
        people[role] = await world.account()
        people[role].person_id = person_id
        await world.member(people[role], school, role)
    torn = await world.staff(school, "guard", "Ông Hai Trường")
    await world.member(torn, cast.other, "principal")
    return [
        *(Caller(role=role, scope="next", person=person) for role, person in people.items()),
        Caller(role="guard", scope="next", person=torn, leads_elsewhere=True),
    ]


async def _shut_out(world: World, cast: Cast) -> list[Caller]:
    """A blocked guardian, and those whose session or token is no good."""
    blocked = await world.guardian(cast.student, name="Nguyễn Văn Xa")
    await world.owner.execute(
        "update guardianship set custody_blocked_at = now(), custody_reason = 'toà án'"
        " where account_id = $1",
        blocked.account_id,
    )
    principal = cast["principal"]
    revoked = await world.session(principal.account_id)
    await world.owner.execute(
        "update session set revoked_at = now(), revoked_reason = 'owner' where id = $1",
        revoked.session_id,
    )
    now = world.resources.clock()
    old = world.resources.tokens.issue(
        account_id=principal.account_id,
        session_id=principal.session_id,
        now=now - timedelta(minutes=11),
    )
    head, body, _ = principal.issue().split(".")
    forged = f"{head}.{body}.{'A' * 86}"
    no_good = {
        "anonymous": {},
        "revoked": revoked.headers,
        "expired": {"Authorization": f"Bearer {old}"},
        "forged": {"Authorization": f"Bearer {forged}"},
    }
    return [
        Caller(role="", scope="blocked", person=blocked),
        *(
            Caller(role="principal", scope=scope, person=principal, fixed_headers=headers)
            for scope, headers in no_good.items()
        ),
    ]


async def _bind(owner: asyncpg.Connection, person: Person | None) -> None:
    assert person is not None
    await owner.execute(
        "update device set bound_account_id = $1, bound_at = now() where id = $2",
        person.account_id,
        person.device_id,
    )


def _station_token(world: World, school: School) -> str:
    now, ring = world.resources.clock(), world.resources.vault.ring
    step = station_step(now)
    key = station_day_key(
        ring, school_id=school.id, number=1, day=step_day(step), key_id=ring.current_id
    )
    assert step_day(step) == school_day(now)
    return station_code(key, key_id=ring.current_id, school_id=school.id, number=1, step=step)


def fill(template: Any, ids: dict[str, Any]) -> Any:
    """The template with its `{names}` replaced by ids; integers stay integers."""
    if isinstance(template, dict):
        return {key: fill(value, ids) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, ids) for value in template]
    if isinstance(template, str) and (named := re.fullmatch(r"\{(\w+)\}", template)):
        value = ids[named.group(1)]
        return value if isinstance(value, int) else str(value)
    return template
