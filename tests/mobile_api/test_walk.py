"""Every route with every role, another class, school and family: only the right ones get in.

The rules stand in rules.py and its rules_*.py, written by hand.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, cast

import httpx
import pytest
from litestar import Litestar

from mobile_api.resources import Resources
from tests.documented import DOCUMENT
from tests.mobile_api.rules import RULES, Rule
from tests.mobile_api.walkers import OUTSIDERS, Caller, Walk, arrange, fill
from tests.world import World

OPERATIONS: Final[dict[str, dict[str, Any]]] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
ADD_IT: Final = (
    "{}: no rule. Add a line to its area in tests/mobile_api (rules_*.py) that says who gets in, of"
    " which school, class and family, with the least body that works, and its ids to walk_ids.py if"
    " they are new."
)
PROBLEM: Final = "application/problem+json"


class Knock:
    """Calls routes on the walk's world."""

    def __init__(self, api: httpx.AsyncClient, walk: Walk, resources: Resources) -> None:
        self.api, self.walk, self.resources = api, walk, resources

    async def __call__(
        self, name: str, caller: Caller, *, ids: dict[str, Any] | None = None
    ) -> httpx.Response:
        """The answer to this caller; `ids` replace those of the first school."""
        rule = RULES[name]
        known = self.walk.ids | (ids or {})
        if caller.person is not None:
            known.setdefault("device_id", caller.person.device_id)
        named = known | {key: known[other] for key, other in rule.ids.items()}
        method, template = name.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda found: str(named[found.group(1)]), template)
        content, media = rule.raw or (None, "")
        return await self._through(
            self.api.request(
                method,
                path,
                headers=caller.headers | ({"Content-Type": media} if media else {}),
                params=fill(rule.query, known) or None,
                content=content,
                json=None if rule.body is None else fill(rule.body, known),
                files=None if rule.file is None else {"file": rule.file},
            )
        )

    async def _through(self, call: Any) -> httpx.Response:
        """Live streams never end by themselves: end them as soon as they are open."""
        task = asyncio.ensure_future(call)
        while not (await asyncio.wait([task], timeout=0.02))[0]:
            self.resources.streams.end_all()
        return cast(httpx.Response, await task)


@pytest.fixture
async def walk(world: World, api: httpx.AsyncClient) -> AsyncIterator[Walk]:
    arranged = await arrange(world, api)
    yield arranged
    await arranged.saved.close()


@pytest.fixture
def knock(api: httpx.AsyncClient, walk: Walk, resources: Resources) -> Knock:
    return Knock(api, walk, resources)


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    missing = [ADD_IT.format(name) for name in OPERATIONS if name not in RULES]
    assert not missing, "\n".join(missing)
    gone = [f"{name}: there is no such route any more" for name in RULES if name not in OPERATIONS]
    assert not gone, "\n".join(gone)


def test_the_document_shows_every_route_but_the_metrics_and_itself(app: Litestar) -> None:
    served = {
        f"{method} {route.path_format}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method != "OPTIONS"
    }
    assert served - OPERATIONS.keys() == {"GET /metrics", "GET /schema/openapi.json"}


@pytest.mark.parametrize("name", RULES)
def test_the_document_says_who_gets_in(name: str) -> None:
    if name in OPERATIONS:  # else the test above says so, once
        assert OPERATIONS[name]["x-who"] == RULES[name].who


async def test_the_wrong_are_refused_by_every_route_and_write_nothing(
    walk: Walk, knock: Knock
) -> None:
    faults: list[str] = []
    for name, rule in RULES.items():
        for caller in walk.callers:
            if is_right(rule, caller) or caller.name in rule.refused_within:
                continue
            answer = await knock(name, caller)
            faults += refusal_faults(f"{caller.name}: {name}", answer, rule, caller, walk)
        faults += [f"{name}: somebody wrote {table}" for table in await walk.saved.differing()]
        await knock.resources.redis.flushall()
        assert len(faults) < 10, "\n".join(faults)
    assert not faults, "\n".join(faults)


async def test_the_right_get_in_everywhere(walk: Walk, knock: Knock) -> None:
    faults: list[str] = []
    for name, rule in RULES.items():
        for caller in walk.callers:
            if not is_right(rule, caller):
                continue
            answer = await knock(name, caller)
            faults += success_faults(f"{caller.name}: {name}", answer, rule, caller, walk)
            if not name.startswith("GET "):
                await walk.saved.restore()
                await knock.resources.redis.flushall()
        await knock.resources.redis.flushall()
        assert len(faults) < 10, "\n".join(faults)
    assert not faults, "\n".join(faults)


