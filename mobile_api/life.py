"""Transfers, the school year and cards in bulk: for the principal."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.life import cards, events, promotion, transfer
from app.schools.life.events import LifeEvent
from app.schools.life.model import (
    BulkCards,
    CardScope,
    ClassStep,
    NextClass,
    Promotion,
    TransferOut,
)
from app.schools.life.promotion_plan import Wanted
from app.schools.life.transfer import Newcomer
from app.schools.sight import sight_of
from app.schools.students import service as students
from app.schools.students.model import Gender, Student
from mobile_api.access import only
from mobile_api.deps import Lang, Me, Now, Res, Tx
from mobile_api.inputs import (
    Cursor,
    Limit,
    MoetCode,
    Name,
    PathId,
    PathSchool,
    PersonalNumber,
    QueryId,
    Reason,
    SchoolYear,
    ShortName,
)

_PRINCIPAL = {"who": only("principal")}
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Grade = Annotated[int, Meta(ge=0, le=12, description="0: preschool")]
DryRun = Annotated[bool, QueryParameter(description="say what would be done, and do nothing")]
_Small = Annotated[list[UUID], Meta(max_length=5000)]


class Leaving(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`to_school_code`: the other school's code, for the record; null: not known.

    `last_day` is today or has been; null: today.
    """

    reason: Reason
    to_school_code: ShortName | None = None
    last_day: date | None = None


class Coming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`name` is needed of a pupil whom this school never had; null leaves what is known as it is.

    `from_day` is the first day in the class, today if it is not given.
    """

    moet_code: MoetCode
    class_id: UUID
    from_day: date | None = None
    from_school: Name | None = None
    name: Name | None = None
    born_on: date | None = None
    gender: Gender | None = None
    personal_number: PersonalNumber | None = None


class NamedClass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: ShortName
    grade: Grade


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`to`: a class by name and grade (made if there is none), a class's id, or `graduates`."""

    from_class_id: UUID
    to: NamedClass | Annotated[str, Meta(max_length=36, pattern=rf"^(graduates|{_UUID})$")]


class NewYear(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each class that has pupils stands in `map` once.

    `repeaters` go to the class of the next year that has their class's name. `from_day` is the
    first day in the new classes, today if it is not given. `teachers`: those of new classes.
    """

    from_year: SchoolYear
    to_year: SchoolYear
    map: Annotated[list[Step], Meta(min_length=1, max_length=200)]
    repeaters: _Small = []
    from_day: date | None = None
    teachers: Literal["empty", "carry"] = "empty"


class Cards(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`grade` with the scope `grade`, `class_ids` with the scope `classes`."""

    scope: Literal["school", "grade", "classes"]
    grade: Grade | None = None
    class_ids: Annotated[list[UUID], Meta(min_length=1, max_length=200)] | None = None

    def chosen(self) -> CardScope:
        return CardScope(kind=self.scope, grade=self.grade, class_ids=self.class_ids)


class CardsToRevoke(Cards, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason


class Life(Controller):
    path = "/v1/schools/{school_id:int}"
    tags = ("life",)
    opt = _PRINCIPAL

    @get("/life-events")
    async def list_life_events(
        self,
        tx: Tx,
        school_id: PathSchool,
        person_id: QueryId = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[LifeEvent]:
        """Transfers, promotions, lost cards and phones: who did it and why, the newest first.

        For the principal.
        """
        after = decode_cursor(cursor, tuple[UUID])
        rows = await events.life_events(
            tx,
            school_id=school_id,
            person_id=person_id,
            before=after[0] if after else None,
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: (row.id,))

    @post("/students/{student_id:uuid}/transfer-out", status_code=200)
    async def transfer_out(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        data: JSONBody[Leaving],
    ) -> TransferOut:
        """A pupil goes to another school: card, own login and guardians' links of this school end.

        The guardians are told; what the school knows of the past stays. For the principal.
        """
        return await transfer.transfer_out(
            tx,
            school_id=school_id,
            student_id=student_id,
            to_school_code=data.to_school_code,
            last_day=data.last_day,
            reason=data.reason,
            decided_by=caller.account_id,
            now=now,
        )

    @post("/students/transfer-in")
    async def transfer_in(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        data: JSONBody[Coming],
    ) -> Student:
        """A pupil comes from another school, by MOET code; a card is issued. For the principal.

        Nothing is read of the other school. Who was here before is taken up again, with the
        history of then; guardians are to be set up in either case.
        """
        student_id = await transfer.transfer_in(
            tx,
            vault=resources.vault,
            school_id=school_id,
            newcomer=Newcomer(
                moet_code=data.moet_code,
                class_id=data.class_id,
                from_day=data.from_day,
                from_school=data.from_school,
                name=data.name,
                born_on=data.born_on,
                gender=data.gender,
                personal_number=data.personal_number,
            ),
            decided_by=caller.account_id,
            now=now,
        )
        return await students.student(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            sight=await sight_of(tx, caller=caller, school_id=school_id),
            now=now,
        )

    @post("/promotion", status_code=200)
    async def promote(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        locale: Lang,
        school_id: PathSchool,
        data: JSONBody[NewYear],
        dry_run: DryRun = False,
    ) -> Promotion:
        """Change the school year in one step, all or nothing; a second time nothing is left to do.

        Classes of the next year are made, pupils go up from `from_day` on or repeat, graduates
        leave today, the old classes end. With `dry_run` it says what it would do, and what is
        wrong. For the principal.
        """
        return await promotion.promote(
            tx,
            school_id=school_id,
            wanted=Wanted(
                from_year=data.from_year,
                to_year=data.to_year,
                from_day=promotion.day_or_today(data.from_day, now),
                steps=[_step(each) for each in data.map],
                repeaters=data.repeaters,
                carries_teachers=data.teachers == "carry",
            ),
            decided_by=caller.account_id,
            now=now,
            locale=locale,
            is_dry_run=dry_run,
        )

    @post("/cards/revoke", status_code=200)
    async def revoke_cards(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        data: JSONBody[CardsToRevoke],
        dry_run: DryRun = False,
    ) -> BulkCards:
        """Revoke the live cards of the school, a grade or some classes, as at the year's end.

        A scan from before stays good. For the principal.
        """
        return await cards.revoke_cards(
            tx,
            school_id=school_id,
            scope=data.chosen(),
            reason=data.reason,
            decided_by=caller.account_id,
            now=now,
            is_dry_run=dry_run,
        )

    @post("/cards/issue", status_code=200)
    async def issue_cards(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        data: JSONBody[Cards],
        dry_run: DryRun = False,
    ) -> BulkCards:
        """Issue a card to each pupil of the scope who has none. For the principal."""
        return await cards.issue_cards(
            tx,
            ring=resources.vault.ring,
            school_id=school_id,
            scope=data.chosen(),
            decided_by=caller.account_id,
            now=now,
            is_dry_run=dry_run,
        )


def _step(given: Step) -> ClassStep:
    to: NextClass | UUID | None
    if isinstance(given.to, NamedClass):
        to = NextClass(name=given.to.name, grade=given.to.grade)
    else:
        to = None if given.to == "graduates" else UUID(given.to)
    return ClassStep(from_class_id=given.from_class_id, to=to)


HANDLERS = [Life]
