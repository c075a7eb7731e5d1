"""Pupils, their classes and cards, and the key of their phones."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor
from app.photos.urls import PhotoUrls
from app.schools.common import changes_of
from app.schools.life import transfer
from app.schools.sight import sight_of
from app.schools.students import accounts, cards, service
from app.schools.students.cards import PhoneCodeKey
from app.schools.students.model import Enrolment, Gender, NoSuchStudent, Student
from mobile_api.access import STAFF, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import (
    NO_NUL,
    Cursor,
    Limit,
    MoetCode,
    Name,
    PathId,
    PathSchool,
    PersonalNumber,
    Phone,
    QueryId,
    Reason,
    Search,
)

_READ = {"who": only(*STAFF)}
_WRITE = {"who": only("principal")}
_LEADERS = {"who": only("principal", "homeroom_teacher")}


class NewStudent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from_day` is the first day in the class, today if it is not given."""

    name: Name
    class_id: UUID
    from_day: date | None = None
    moet_code: MoetCode | None = None
    born_on: date | None = None
    gender: Gender | None = None
    personal_number: PersonalNumber | None = None


class StudentChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    moet_code: MoetCode | UnsetType | None = UNSET
    born_on: date | UnsetType | None = UNSET
    gender: Gender | UnsetType | None = UNSET
    personal_number: PersonalNumber | UnsetType | None = UNSET


