"""Classes, and the printed cards of a class."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, patch, post
from litestar.controller import Controller
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from app import db
from app.ids import new_id
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor, page_of
from app.schools.cards import DEFAULT_QR_MM, MAX_QR_MM, MIN_QR_MM, cards_pdf, with_photos
from app.schools.classes import queries, service
from app.schools.classes.model import NoSuchClass, SchoolClass, Teacher
from app.schools.common import changes_of
from app.schools.org.service import school as school_of
from app.schools.setup.queries import mark_printed
from app.schools.sight import sight_of
from app.schools.students.cards import card_faces
from mobile_api.access import STAFF, only
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.downloads import download
from mobile_api.inputs import (
    Cursor,
    Limit,
    PathId,
    PathSchool,
    SchoolYear,
    ShortName,
)

_READ = {"who": only(*STAFF)}
_WRITE = {"who": only("principal")}
_PDF = "application/pdf"

Grade = Annotated[int, Meta(ge=0, le=12, description="0: preschool")]
Ids = Annotated[list[UUID], Meta(max_length=20)]
QrMm = Annotated[
    int, QueryParameter(ge=MIN_QR_MM, le=MAX_QR_MM, description="side of the code in millimetres")
]
_Small = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class ClassTeacher(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    staff_id: UUID
    subject: ShortName


Teachers = Annotated[list[ClassTeacher], Meta(max_length=60)]


class NewClass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_year: SchoolYear
    grade: Grade
    name: ShortName
    campus_id: UUID
    homeroom_staff_id: UUID | None = None
    shift_ids: Ids
    teachers: Teachers = []


class ClassChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_year: SchoolYear | UnsetType = UNSET
    grade: Grade | UnsetType = UNSET
    name: ShortName | UnsetType = UNSET
    campus_id: UUID | UnsetType = UNSET
    homeroom_staff_id: UUID | UnsetType | None = UNSET
    shift_ids: Ids | UnsetType = UNSET
    teachers: Teachers | UnsetType = UNSET


def _teachers(given: list[ClassTeacher]) -> list[Teacher]:
    return [Teacher(staff_id=each.staff_id, subject=each.subject) for each in given]


class Classes(Controller):
    path = "/v1/schools/{school_id:int}/classes"
    tags = ("schools",)

    @get(opt=_READ)
    async def list_classes(
        self,
        tx: Tx,
        caller: Me,
        school_id: PathSchool,
        school_year: Annotated[
            str | None, QueryParameter(max_length=9, pattern=r"^[0-9-]*$")
        ] = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[SchoolClass]:
        """The school's classes; to teachers, their own. For staff."""
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        rows = await queries.classes(
            tx,
            school_id=school_id,
            only_ids=sight.class_ids,
            school_year=school_year,
            after=decode_cursor(cursor, tuple[CursorText, _Small, _Small, CursorText]),
            limit=limit + 1,
        )
        return page_of(
            rows,
            limit=limit,
            key=lambda row: (row.school_year, row.grade, len(row.name), row.name),
        )

    @post(opt=_WRITE)
    async def create_class(
        self, tx: Tx, now: Now, school_id: PathSchool, data: JSONBody[NewClass]
    ) -> SchoolClass:
        """Add a class; its teachers get their roles. For the principal."""
        made = SchoolClass(
            id=new_id(),
            school_year=data.school_year,
            grade=data.grade,
            name=data.name,
            campus_id=data.campus_id,
            homeroom_staff_id=data.homeroom_staff_id,
            shift_ids=data.shift_ids,
            teachers=_teachers(data.teachers),
            ended_at=None,
        )
        return await service.create_class(tx, school_id=school_id, made=made, now=now)

    @get("/{class_id:uuid}", opt=_READ)
    async def get_class(
        self, tx: Tx, caller: Me, school_id: PathSchool, class_id: PathId
    ) -> SchoolClass:
        """One class; to teachers, of their own. For staff."""
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        return await service.school_class(tx, school_id=school_id, class_id=class_id, sight=sight)

    @patch("/{class_id:uuid}", opt=_WRITE)
    async def change_class(
        self,
        tx: Tx,
        now: Now,
        school_id: PathSchool,
        class_id: PathId,
        data: JSONBody[ClassChange],
    ) -> SchoolClass:
        """Change a class; lists are replaced, roles follow at once. For the principal."""
        changes = changes_of(data)
        if data.teachers is not UNSET:
            changes["teachers"] = _teachers(data.teachers)
        return await service.change_class(
            tx, school_id=school_id, class_id=class_id, changes=changes, now=now
        )

    @delete("/{class_id:uuid}", opt=_WRITE)
    async def end_class(self, tx: Tx, now: Now, school_id: PathSchool, class_id: PathId) -> None:
        """End a class without pupils. For the principal."""
        await service.end_class(tx, school_id=school_id, class_id=class_id, now=now)

    @get(
        "/{class_id:uuid}/cards.pdf",
        operation_id="print_cards",
        opt={"who": only("principal", "homeroom_teacher")},
        media_type=_PDF,
        responses={
            200: ResponseSpec(data_container=bytes, description="A4 pages to cut", media_type=_PDF)
        },
    )
    async def cards(
        self,
        request: AnyRequest,
        resources: Res,
        school_id: PathSchool,
        class_id: PathId,
        qr_mm: QrMm = DEFAULT_QR_MM,
    ) -> Response[bytes]:
        """The cards of a class, to print. For the principal and the class's homeroom teacher."""
        async with open_tx(request) as tx:
            sight = await sight_of(tx, caller=request.state.caller, school_id=school_id)
            found = await service.school_class(
                tx, school_id=school_id, class_id=class_id, sight=sight
            )
            if not sight.leads_class(class_id):
                raise NoSuchClass
            school = await school_of(tx, school_id=school_id)
            faces = await card_faces(
                tx,
                ring=resources.vault.ring,
                school_id=school_id,
                school_name=school.name,
                class_id=class_id,
                class_name=found.name,
            )
        # No connection is held while pictures are fetched and the pages made.
        faces = await with_photos(resources.storage, faces)
        pdf = await asyncio.to_thread(
            cards_pdf, school_name=school.name, class_name=found.name, cards=faces, qr_mm=qr_mm
        )
        async with db.transaction(resources.pool, schools=[school_id]) as tx:
            await mark_printed(tx, school_id=school_id, class_id=class_id, now=resources.clock())
        return download(pdf, name="cards.pdf", media_type=_PDF)


HANDLERS = [Classes]
