"""A class's day in one piece, a school's phrases, and pupils' weeks in numbers."""

from datetime import UTC, date, datetime
from typing import Annotated, Final
from uuid import UUID

from litestar import get, put
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from app.contact_book.access import WRITING_ROLES
from app.contact_book.daily import (
    care,
    days,
    homework,
    lesson_queries,
    lessons,
    phrases,
    reading,
    remarks,
    weekly,
)
from app.contact_book.daily.model import (
    About,
    ClassDay,
    Eaten,
    Lesson,
    NoSuchLesson,
    NoSuchPupil,
    Phrase,
    PhraseAbout,
    Phrases,
    RemarkKind,
    WeeklySummary,
)
from app.contact_book.daily.reading import reader_of
from app.contact_book.daily.rights import pen_of
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import school_box, school_day
from mobile_api.access import only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import (
    NO_NUL,
    Cursor,
    Limit,
    Name,
    PathDay,
    PathId,
    PathSchool,
    QueryId,
    ShortName,
    Text,
)
from mobile_api.remarks import READERS, WRITERS, AttachmentIds, RemarkText, shown_by

_MOST: Final = 200
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_PRINCIPAL: Final = {"who": only("principal")}

LessonText = Annotated[str, Meta(max_length=2000, pattern=NO_NUL)]
ReadAt = Annotated[datetime, Meta(tz=True)] | UnsetType
CareNote = Annotated[str, Meta(max_length=1000, pattern=NO_NUL)]
SleepMin = Annotated[int, Meta(ge=0, le=720, description="minutes")]


class LessonGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's own. An empty `text` takes the lesson back.

    `changed_at`: of the lesson as it was read; one that is newer by now is refused (409).
    """

    id: UUID
    subject: ShortName
    text: LessonText
    changed_at: ReadAt = UNSET


class DayHomework(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Homework set on that day; `id` is the client's own.

    `attachment_ids`: exactly these from now on; left out: its files stay. `changed_at`: of the
    homework as it was read; one that is newer by now is refused (409).
    """

    id: UUID
    subject: ShortName
    text: Text
    due_day: date
    attachment_ids: AttachmentIds | UnsetType = UNSET
    changed_at: ReadAt = UNSET


