"""Whatever people, banks and networks do, in whatever order, every đồng is accounted for.

Steps of everybody, through the product's own services, alone, two at once, and cut off between any
two statements by a rollback or by the death of the connection. After each one all promises hold,
and what is derived follows from the facts alone. In the end each transfer that the bank holds is
one fund, and nothing else is.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app import db
from app.errors import AppError
from app.fees.money.check import differences
from app.fees.money.rebuild import rebuild
from tests.conftest import delete_rows
from tests.fees.drain import books_are_the_banks, drain
from tests.fees.facts import must_hold
from tests.fees.faults import LOST, Failing
from tests.fees.moves import Choice, Move, Refused, credit_was_used
from tests.fees.moves_bank import (
    BANK,
    decide_event,
    decide_row,
    disconnect,
    forged,
    invented,
    mistake,
    not_money,
    poll,
    row,
    statement,
    taking,
    the_same_again,
    transfer,
    webhook,
)
from tests.fees.moves_billing import (
    BILLING,
    a_while,
    absence,
    ask_waiver,
    charge,
    decide_waiver,
    decline,
    end_waiver,
    intend,
    issue,
    recharge,
    reissue,
    void,
    write_off,
)
from tests.fees.moves_office import (
    OFFICE,
    allocate,
    allocate_all,
    approve,
    ask_back,
    ask_deposit,
    ask_strike,
    cancel_cash,
    close_day,
    confirm_cash,
    credit,
    fail_back,
    pay_back,
    reject,
    reverse,
    take_cash,
)
from tests.fees.office_facts import OfficeFacts, office_facts
from tests.fees.purse import LOSE, state_of
from tests.fees.term import Term, open_term
from tests.fees.truth import NAMINGS

T = TypeVar("T")
_AS_IT_IS: Final = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
# A third of them each: what is billed is paid, and what is paid is worked on.
_MOVES: Final = st.one_of([st.sampled_from(moves) for moves in (BILLING, BANK, OFFICE)])
# As things mostly go: what begins comes to an end.
COURSES: Final[tuple[tuple[Move, ...], ...]] = (
    (charge, issue, intend, transfer, taking),
    (transfer, transfer, webhook, taking, taking),
    (the_same_again, webhook, taking, the_same_again),
    (transfer, statement, row, row, row, webhook, taking, decide_event),
    (transfer, statement, webhook, taking, row, row, decide_row),
    (webhook, poll, taking, taking, taking, statement, row, decide_row),
    (transfer, webhook, taking, statement, mistake, ask_strike, approve, row, decide_row),
    (the_same_again, the_same_again, webhook, taking, statement, decide_row, decline, forged),
    (credit, allocate, allocate_all, decline, end_waiver, reverse, cancel_cash, not_money, taking),
    (transfer, disconnect, webhook, taking, invented, taking, decide_event, decide_event),
    (take_cash, confirm_cash, reverse, ask_back, approve, pay_back),
    (take_cash, confirm_cash, transfer, webhook, taking, ask_deposit, approve, fail_back),
    (take_cash, cancel_cash, close_day, take_cash, write_off),
    (transfer, taking, ask_back, approve, pay_back, statement),
    (transfer, taking, ask_back, approve, fail_back, ask_back, reject),
    (ask_waiver, decide_waiver, reissue, absence, a_while, charge, issue),
    (ask_waiver, decide_waiver, end_waiver, recharge, void, not_money, taking),
)
_NEVER_REFUSED: Final = {
    move.__name__
    for move in (absence, a_while, transfer, the_same_again, webhook, not_money, taking, poll,
                 statement, row, mistake, invented)
}  # fmt: skip
_NUMBERS: Final = st.tuples(
    st.integers(0, 11), st.integers(0, 11), st.integers(1, 9).map(lambda n: n * 45)
)


class Server:
    """The servers' side of a run: one loop, one pool, a school for each example."""

    def __init__(self, database: str) -> None:
        self._runner = asyncio.Runner()
        self.schools = 1000
        self.steps: Counter[str] = Counter()
        self.owner, self.pool = self.run(self._open(database))

    async def _open(self, database: str) -> tuple[asyncpg.Connection, db.Pool]:
        owner = await db.connect(database)
        await delete_rows(owner)
        return owner, await db.create_pool(database, role=db.APP_ROLE, size=4)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        await self.pool.close()
        await self.owner.close()