class ClassMove(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from_day` is the first day in the new class, today if it is not given."""

    class_id: UUID
    from_day: date | None = None


class PupilsPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone: Phone


class CardLoss(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason = "lost"


class IssuedCard(Struct, frozen=True, kw_only=True):
    """The code to print."""

    token: str


Why = Annotated[
    str, QueryParameter(min_length=1, max_length=200, pattern=NO_NUL, description="why, as `lost`")
]
MaybeWhy = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=200, pattern=NO_NUL, description="why"),
]


class Students(Controller):
    path = "/v1/schools/{school_id:int}/students"
    tags = ("schools",)

    @get(opt=_READ)
    async def list_students(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        q: Search = None,
        class_id: QueryId = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Student]:
        """The enrolled pupils by name. For staff, each with as much as the role may see.

        The principal sees all of everybody, a homeroom teacher all of the own class, a subject
        teacher the names of the classes taught, a guard names, classes and photos, an accountant
        names and classes.
        """
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        return await service.students_page(
            tx,
            school_id=school_id,
            sight=sight,
            class_id=class_id,
            q=q,
            after=decode_cursor(cursor, tuple[CursorText, UUID]),
            limit=limit,
            urls=PhotoUrls(resources.vault.ring, now),
        )

    @post(opt=_WRITE)
    async def create_student(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        data: JSONBody[NewStudent],
    ) -> Student:
        """Enrol a new pupil; a card is issued. For the principal."""
        student_id = await service.create_student(
            tx,
            vault=resources.vault,
            school_id=school_id,
            name=data.name,
            class_id=data.class_id,
            from_day=data.from_day,
            moet_code=data.moet_code,
            born_on=data.born_on,
            gender=data.gender,
            personal_number=data.personal_number,
            issued_by=caller.account_id,
            now=now,
        )
        return await _student(tx, caller, resources, school_id, student_id)

    @get("/{student_id:uuid}", opt=_READ)
    async def get_student(
        self, tx: Tx, caller: Me, resources: Res, school_id: PathSchool, student_id: PathId
    ) -> Student:
        """One pupil, as much as the role may see. For staff."""
        return await _student(tx, caller, resources, school_id, student_id)

    @patch("/{student_id:uuid}", opt=_WRITE)
    async def change_student(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        data: JSONBody[StudentChange],
    ) -> Student:
        """Change what the school keeps of a pupil. For the principal."""
        await service.change_student(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            changes=changes_of(data),
            now=now,
        )
        return await _student(tx, caller, resources, school_id, student_id)

    @delete("/{student_id:uuid}", opt=_WRITE)
    async def end_student(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        reason: MaybeWhy = None,
    ) -> None:
        """A pupil leaves the school today; the card is revoked. For the principal."""
        await transfer.leave(
            tx,
            school_id=school_id,
            student_id=student_id,
            reason=reason,
            decided_by=caller.account_id,
            now=now,
        )

    @get("/{student_id:uuid}/enrolments", opt=_LEADERS)
    async def list_enrolments(
        self, tx: Tx, caller: Me, school_id: PathSchool, student_id: PathId
    ) -> Page[Enrolment]:
        """The pupil's classes, the latest first. For the principal and the homeroom teacher."""
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        return Page(
            items=await service.enrolments(
                tx, school_id=school_id, student_id=student_id, sight=sight
            )
        )

    @post("/{student_id:uuid}/enrolment", operation_id="move_student", opt=_WRITE)
    async def change_class(
        self,
        tx: Tx,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        data: JSONBody[ClassMove],
    ) -> Page[Enrolment]:
        """Move a pupil to another class; all enrolments, the latest first. For the principal."""
        return Page(
            items=await service.change_class(
                tx,
                school_id=school_id,
                student_id=student_id,
                class_id=data.class_id,
                from_day=data.from_day,
                now=now,
            )
        )

    @put("/{student_id:uuid}/account", status_code=204, opt=_WRITE)
    async def set_account(
        self,
        tx: Tx,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        data: JSONBody[PupilsPhone],
    ) -> None:
        """Let the owner of a phone log in as this pupil, and nobody else. For the principal."""
        await accounts.set_account(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            phone=data.phone,
            now=now,
        )

    @delete("/{student_id:uuid}/account", opt=_WRITE)
    async def clear_account(
        self, tx: Tx, now: Now, school_id: PathSchool, student_id: PathId
    ) -> None:
        """End the pupil's own login in this school. For the principal."""
        await accounts.clear_account(tx, school_id=school_id, student_id=student_id, now=now)

    @post("/{student_id:uuid}/card", opt=_LEADERS)
    async def reissue_card(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
    ) -> IssuedCard:
        """Issue a new card; the former one is worthless at once.

        For the principal and the homeroom teacher of the pupil's class.
        """
        await _require_leader(tx, caller, school_id, student_id)
        token = await cards.reissue_card(
            tx,
            ring=resources.vault.ring,
            school_id=school_id,
            student_id=student_id,
            issued_by=caller.account_id,
            now=now,
        )
        return IssuedCard(token=token)

    @delete("/{student_id:uuid}/card", opt=_LEADERS)
    async def revoke_card(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        reason: Why = "lost",
    ) -> None:
        """Revoke a lost card without a new one; the guardians are told.

        For the principal and the homeroom teacher of the pupil's class.
        """
        await _require_leader(tx, caller, school_id, student_id)
        await cards.revoke_card(
            tx,
            school_id=school_id,
            student_id=student_id,
            reason=reason,
            revoked_by=caller.account_id,
            now=now,
        )


@get(
    "/v1/students/{student_id:uuid}/phone-code-key",
    opt={"who": only("guardian", "student")},
    tags=["schools"],
)
async def phone_code_key(
    tx: Tx, caller: Me, now: Now, resources: Res, student_id: PathId
) -> PhoneCodeKey:
    """What an app needs to show the pupil's code without a network.

    For the pupil and the guardians who may see the pupil.
    """
    own = caller.family_schools(student_id)
    if not own:
        raise NoSuchStudent
    return await cards.phone_code_key(
        tx, ring=resources.vault.ring, school_ids=own, student_id=student_id, now=now
    )


@post(
    "/v1/students/{student_id:uuid}/card/loss",
    status_code=204,
    opt={"who": only("guardian", "student")},
    tags=["schools"],
)
async def report_card_loss(
    tx: Tx, caller: Me, now: Now, student_id: PathId, data: JSONBody[CardLoss]
) -> None:
    """Say that the card is lost: it is worthless from now on, until the school issues a new one.

    The other guardians are told. For the pupil and the guardians who may see the pupil.
    """
    own = caller.family_schools(student_id)
    if not own:
        raise NoSuchStudent
    await cards.report_loss(
        tx,
        school_ids=own,
        student_id=student_id,
        reason=data.reason,
        reported_by=caller.account_id,
        now=now,
    )


async def _student(
    tx: Tx, caller: Caller, resources: Res, school_id: int, student_id: UUID
) -> Student:
    return await service.student(
        tx,
        vault=resources.vault,
        school_id=school_id,
        student_id=student_id,
        sight=await sight_of(tx, caller=caller, school_id=school_id),
        now=resources.clock(),
    )


async def _require_leader(tx: Tx, caller: Caller, school_id: int, student_id: UUID) -> None:
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    await service.led_row(tx, school_id=school_id, student_id=student_id, sight=sight)


HANDLERS = [Students, phone_code_key, report_card_loss]
