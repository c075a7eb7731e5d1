"""A school whose money is moved as the product moves it: by its services, from bill to refund."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import UUID, uuid5

import asyncpg
import msgspec

from app import db
from app.crypto import SchoolBox, Vault
from app.fees.receiving.gateway import Page
from app.fees.receiving.merchants import KnownMerchant
from app.fees.receiving.sepay import SePay
from app.fees.setup.queries import API_TOKEN_FIELD, NUMBER_FIELD, SECRET_FIELD, number_index
from app.identity.model import Caller, ChildLink
from app.ids import new_id
from app.keys import KeyRing
from scripts.demo.bank import BankTransfer
from tests.conftest import MASTER_KEY
from tests.fees.purse import Purse
from tests.fees.statement_files import NUMBER
from tests.fees.truth import NAMINGS, Account, Real

SECRET: Final = "spsk_live_0123456789abcdef"
VAULT: Final = Vault(KeyRing.parse(MASTER_KEY))


class Listed(SePay):
    """SePay, whose list is asked for without a network between."""

    def __init__(self, transfers: Sequence[BankTransfer]) -> None:
        super().__init__()
        self._transfers = transfers

    async def transfers(self, **asked: Any) -> Page:
        """All that it knows since its mark, as rows of its list."""
        since = int(asked["since"] or 0)
        found = [each for each in self._transfers if each.id >= since]
        encoded = [each.listed() for each in found]
        mark = max((each.id for each in found), default=since)
        return Page(
            bodies=tuple(map(_encoded, encoded)), mark=str(mark) if mark else asked["since"]
        )


def _encoded(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode(row)


@dataclass(kw_only=True)
class Term(Purse):
    """Two siblings and a third pupil in one class; a bank that tells of what it holds.

    Items: the first is owed, the second an offer, the third meals by the day.
    """

    second: UUID = field(default_factory=new_id)
    parent: UUID = field(default_factory=new_id)
    class_id: UUID = field(default_factory=new_id)
    merchant_id: UUID = field(default_factory=new_id)
    account: Account = field(init=False)
    box: SchoolBox = field(init=False, repr=False)
    files: dict[UUID, dict[int, Real]] = field(default_factory=dict)
    """What the rows of the statements are."""

    def __post_init__(self) -> None:
        self.account = Account(naming=NAMINGS[self.school_id % len(NAMINGS)])

    @property
    def siblings(self) -> list[UUID]:
        return self.students[:2]

    @property
    def caller(self) -> Caller:
        """The siblings' parent."""
        children = [
            ChildLink(school_id=self.school_id, student_id=child, can_request_leave=True)
            for child in self.siblings
        ]
        return Caller(
            account_id=self.parent,
            session_id=self.parent,
            device_id=self.parent,
            platform="web",
            locale="vi",
            memberships=[],
            children=children,
            department_school_ids=[],
        )

    @property
    def merchant(self) -> KnownMerchant:
        return KnownMerchant(
            school_id=self.school_id,
            id=self.merchant_id,
            provider="sepay",
            secret=SECRET,
            former_secret=None,
            former_until=None,
            is_ended=False,
            sealed=b"",
            sealed_former=None,
            box=self.box,
        )

    def id_of(self, ref: str) -> UUID:
        """A client's id for something that it does once."""
        return uuid5(self.class_id, ref)

    def listed(self) -> Listed:
        """SePay with all that it has seen by now."""
        return Listed([real.transfer for real in self.account.reals.values()])

    async def set_up(self) -> None:
        await super().set_up()
        run, school_id = self.owner.execute, self.school_id
        wrapped = VAULT.new_school_key()
        self.box = VAULT.school_box(wrapped, school_id)
        await run("insert into school_key (school_id, wrapped) values ($1, $2)", school_id, wrapped)
        await self._open_class()
        await run(
            "update fee_account set number = $3, number_index = $4, number_tail = $5"
            " where school_id = $1 and id = $2",
            school_id, self.bank_id, self.box.seal(NUMBER, field=NUMBER_FIELD),
            number_index(self.box, NUMBER), NUMBER[-4:],
        )  # fmt: skip
        await run(
            """
            insert into merchant (school_id, id, account_id, provider, secret, api_token,
                   created_by, created_at, changed_at)
            values ($1, $2, $3, 'sepay', $4, $5, $6, $7, $7)
            """,
            school_id, self.merchant_id, self.bank_id, self.box.seal(SECRET, field=SECRET_FIELD),
            self.box.seal("token", field=API_TOKEN_FIELD), self.accountant, self.now,
        )  # fmt: skip
        await run(
            "update fee_item set amount = 400, cap = 400 where school_id = $1 and id = $2",
            school_id, self.items[0],
        )  # fmt: skip
        await run(
            "update fee_item set is_voluntary = true where school_id = $1 and id = $2",
            school_id, self.items[1],
        )  # fmt: skip
        await run(
            """
            update fee_item set category = 'meal', unit = 'day', amount = 30,
                   kitchen_cut_off = '20:00', kitchen_days_before = 0
             where school_id = $1 and id = $2
            """,
            school_id, self.items[2],
        )  # fmt: skip

    async def _open_class(self) -> None:
        """With school on each day of the week."""
        campus, shift = new_id(), new_id()
        await self.owner.execute(_CLASS.format(
            school=self.school_id, campus=campus, klass=self.class_id, shift=shift
        ))  # fmt: skip
        await self.owner.execute(
            "insert into enrolment (school_id, student_id, class_id, from_day)"
            " select $1, id, $2, '2026-09-05' from unnest($3::uuid[]) id",
            self.school_id, self.class_id, self.students,
        )  # fmt: skip

    async def is_away(self, conn: db.Conn, student_id: UUID, days: int) -> None:
        """The pupil has leave that was asked for by now, from tomorrow on; once a day."""
        await conn.execute(
            """
            insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day,
                   part, reason_sealed, state, covers_to, requested_by, requested_as, created_at,
                   decided_by, decided_at)
            select $1, $2, 'student', $3, d.day, d.day + $4::int, 'day', 'x', 'approved',
                   d.day + $4::int, $5, 'guardian', $6, $7, $6
              from (select ($6::timestamptz + interval '31 hours')::date as day) d
             where not exists (select from leave_request l where l.school_id = $1
                                  and l.person_id = $3 and l.to_day >= d.day)
            """,
            self.school_id, new_id(), student_id, days, self.parent, self.now, self.principal,
        )  # fmt: skip


_CLASS: Final = """
    insert into campus (school_id, id, name, fence) values ({school}, '{campus}', 'Cơ sở', '{{}}');
    insert into school_class (school_id, id, school_year, grade, name, campus_id)
    values ({school}, '{klass}', '2026-2027', 6, '6A', '{campus}');
    insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)
    values ({school}, '{shift}', 'Sáng', '07:00', '11:00', '07:15', '08:00', '{{1,2,3,4,5,6,7}}');
    insert into class_shift (school_id, class_id, shift_id)
    values ({school}, '{klass}', '{shift}')
"""


async def open_term(owner: asyncpg.Connection, pool: db.Pool, *, school_id: int) -> Term:
    """A new school at its term's start, with nothing billed."""
    term = Term(owner=owner, pool=pool, school_id=school_id)
    await term.set_up()
    return term


class OneConnection:
    """A pool for who takes one: all it gives is the step's own connection, once more."""

    def __init__(self, conn: db.Conn) -> None:
        self._conn = conn

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[db.Conn]:
        yield self._conn

    @property
    def as_pool(self) -> db.Pool:
        return cast(db.Pool, self)