async def test_scans_of_another_schools_staff_are_answered_but_not_recorded(
    walk: Walk, knock: Knock
) -> None:
    """One batch may hold scans of any school, so the answer is an outcome and not a 403."""
    for name, rule in RULES.items():
        for caller in walk.callers:
            if caller.name not in rule.refused_within:
                continue
            answer = await knock(name, caller)
            assert answer.status_code == 200, f"{caller.name}: {name}: {answer.text}"
            assert outcome_of(answer) == rule.refused_within[caller.name], caller.name
            assert not leaks(answer, caller, walk)
            changed = set(await walk.saved.differing())
            # The device: what its clock said.
            assert changed <= {"scan_receipt", "scan_refusal", "device"}, f"{caller.name}: {name}"
            await walk.saved.restore()


@pytest.mark.parametrize("own_school", [True, False], ids=["own-school", "their-school"])
async def test_who_is_right_here_does_not_reach_what_is_another_schools(
    walk: Walk, knock: Knock, own_school: bool
) -> None:
    """Each id of the path, the query and the body in turn is another school's."""
    faults: list[str] = []
    for name, rule in RULES.items():
        if rule.refused_within or rule.public:
            continue
        right = next(caller for caller in walk.callers if is_right(rule, caller))
        for changed in foreign_ids(name, rule, walk, own_school=own_school):
            answer = await knock(name, right, ids=changed)
            where = f"{right.name}: {name} with another's {', '.join(changed)}"
            if answer.status_code not in (404, 422):
                faults.append(f"{where}: {answer.status_code} {answer.text}")
            if leaked := leaks(answer, right, walk):
                faults.append(f"{where} shows {leaked}")
        faults += [f"{name}: wrote {table}" for table in await walk.saved.differing()]
        await knock.resources.redis.flushall()
    assert not faults, "\n".join(faults)


def is_right(rule: Rule, caller: Caller) -> bool:
    return rule.public or (caller.is_live and rule.lets_in(caller.role, caller.scope))


def refusal_faults(
    where: str, answer: httpx.Response, rule: Rule, caller: Caller, walk: Walk
) -> Iterator[str]:
    names_school = "/{school_id}" in where
    if not caller.is_live:
        expected = 401
    elif names_school and caller.scope in OUTSIDERS:
        expected = 404
    else:
        knocks = rule.lets_knock(caller.role)
        if caller.leads_elsewhere and not names_school:
            knocks = knocks or rule.lets_knock("principal")
        expected = rule.not_theirs if knocks else 403
    if answer.status_code != expected:
        yield f"{where}: {answer.status_code} instead of {expected}: {answer.text}"
    elif answer.headers["content-type"] != PROBLEM:
        yield f"{where}: {answer.headers['content-type']}"
    if leaked := leaks(answer, caller, walk):
        yield f"{where} shows {leaked}"


def success_faults(
    where: str, answer: httpx.Response, rule: Rule, caller: Caller, walk: Walk
) -> Iterator[str]:
    name = where.split(": ", 1)[1]
    success = min(int(status) for status in OPERATIONS[name]["responses"])
    status, slug = rule.answer or (success, "")
    if answer.status_code != status or (slug and answer.json()["type"] != slug):
        yield f"{where}: {answer.status_code} instead of {status} {slug}: {answer.text}"
    elif rule.refused_within and outcome_of(answer) not in ("ok", "pending_review"):
        yield f"{where}: {answer.text}"
    if leaked := leaks(answer, caller, walk):
        yield f"{where} shows {leaked}"


def outcome_of(answer: httpx.Response) -> str:
    body = answer.json()
    return str(body["results"][0]["outcome"] if "results" in body else body["outcome"])


def leaks(answer: httpx.Response, caller: Caller, walk: Walk) -> list[str]:
    return [text for text in walk.hidden_from(caller) if text in answer.text]


def foreign_ids(name: str, rule: Rule, walk: Walk, *, own_school: bool) -> Iterator[dict[str, Any]]:
    """The ids to change: one by one, or, in another school's path, only the school's."""
    texts = [name, str(rule.query), str(rule.body)]
    named = {rule.ids.get(key, key) for key in re.findall(r"\{(\w+)\}", "".join(texts))}
    if not own_school:
        if "school_id" in named and "department_admin" not in rule.own:
            yield {"school_id": walk.cast.other.id}
        return
    for key in sorted(named & walk.foreign.keys()):
        yield {key: walk.foreign[key]}
    if "device_id" in named:
        yield {"device_id": walk.cast["other guard"].device_id}
