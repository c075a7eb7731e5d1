"""Whatever people, banks and networks do, in whatever order, every đồng is accounted for.

Steps of everybody, alone, two at once, and cut off between any two statements by a rollback or by
the death of the connection. After each one all promises hold, and what is derived follows from the
facts alone.
"""

import asyncio
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
from tests.fees.facts import Facts, facts_of, must_hold
from tests.fees.faults import LOST, Failing
from tests.fees.moves import MOVES, Choice, Move, credit_was_used
from tests.fees.purse import LOSE, Purse, open_purse, state_of

T = TypeVar("T")
_AS_IT_IS: Final = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
_MOVES: Final = st.sampled_from(MOVES)
_NUMBERS: Final = st.tuples(
    st.integers(0, 11), st.integers(0, 11), st.integers(1, 9).map(lambda n: n * 45)
)


class Bank:
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

    bank: Bank

    def __init__(self) -> None:
        super().__init__()
        self.bank.schools += 1
        self.references = 0
        self.purse: Purse = self.bank.run(
            open_purse(self.bank.owner, self.bank.pool, school_id=self.bank.schools)
        )

    @rule(move=_MOVES, numbers=_NUMBERS)
    def one(self, move: Move, numbers: tuple[int, int, int]) -> None:
        self.bank.run(self._one(move, self._choice(numbers, is_alone=True)))

    @rule(moves=st.tuples(_MOVES, _MOVES), numbers=st.tuples(_NUMBERS, _NUMBERS))
    def two_at_once(
        self, moves: tuple[Move, Move], numbers: tuple[tuple[int, int, int], ...]
    ) -> None:
        self.bank.run(self._two(moves, [self._choice(each) for each in numbers]))

    @rule(move=_MOVES, numbers=_NUMBERS)
    def the_same_twice_at_once(self, move: Move, numbers: tuple[int, int, int]) -> None:
        choice = self._choice(numbers)
        self.bank.run(self._two((move, move), [choice, choice]))

    @rule(move=_MOVES, numbers=_NUMBERS, at=st.integers(0, 14), is_killed=st.booleans())
    def cut_off(self, move: Move, numbers: tuple[int, int, int], at: int, is_killed: bool) -> None:
        self.bank.run(self._cut_off(move, self._choice(numbers, is_alone=True), at, is_killed))

    @invariant()
    def every_dong_is_accounted_for(self) -> None:
        self.bank.run(self._look())

    def _choice(self, numbers: tuple[int, int, int], *, is_alone: bool = False) -> Choice:
        n, m, amount = numbers
        self.references += 1
        return Choice(n=n, m=m, amount=amount, ref=f"FT{self.references}", is_alone=is_alone)

    async def _facts(self) -> Facts:
        return await facts_of(self.bank.owner, self.purse.school_id)

    async def _one(self, move: Move, choice: Choice) -> None:
        """It is done, or refused and has left nothing."""
        before = await self._facts()
        try:
            async with self.purse.step() as conn:
                await move(self.purse, conn, before, choice)
        except AppError:
            assert await self._facts() == before
            self.bank.steps["refused"] += 1
            return
        assert credit_was_used(before, await self._facts())
        self.bank.steps[move.__name__] += 1

    async def _two(self, moves: tuple[Move, Move], choices: list[Choice]) -> None:
        """Each is done or refused; nobody waits in a circle."""
        before = await self._facts()

        async def go(move: Move, choice: Choice) -> None:
            async with self.purse.step() as conn:
                await move(self.purse, conn, before, choice)

        works = [go(move, choice) for move, choice in zip(moves, choices, strict=True)]
        for each in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(each, BaseException) and not isinstance(each, AppError):
                raise each
        self.bank.steps["two at once"] += 1

    async def _cut_off(self, move: Move, choice: Choice, at: int, is_killed: bool) -> None:
        """What was cut off has left nothing; done again it is done once."""
        before = await self._facts()
        killer = self.bank.owner if is_killed else None
        try:
            async with self.purse.step() as conn:
                failing = Failing(conn, at=at, killer=killer)
                await move(self.purse, failing.as_conn, before, choice)
        except AppError:
            assert await self._facts() == before
        except LOST:
            assert await self._facts() == before
            self.bank.steps["killed" if is_killed else "cut off"] += 1
            await self._one(move, choice)

    async def _look(self) -> None:
        owner, school_id = self.bank.owner, self.purse.school_id
        await must_hold(owner, school_id, await self._facts())
        async with self.purse.step() as conn:
            assert await differences(conn, school_id=school_id) == []
        state = await state_of(owner, school_id)
        transaction = owner.transaction()
        await transaction.start()
        try:
            await owner.execute(LOSE.format(school=school_id))
            await rebuild(owner, school_id=school_id, now=self.purse.now)
            assert await state_of(owner, school_id) == state
        finally:
            await transaction.rollback()
        self.bank.steps["looks"] += 1


def _play(
    database: str, *, examples: int, steps: int, phases: tuple[Phase, ...] = (Phase.generate,)
) -> Counter[str]:
    """What was done, by kind."""
    bank = Bank(database)
    machine = type("Money", (Money,), {"bank": bank})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                _AS_IT_IS, max_examples=examples, stateful_step_count=steps, phases=phases
            ),
        )
    finally:
        bank.close()
    return bank.steps


def test_every_dong_is_accounted_for_whatever_happens(database: str) -> None:
    assert _play(database, examples=6, steps=12)["looks"] > 20


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_dong_is_accounted_for_over_thousands_of_steps(database: str) -> None:
    done = _play(database, examples=120, steps=50, phases=(Phase.generate, Phase.shrink))
    # Each kind of thing did happen, else this says nothing.
    kinds = {move.__name__ for move in MOVES}
    assert kinds | {"refused", "two at once", "cut off", "killed"} < done.keys()
    assert done["looks"] > 3000