class Money(RuleBasedStateMachine):
    """A school whose money moves."""

    server: Server

    def __init__(self) -> None:
        super().__init__()
        self.server.schools += 1
        self.references = 0
        self.term: Term = self.server.run(
            open_term(self.server.owner, self.server.pool, school_id=self.server.schools)
        )
        # Something is billed and something is paid, else the first steps find nothing to do.
        for move in (charge, issue, intend, transfer):
            self.one(move, (1, 1, 180))

    @rule(move=_MOVES, numbers=_NUMBERS)
    def one(self, move: Move, numbers: tuple[int, int, int]) -> None:
        self.server.run(self._one(move, self._choice(numbers, is_alone=True)))

    @rule(moves=st.sampled_from(COURSES), data=st.data())
    def one_after_the_other(self, moves: tuple[Move, ...], data: st.DataObject) -> None:
        for move in moves:
            self.one(move, data.draw(_NUMBERS))
            self.every_dong_is_accounted_for()

    @rule(moves=st.tuples(_MOVES, _MOVES), numbers=st.tuples(_NUMBERS, _NUMBERS))
    def two_at_once(
        self, moves: tuple[Move, Move], numbers: tuple[tuple[int, int, int], ...]
    ) -> None:
        self.server.run(self._two(moves, [self._choice(each) for each in numbers]))

    @rule(move=_MOVES, numbers=_NUMBERS)
    def the_same_twice_at_once(self, move: Move, numbers: tuple[int, int, int]) -> None:
        choice = self._choice(numbers)
        self.server.run(self._two((move, move), [choice, choice]))

    @rule(move=_MOVES, numbers=_NUMBERS, at=st.integers(0, 24), is_killed=st.booleans())
    def cut_off(self, move: Move, numbers: tuple[int, int, int], at: int, is_killed: bool) -> None:
        self.server.run(self._cut_off(move, self._choice(numbers, is_alone=True), at, is_killed))

    @invariant()
    def every_dong_is_accounted_for(self) -> None:
        self.server.run(self._look())

    def teardown(self) -> None:
        self.server.run(self._end())

    def _choice(self, numbers: tuple[int, int, int], *, is_alone: bool = False) -> Choice:
        n, m, amount = numbers
        self.references += 1
        return Choice(n=n, m=m, amount=amount, ref=f"FT{self.references}", is_alone=is_alone)

    async def _facts(self) -> OfficeFacts:
        return await office_facts(self.server.owner, self.term.school_id)

    async def _one(self, move: Move, choice: Choice) -> None:
        """It is done, or refused and has left nothing."""
        before = await self._facts()
        try:
            async with self.term.step() as conn:
                await move(self.term, conn, before, choice)
        except AppError as refused:
            assert await self._facts() == before
            if not isinstance(refused, Refused):
                self.server.steps[f"{move.__name__} refused"] += 1
            self.server.steps[type(refused).__name__] += 1
            return
        after = await self._facts()
        assert credit_was_used(before, after)
        self.server.steps[move.__name__] += 1
        self._note(before, after)

    def _note(self, before: OfficeFacts, after: OfficeFacts) -> None:
        """What came of what was told, by outcome."""
        done = {event.key: event.outcome for event in before.events}
        for event in after.events:
            if event.outcome and done.get(event.key) is None:
                self.server.steps[f"event {event.outcome}"] += 1
        if set(after.given) - set(before.given):
            self.server.steps["meals given back"] += 1
        waited = {(each.statement_id, each.n) for each in before.waiting_rows}
        for each in after.waiting_rows:
            if (each.statement_id, each.n) not in waited:
                self.server.steps[f"row {each.waits}"] += 1

    async def _two(self, moves: tuple[Move, Move], choices: list[Choice]) -> None:
        """Each is done or refused; nobody waits in a circle."""
        before = await self._facts()

        async def go(move: Move, choice: Choice) -> None:
            async with self.term.step() as conn:
                await move(self.term, conn, before, choice)

        works = [go(move, choice) for move, choice in zip(moves, choices, strict=True)]
        for each in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(each, BaseException) and not isinstance(each, AppError):
                raise each
        self.server.steps["two at once"] += 1

    async def _cut_off(self, move: Move, choice: Choice, at: int, is_killed: bool) -> None:
        """What was cut off has left nothing; done again it is done once."""
        before = await self._facts()
        killer = self.server.owner if is_killed else None
        try:
            async with self.term.step() as conn:
                failing = Failing(conn, at=at, killer=killer)
                await move(self.term, failing.as_conn, before, choice)
        except AppError:
            assert await self._facts() == before
        except LOST:
            assert await self._facts() == before
            self.server.steps["killed" if is_killed else "cut off"] += 1
            await self._one(move, choice)

    async def _look(self) -> None:
        owner, school_id = self.server.owner, self.term.school_id
        await must_hold(owner, school_id, await self._facts())
        async with self.term.step() as conn:
            assert await differences(conn, school_id=school_id) == []
        state = await state_of(owner, school_id)
        transaction = owner.transaction()
        await transaction.start()
        try:
            await owner.execute(LOSE.format(school=school_id))
            await rebuild(owner, school_id=school_id, now=self.term.now)
            assert await state_of(owner, school_id) == state
        finally:
            await transaction.rollback()
        self.server.steps["looks"] += 1

    async def _end(self) -> None:
        await drain(self.term)
        await books_are_the_banks(self.term)
        await self._look()
        self.server.steps["ends"] += 1
        self.server.steps["transfers"] += len(self.term.account.incoming)


