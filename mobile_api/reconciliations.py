"""The bank's statements against the books."""

from datetime import date
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import Struct

from app.fees.office import reconciling
from app.fees.office.reconciling import Reconciliation
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, QueryId, SchoolId
from mobile_api.openapi import FAILS

_ACCOUNTANT = {**ACCOUNTANT, FAILS: (404,)}
_OFFICE = {**OFFICE, FAILS: (404,)}


class ReconciliationAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a bank account, from one day to another, both inclusive; at most a year."""

    school_id: SchoolId
    account_id: UUID
    from_day: date
    to_day: date


class Reconciliations(Controller):
    path = "/v1/fees/reconciliations"
    tags = ("fees",)

    @get("", operation_id="list_reconciliations", opt=_OFFICE)
    async def list_reconciliations(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        account_id: QueryId = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Reconciliation]:
        """Runs in sums, the latest first. For accountants, and the principal."""
        require_desk(caller, school_id, "accountant", "principal")
        before = decode_cursor(cursor, tuple[UUID])
        rows = await reconciling.listed(
            tx,
            school_id=school_id,
            account_id=account_id,
            before=before[0] if before else None,
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.id])

    @post("", operation_id="reconcile", opt=_ACCOUNTANT)
    async def reconcile(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[ReconciliationAsked]
    ) -> Reconciliation:
        """Hold the statements of some days against funds, refunds and ledger. For accountants.

        Each difference is named. It may be run again whenever something has been put right.
        """
        require_desk(caller, data.school_id, "accountant")
        found = await reconciling.run(
            tx,
            school_id=data.school_id,
            account_id=data.account_id,
            from_day=data.from_day,
            to_day=data.to_day,
            run_by=caller.account_id,
            now=now,
        )
        return await reconciling.one(tx, school_id=data.school_id, reconciliation_id=found)

    @get("/{reconciliation_id:uuid}", operation_id="get_reconciliation", opt=_OFFICE)
    async def get_reconciliation(
        self, tx: Tx, caller: Me, school_id: QuerySchool, reconciliation_id: PathId
    ) -> Reconciliation:
        """One run with every difference by its name. For accountants, and the principal."""
        require_desk(caller, school_id, "accountant", "principal")
        return await reconciling.one(tx, school_id=school_id, reconciliation_id=reconciliation_id)


HANDLERS = [Reconciliations]
