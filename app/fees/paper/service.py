"""Who reads which receipts, and what anybody may verify."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.access import open_schools
from app.fees.paper import queries
from app.fees.paper.model import NoSuchReceipt, Receipt, ReceiptNotPrinted, Stored, Verified
from app.fees.paying.kin import pairs_of, payers_links
from app.identity.model import Caller

_CODE: Final = re.compile(r"([1-9][0-9]{0,7})-[A-Z2-7]{16}")


async def of_family(
    conn: db.Conn,
    *,
    caller: Caller,
    student_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Receipt]:
    """The receipts of the caller's children, or of that one, the latest first.

    Raises:
        NoSuchChild: `student_id` is none of the caller's.
    """
    pairs = pairs_of(await payers_links(conn, caller=caller, student_id=student_id))
    return await queries.receipts(
        conn,
        pupils=sorted(pairs),
        school_id=None,
        before=before,
        limit=limit,
    )


async def where_is(conn: db.Conn, *, caller: Caller, receipt_id: UUID) -> Stored:
    """Where the PDF of a receipt lies that the caller may read: an own child's, or, for an
    accountant, any of the school.

    Raises:
        NoSuchReceipt: it is not the caller's to read.
        ReceiptNotPrinted: it will be in seconds.
    """
    pairs = pairs_of(await payers_links(conn, caller=caller))
    offices = caller.schools_as("accountant")
    schools = {school for school, _ in pairs} | offices
    await open_schools(conn, caller=caller, school_ids=schools)
    found = await queries.stored(conn, school_ids=schools, receipt_id=receipt_id)
    if found is None:
        raise NoSuchReceipt
    school_id, kept = found
    if school_id not in offices and (school_id, kept.student_id) not in pairs:
        raise NoSuchReceipt
    if kept.pdf_key is None:
        raise ReceiptNotPrinted
    return kept


async def verify(pool: db.Pool, *, code: str) -> Verified:
    """What a receipt's code says of it. A code that is no receipt's is told nothing.

    Raises:
        NoSuchReceipt: of no receipt, or no code at all.
    """
    form = _CODE.fullmatch(code)
    if form is None:
        raise NoSuchReceipt
    school_id = int(form[1])
    async with db.transaction(pool, schools=[school_id]) as conn:
        found = await queries.verified(conn, school_id=school_id, check_code=code)
    if found is None:
        raise NoSuchReceipt
    return found