def _play(
    database: str, *, examples: int, steps: int, rehearsals: int = 0, is_same: bool = False
) -> Counter[str]:
    """What was done, by kind; `is_same`: the same in each run.

    Nothing is made smaller: that takes longer than to read the steps.
    """
    server = Server(database)
    machine = type("Money", (Money,), {"server": server})
    try:
        for nth in range(rehearsals):
            _rehearse(machine(), random.Random(nth))
        run_state_machine_as_test(
            machine,
            settings=settings(
                _AS_IT_IS,
                max_examples=examples,
                stateful_step_count=steps,
                phases=(Phase.generate,),
                derandomize=is_same,
            ),
        )
    finally:
        server.close()
    return server.steps


def _rehearse(machine: Money, lots: random.Random) -> None:
    """All courses, some times, by lots that are always the same: each kind of step does happen."""
    for course in COURSES * 4:
        for move in course:
            machine.one(move, (lots.randrange(12), lots.randrange(12), 45 * lots.randint(1, 9)))
        machine.every_dong_is_accounted_for()
    machine.teardown()


def test_every_dong_is_accounted_for_whatever_happens(database: str) -> None:
    assert _play(database, examples=4, steps=8, is_same=True)["looks"] > 20


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_dong_is_accounted_for_over_thousands_of_steps(database: str) -> None:
    done = _play(database, examples=80, steps=30, rehearsals=2 * len(NAMINGS))
    # Each kind of thing did happen, and was refused where it can be, else this says nothing.
    kinds = {move.__name__ for move in (*BILLING, *BANK, *OFFICE)}
    events = {f"event {outcome}" for outcome in ("fund", "known", "differs", "ended", "outgoing")}
    rows = {f"row {why}" for why in ("maybe_known", "counts_differ")}
    refused = {f"{kind} refused" for kind in kinds - _NEVER_REFUSED}
    wanted = kinds - {forged.__name__} | refused | events | rows
    wanted |= {"two at once", "cut off", "killed", "meals given back"}
    assert wanted <= done.keys(), wanted - done.keys()
    assert done["looks"] > 3000
