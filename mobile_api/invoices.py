"""Bills once they are issued: lists, void and write-off, debtors, reminders."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.errors import Malformed
from app.fees.billing import changing, debts, lists, reminding
from app.fees.billing.lists import Wanted
from app.fees.billing.model import InvoiceState, NameThePupil, Settlement
from app.fees.billing.shown import Debtor, DebtSums, InvoiceRow, InvoiceShown, Reminded
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor, page_of
from app.schools.common import school_day
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, PRINCIPAL, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, QueryId, Reason, SchoolId, Search
from mobile_api.openapi import FAILS

InState = Annotated[InvoiceState | None, QueryParameter(name="state")]
InSettlement = Annotated[Settlement | None, QueryParameter(name="settlement")]
IsOffer = Annotated[
    bool | None, QueryParameter(name="is_voluntary", description="offers alone, or none")
]


class VoidAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reissue`: bill the pupil anew by what holds now."""

    school_id: SchoolId
    reason: Reason
    reissue: bool = False


class VoidAnswer(Struct, frozen=True, kw_only=True):
    """The void bill, and the one that was issued for it; None: none was."""

    invoice: InvoiceRow
    reissued: InvoiceRow | None


class WriteOffAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_id: SchoolId
    reason: Reason


class RemindersAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either some bills, or all that is owed of a period."""

    school_id: SchoolId
    invoice_ids: Annotated[list[UUID], Meta(min_length=1, max_length=5000)] | None = None
    period_id: UUID | None = None


class Debtors(Struct, frozen=True, kw_only=True):
    """A page of debtors; `sums` are of all of them."""

    sums: DebtSums
    items: list[Debtor]
    next_cursor: str | None = None


class NameBillsOrPeriod(Malformed):
    """Hãy chọn phiếu thu hoặc đợt thu | Name bills or a period"""


class Invoices(Controller):
    path = "/v1/fees"
    tags = ("fees",)

    @get("/invoices", operation_id="list_invoices", opt={**OFFICE, FAILS: (404,)})
    async def list_invoices(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        period_id: QueryId = None,
        class_id: QueryId = None,
        student_id: QueryId = None,
        in_state: InState = None,
        settlement: InSettlement = None,
        is_voluntary: IsOffer = None,
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[InvoiceRow]:
        """Bills by the pupil's name; `q`: any part of it without diacritics, or a reference.

        For accountants. The principal names a pupil: who owes is not the principal's to read
        through.
        """
        require_desk(caller, school_id, "accountant", "principal")
        wanted = Wanted(
            period_id=period_id,
            class_id=class_id,
            student_id=student_id,
            state=in_state,
            settlement=settlement,
            is_voluntary=is_voluntary,
            q=q,
        )
        if "accountant" not in caller.roles_in(school_id) and student_id is None:
            raise NameThePupil
        rows = await lists.invoices(
            tx,
            school_id=school_id,
            wanted=wanted,
            after=decode_cursor(cursor, tuple[CursorText, UUID]),
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.sort_key, row.id])

    @get("/invoices/{invoice_id:uuid}", operation_id="get_invoice", opt={**OFFICE, FAILS: (404,)})
    async def get_invoice(
        self, tx: Tx, caller: Me, school_id: QuerySchool, invoice_id: PathId
    ) -> InvoiceShown:
        """One bill with its lines, what was paid of it, and who did what to it.

        For accountants, and the principal.
        """
        require_desk(caller, school_id, "accountant", "principal")
        return await lists.invoice_shown(tx, school_id=school_id, invoice_id=invoice_id)

    @post(
        "/invoices/{invoice_id:uuid}/void",
        operation_id="void_invoice",
        status_code=200,
        opt={**ACCOUNTANT, FAILS: (404,)},
    )
    async def void_invoice(
        self, tx: Tx, caller: Me, now: Now, invoice_id: PathId, data: JSONBody[VoidAsked]
    ) -> VoidAnswer:
        """Take back a bill of which nothing was paid; it stays in the lists, as void.

        For accountants. With `reissue` the pupil is billed anew by the charges, waivers and days
        that hold now. The family is told.
        """
        school_id = require_desk(caller, data.school_id, "accountant")
        voided = await changing.void(
            tx,
            school_id=school_id,
            invoice_id=invoice_id,
            reason=data.reason,
            reissue=data.reissue,
            account_id=caller.account_id,
            now=now,
        )
        fresh = None
        if voided.reissued is not None:
            fresh = await lists.invoice_row(tx, school_id=school_id, invoice_id=voided.reissued)
        return VoidAnswer(
            invoice=await lists.invoice_row(tx, school_id=school_id, invoice_id=invoice_id),
            reissued=fresh,
        )

    @post(
        "/invoices/{invoice_id:uuid}/write-off",
        operation_id="write_off_invoice",
        status_code=200,
        opt={**PRINCIPAL, FAILS: (404,)},
    )
    async def write_off_invoice(
        self, tx: Tx, caller: Me, now: Now, invoice_id: PathId, data: JSONBody[WriteOffAsked]
    ) -> InvoiceRow:
        """Give up what is left to pay of a bill; it is nobody's debt any more.

        For the principal, not for who issued it. The family is told.
        """
        school_id = require_desk(caller, data.school_id, "principal")
        await changing.write_off(
            tx,
            school_id=school_id,
            invoice_id=invoice_id,
            reason=data.reason,
            account_id=caller.account_id,
            now=now,
        )
        return await lists.invoice_row(tx, school_id=school_id, invoice_id=invoice_id)

    @get("/debtors", operation_id="list_debtors", opt={**ACCOUNTANT, FAILS: (404,)})
    async def list_debtors(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: QuerySchool,
        class_id: QueryId = None,
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Debtors:
        """Who owes what, by the days since it was due, also of pupils who have left.

        For accountants alone. What is voluntary is no debt.
        """
        require_desk(caller, school_id, "accountant")
        today = school_day(now)
        rows = await debts.debtors(
            tx,
            school_id=school_id,
            q=q,
            class_id=class_id,
            today=today,
            after=decode_cursor(cursor, tuple[CursorText, UUID]),
            limit=limit + 1,
        )
        page = page_of(rows, limit=limit, key=lambda row: [row.sort_key, row.student_id])
        return Debtors(
            sums=await debts.debt_sums(tx, school_id=school_id, today=today),
            items=page.items,
            next_cursor=page.next_cursor,
        )

    @post(
        "/reminders",
        operation_id="send_fee_reminders",
        status_code=200,
        opt={**ACCOUNTANT, FAILS: (404,)},
    )
    async def send_reminders(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[RemindersAsked]
    ) -> Reminded:
        """Remind families of what is due, one message a pupil, to its guardians alone.

        For accountants. From three days before the due day on, once a week a family and three
        times a bill at most, never of what is voluntary; what is left out is named with its reason.
        """
        school_id = require_desk(caller, data.school_id, "accountant")
        if (data.invoice_ids is None) == (data.period_id is None):
            raise NameBillsOrPeriod
        return await reminding.remind(
            tx,
            school_id=school_id,
            invoice_ids=data.invoice_ids,
            period_id=data.period_id,
            account_id=caller.account_id,
            now=now,
        )


HANDLERS = [Invoices]
