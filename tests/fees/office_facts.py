"""The facts of a school's money, and those around it: what is asked, said, taken and awaited."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from tests.fees.facts import Facts, Fund, Refund, facts_of


@dataclass(frozen=True, kw_only=True)
class Waiver:
    id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Cash over the counter."""

    id: UUID
    amount: int
    day: date
    state: str
    taken_by: UUID


@dataclass(frozen=True, kw_only=True)
class Event:
    """What the gateway told."""

    key: str
    state: str
    outcome: str | None
    fund_id: UUID | None
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Row:
    """Of a statement, money in; `is_left`: nobody has looked at it yet."""

    statement_id: UUID
    n: int
    amount: int
    fund_id: UUID | None
    waits: str | None

    @property
    def is_left(self) -> bool:
        return self.fund_id is None and self.waits is None


@dataclass(frozen=True, kw_only=True)
class Intent:
    id: UUID
    pay_ref: str
    amount: int
    state: str


@dataclass(frozen=True, kw_only=True)
class OfficeFacts(Facts):
    """`closed`: days that cashiers closed; `given`: bills whose meals others gave back."""

    periods: list[UUID]
    waivers: list[Waiver]
    intakes: list[Intake]
    events: list[Event]
    rows: list[Row]
    intents: list[Intent]
    closed: list[tuple[UUID, date]]
    given: list[UUID]
    sightings: list[tuple[UUID, str, str]]

    def due_events(self, now: datetime) -> list[Event]:
        """Those that the worker may take by now."""
        waiting = [event for event in self.events if event.state == "received"]
        return [event for event in waiting if event.due_at <= now]

    @property
    def waiting_rows(self) -> list[Row]:
        return [row for row in self.rows if row.waits is not None]

    @property
    def transfers(self) -> list[Fund]:
        return [fund for fund in self.funds if fund.channel == "transfer"]

    def refunds_in(self, state: str) -> list[Refund]:
        return [refund for refund in self.refunds if refund.state == state]


async def office_facts(conn: asyncpg.Connection, school_id: int) -> OfficeFacts:
    """As they are in the database now."""
    base = await facts_of(conn, school_id)

    async def rows(sql: str) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await conn.fetch(sql, school_id)
        return found

    return OfficeFacts(
        **vars(base),
        periods=[row["id"] for row in await rows(_PERIODS)],
        waivers=[Waiver(**row) for row in await rows(_WAIVERS)],
        intakes=[Intake(**row) for row in await rows(_INTAKES)],
        events=[Event(**row) for row in await rows(_EVENTS)],
        rows=[Row(**row) for row in await rows(_ROWS)],
        intents=[Intent(**row) for row in await rows(_INTENTS)],
        closed=[(row["cashier"], row["day"]) for row in await rows(_CLOSED)],
        given=[row["charged_on"] for row in await rows(_GIVEN)],
        sightings=[tuple(row) for row in await rows(_SIGHTINGS)],
    )


_PERIODS = "select id from billing_period where school_id = $1 order by id"
_WAIVERS = "select id, state from waiver where school_id = $1 order by id"
_INTAKES = """
    select id, amount, day, state, taken_by from cash_intake where school_id = $1
     order by taken_at, id
"""
_EVENTS = """
    select event_key as key, state, outcome, fund_id, due_at from gateway_inbox
     where school_id = $1 order by received_at, event_key
"""
_ROWS = """
    select r.statement_id, r.n, r.amount, r.fund_id, r.waits from bank_statement_row r
     where r.school_id = $1 and r.amount > 0 order by r.statement_id, r.n
"""
_INTENTS = "select id, pay_ref, amount, state from payment_intent where school_id = $1 order by id"
_CLOSED = "select cashier, day from daily_close where school_id = $1 order by day, cashier"
_GIVEN = """
    select distinct charged_on from meal_credit where school_id = $1 and used_on is not null
     order by 1
"""
_SIGHTINGS = """
    select fund_id, source, source_ref from fund_sighting where school_id = $1
     order by fund_id, source, source_ref
"""
