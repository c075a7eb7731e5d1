"""Choosing, and what has been chosen. Nothing is agreed to by default or by silence."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app import db
from app.consents import queries
from app.consents.model import (
    ConsentView,
    Decided,
    NotToBeConsented,
    OutdatedText,
    Purpose,
    Subject,
    Wish,
)
from app.consents.texts import ABOUT, COVERS_FROM, current_version
from app.identity.model import Locale
from app.ids import new_id


async def consents_of(
    conn: db.Conn, *, account_id: UUID, school_ids: Collection[int]
) -> list[ConsentView]:
    """Every purpose for every child of the account, and for itself where it is on a staff."""
    decided = await queries.decided(conn, account_id=account_id, school_ids=school_ids)
    subjects = await queries.subjects_of(conn, account_id=account_id, school_ids=school_ids)
    return [
        _view(purpose, subject, decided.get((purpose, subject.school_id, subject.person_id)))
        for subject in subjects
        for purpose, about in ABOUT.items()
        if about == subject.about
    ]


async def choose(
    conn: db.Conn,
    *,
    account_id: UUID,
    school_ids: Collection[int],
    wishes: Sequence[Wish],
    locale: Locale,
    now: datetime,
) -> None:
    """Store these choices as facts; what is chosen already, in this version, is not stored again.

    `locale` is the language in which the texts were read.

    Raises:
        OutdatedText: the version agreed to is not the newest.
        NotToBeConsented: not a child of the account, nor itself on a staff, or the purpose is not
            about such a person.
    """
    for wish in wishes:
        _check_version(wish)
    if not wishes:
        return
    subjects = await queries.subjects_of(conn, account_id=account_id, school_ids=school_ids)
    pairs = [(wish, subject) for wish in wishes for subject in _meant(wish, subjects)]
    unique = {(subject.school_id, subject.person_id): subject for _, subject in pairs}
    await queries.lock_subjects(conn, unique.values())
    decided = await queries.decided(conn, account_id=account_id, school_ids=school_ids)
    for wish, subject in pairs:
        before = decided.get((wish.purpose, subject.school_id, subject.person_id))
        if before is not None and _says_the_same(wish, before):
            continue
        was_given = before is not None and before.choice == "given"
        made = Decided(
            purpose=wish.purpose,
            school_id=subject.school_id,
            person_id=subject.person_id,
            version=wish.version,
            choice="given" if wish.is_given else "withdrawn" if was_given else "refused",
            decided_at=now,
        )
        decided[made.purpose, made.school_id, made.person_id] = made
        await queries.record(
            conn, event_id=new_id(), account_id=account_id, decided=made, locale=locale
        )


def _check_version(wish: Wish) -> None:
    newest = current_version(wish.purpose)
    # To say no must not wait for the reading of a new text; to say yes must.
    if wish.version > newest or (wish.is_given and wish.version != newest):
        raise OutdatedText(
            (
                f"Hãy đọc bản {newest} của “{wish.purpose}” rồi chọn lại.",
                f"Read version {newest} of “{wish.purpose}” and choose again.",
            )
        )


def _meant(wish: Wish, subjects: Sequence[Subject]) -> list[Subject]:
    about = ABOUT[wish.purpose]
    if wish.person_id is None:
        return [subject for subject in subjects if subject.about == about]
    found = [
        subject
        for subject in subjects
        if (subject.about, subject.school_id, subject.person_id)
        == (about, wish.school_id, wish.person_id)
    ]
    if not found:
        raise NotToBeConsented(
            (
                f"“{wish.purpose}”: chỉ chọn cho con mình, hoặc cho chính mình là nhân viên.",
                f"“{wish.purpose}”: choose for your own child, or for yourself as staff.",
            )
        )
    return found


def _says_the_same(wish: Wish, before: Decided) -> bool:
    return wish.is_given == (before.choice == "given") and wish.version <= before.version


def _view(purpose: Purpose, subject: Subject, decided: Decided | None) -> ConsentView:
    newest = current_version(purpose)
    return ConsentView(
        purpose=purpose,
        about=subject.about,
        school_id=subject.school_id,
        person_id=subject.person_id,
        name=subject.name,
        version=newest,
        choice=decided.choice if decided else None,
        decided_version=decided.version if decided else None,
        decided_at=decided.decided_at if decided else None,
        asks=decided is None or decided.version < newest,
        holds=decided is not None
        and decided.choice == "given"
        and decided.version >= COVERS_FROM[purpose],
    )