class RemarkOfAll(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark about everybody who was there, but for the pupils in `but`.

    `id` is the client's own, kept with the day: each pupil's remark gets an id made of it.
    """

    id: UUID
    kind: RemarkKind
    about: PhraseAbout = "remark"
    text: RemarkText
    subject: ShortName | None = None
    but: Annotated[list[UUID], Meta(max_length=_MOST)] = []


class RemarkOfOne(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """About one pupil, in place of the remark about everybody where that is about the same.

    `changed_at`: of the remark as it was read; one that is newer by now is refused (409).
    """

    id: UUID
    student_id: UUID
    kind: RemarkKind
    about: About = "remark"
    text: RemarkText
    subject: ShortName | None = None
    changed_at: ReadAt = UNSET


class CareOfAll(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How small children ate and slept; null: nothing is said of it.

    `changed_at`: the newest of the children's days that were read, null if there was none; a child
    of whom something newer was said since is named, and nothing is written (409).
    """

    breakfast: Eaten | None = None
    lunch: Eaten | None = None
    snack: Eaten | None = None
    sleep_min: SleepMin | None = None
    note: CareNote = ""
    changed_at: ReadAt | None = UNSET


class CareOfOne(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one child ate and slept, in place of what is said of everybody.

    `changed_at`: of the child's day as it was read; one that is newer by now is refused (409).
    """

    student_id: UUID
    breakfast: Eaten | None = None
    lunch: Eaten | None = None
    snack: Eaten | None = None
    sleep_min: SleepMin | None = None
    note: CareNote = ""
    changed_at: ReadAt = UNSET


class DayGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class's day. What is not in it stays as it is; what is in it again changes nothing."""

    lessons: Annotated[list[LessonGiven], Meta(max_length=20)] = []
    homework: Annotated[list[DayHomework], Meta(max_length=20)] = []
    remark: RemarkOfAll | None = None
    exceptions: Annotated[list[RemarkOfOne], Meta(max_length=_MOST)] = []
    care: CareOfAll | None = None
    care_exceptions: Annotated[list[CareOfOne], Meta(max_length=_MOST)] = []


class PhraseGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's own, or one that was shown."""

    id: UUID
    kind: RemarkKind
    about: PhraseAbout = "remark"
    text: Name


class PhrasesGiven(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of the school's phrases, in their order."""

    items: Annotated[list[PhraseGiven], Meta(max_length=100)]


class ClassDays(Controller):
    path = "/v1/contact-book/classes/{class_id:uuid}/days/{day:date}"
    tags = ("contact-book",)

    @get("", operation_id="get_class_day", opt=WRITERS)
    async def show(
        self, tx: Tx, caller: Me, resources: Res, now: Now, class_id: PathId, day: PathDay
    ) -> ClassDay:
        """A class's day as it stands, to go on from: its pupils, and what was written.

        For the homeroom teacher, the principal, and subject teachers of the class, who see the
        remarks of their subject, and no meals and sleep.
        """
        return await _shown(tx, caller, resources, now, class_id, day)

    @put("", operation_id="write_class_day", opt=WRITERS)
    async def write(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        class_id: PathId,
        day: PathDay,
        data: JSONBody[DayGiven],
    ) -> ClassDay:
        """Write a class's day in one request, all or nothing; each family is told of it once.

        Pupils who were away all day are left out of what is said of everybody. The same again
        changes nothing and tells nobody. For whom may read it; subject teachers write of their own
        subject, teachers today and seven days back.
        """
        pen = await pen_of(tx, caller=caller, class_id=class_id)
        await days.enter(
            tx,
            pen=pen,
            box=await school_box(tx, vault=resources.vault, school_id=pen.school_id),
            day=day,
            entry=_entry(data),
            today=school_day(now),
            now=now,
        )
        return await _shown(tx, caller, resources, now, class_id, day)


def _entry(data: DayGiven) -> days.Entry:
    for_all = data.remark
    return days.Entry(
        lessons=[
            lessons.Draft(
                id=each.id,
                subject=each.subject,
                text=each.text,
                read_at=_given(each.changed_at),
            )
            for each in data.lessons
        ],
        homework=[
            homework.Draft(
                id=each.id,
                subject=each.subject,
                text=each.text,
                due_day=each.due_day,
                attachment_ids=None if each.attachment_ids is UNSET else each.attachment_ids,
                read_at=_given(each.changed_at),
            )
            for each in data.homework
        ],
        for_all=None
        if for_all is None
        else days.ForAll(
            id=for_all.id,
            kind=for_all.kind,
            about=for_all.about,
            text=for_all.text,
            subject=for_all.subject,
            but=for_all.but,
        ),
        exceptions=[
            remarks.Draft(
                id=each.id,
                student_id=each.student_id,
                kind=each.kind,
                about=each.about,
                text=each.text,
                subject=each.subject,
                read_at=_given(each.changed_at),
            )
            for each in data.exceptions
        ],
        # Of nobody yet: whoever was there gets one of their own.
        care_for_all=None
        if data.care is None
        else _care(data.care, UUID(int=0), _read_of_all(data.care.changed_at)),
        care_exceptions=[
            _care(each, each.student_id, _given(each.changed_at)) for each in data.care_exceptions
        ],
    )


def _read_of_all(changed_at: datetime | UnsetType | None) -> datetime | None:
    """Null: there was nothing, and whatever there is by now is newer."""
    return _NEVER if changed_at is None else _given(changed_at)


def _given(changed_at: datetime | UnsetType) -> datetime | None:
    return None if changed_at is UNSET else changed_at


def _care(given: CareOfAll | CareOfOne, student_id: UUID, read_at: datetime | None) -> care.Draft:
    return care.Draft(
        student_id=student_id,
        breakfast=given.breakfast,
        lunch=given.lunch,
        snack=given.snack,
        sleep_min=given.sleep_min,
        note=given.note,
        read_at=read_at,
    )


async def _shown(
    tx: Tx, caller: Caller, resources: Res, now: datetime, class_id: UUID, day: PathDay
) -> ClassDay:
    return await days.show(
        tx,
        pen=await pen_of(tx, caller=caller, class_id=class_id),
        day=day,
        reader=await reader_of(tx, caller=caller),
        by=shown_by(caller, resources, now),
    )


class SchoolPhrases(Controller):
    path = "/v1/schools/{school_id:int}/phrases"
    tags = ("contact-book",)

    @get("", operation_id="list_phrases", opt={"who": only(*WRITING_ROLES)})
    async def list_phrases(self, tx: Tx, school_id: PathSchool) -> Phrases:
        """The school's quick phrases for remarks; before it has any, what we propose.

        For its teachers and principal.
        """
        return await phrases.phrases_of(tx, school_id=school_id)

    @put("", operation_id="set_phrases", opt=_PRINCIPAL)
    async def set_phrases(
        self, tx: Tx, now: Now, school_id: PathSchool, data: JSONBody[PhrasesGiven]
    ) -> Phrases:
        """Let exactly these be the school's phrases, in this order. For the principal."""
        await phrases.replace(
            tx,
            school_id=school_id,
            phrases=[
                Phrase(id=each.id, kind=each.kind, about=each.about, text=each.text)
                for each in data.items
            ],
            now=now,
        )
        return await phrases.phrases_of(tx, school_id=school_id)


@get(
    "/v1/contact-book/lessons/{lesson_id:uuid}",
    operation_id="get_lesson",
    opt=READERS,
    tags=["contact-book"],
)
async def get_lesson(tx: Tx, caller: Me, lesson_id: PathId, student_id: QueryId = None) -> Lesson:
    """What was taught, whole; `student_id`: to this child. It is changed in its class's day.

    For the families of the class on that day, also one that was until the pupil moved, the class's
    teachers and the principal.
    """
    reader = await reader_of(tx, caller=caller)
    rows = await lesson_queries.lesson_by_id(tx, school_ids=reader.school_ids, lesson_id=lesson_id)
    for row in rows:
        if await reading.reads_lesson(tx, reader=reader, row=row, student_id=student_id):
            return lessons.shown(row, may_change=False)
    raise NoSuchLesson


@get(
    "/v1/contact-book/summaries",
    operation_id="list_summaries",
    opt=READERS,
    tags=["contact-book"],
)
async def list_summaries(
    tx: Tx,
    caller: Me,
    now: Now,
    student_id: QueryId = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[WeeklySummary]:
    """A pupil's weeks in numbers, the newest first; `student_id` must be given.

    For the family, also one that was until the pupil moved (the weeks until then), the homeroom
    teacher of the pupil's class, its other teachers, and the principal.
    """
    if student_id is None:
        raise NoSuchPupil
    reader = await reader_of(tx, caller=caller)
    rows = await weekly.summaries_of(
        tx,
        school_ids=await reading.schools_of(
            tx, reader=reader, student_id=student_id, today=school_day(now)
        ),
        student_id=student_id,
        before=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit + 1,
    )
    page = page_of(rows, limit=limit, key=lambda row: [row.made_at, row.id])
    seen = [
        row
        for row in page.items
        if reader.desk(row.school_id) is not None
        or reader.reads_as_family(row.school_id, student_id, school_day(row.made_at))
    ]
    return Page(items=seen, next_cursor=page.next_cursor)


HANDLERS = [ClassDays, SchoolPhrases, get_lesson, list_summaries]
