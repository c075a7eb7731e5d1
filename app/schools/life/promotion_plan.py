"""What a change of the school year would do. Pure: no clock, no database."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct

from app.errors import Bilingual
from app.schools.classes.model import SchoolClass
from app.schools.life.model import ClassStep, NextClass

# Where a level of schools ends: preschool, primary, lower and upper secondary.
LAST_GRADES: Final = frozenset({0, 5, 9, 12})


class Pupil(Struct, frozen=True, kw_only=True):
    """A live pupil with the present class, since `from_day`."""

    student_id: UUID
    name: str
    class_id: UUID
    from_day: date


class Wanted(Struct, frozen=True, kw_only=True):
    """What the principal asks for; `carries_teachers`: new classes keep those of the old."""

    from_year: str
    to_year: str
    from_day: date
    steps: Sequence[ClassStep]
    repeaters: Collection[UUID]
    carries_teachers: bool


class Standing(Struct, frozen=True, kw_only=True):
    """The classes of both years, of the first also those that have ended, and the pupils."""

    old: Sequence[SchoolClass]
    next: Sequence[SchoolClass]
    pupils: Sequence[Pupil]


class Fault(Struct, frozen=True, kw_only=True):
    """Why it cannot be done, in both languages."""

    text: Bilingual
    class_id: UUID | None = None
    student_id: UUID | None = None


@dataclass(kw_only=True)
class ToClass:
    """A class of the next year; `existing` None: it is made, after the pattern of `like`."""

    name: str
    grade: int
    like: SchoolClass
    existing: SchoolClass | None
    has_teachers: bool = False
    pupils: list[UUID] = field(default_factory=list)


@dataclass(kw_only=True)
class OneClass:
    """What becomes of the pupils of one class; `to` None: they graduate."""

    old: SchoolClass
    to: ToClass | None
    moved: list[UUID]
    graduated: list[UUID]
    repeating: list[UUID]
    repeat_in: ToClass | None = None


@dataclass(kw_only=True)
class Plan:
    """With any fault nothing is done."""

    classes: list[OneClass] = field(default_factory=list)
    targets: dict[str, ToClass] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def plan_promotion(wanted: Wanted, standing: Standing) -> Plan:
    """The plan; what was promoted before is no fault and has nothing left to do."""
    plan = Plan()
    old = {each.id: each for each in standing.old}
    by_class: defaultdict[UUID, list[Pupil]] = defaultdict(list)
    for pupil in standing.pupils:
        by_class[pupil.class_id].append(pupil)
    seen: set[UUID] = set()
    for step in wanted.steps:
        source = old.get(step.from_class_id)
        if source is None:
            plan.faults.append(_no_class(step.from_class_id, wanted.from_year))
        elif source.id in seen:
            plan.faults.append(_twice(source))
        else:
            seen.add(source.id)
            _take_step(plan, wanted, standing, source, step, by_class[source.id])
    plan.faults += [
        _left_out(each, len(by_class[each.id]))
        for each in standing.old
        if each.id not in seen and by_class[each.id]
    ]
    plan.faults += _unknown_repeaters(wanted, standing)
    return plan


def _take_step(
    plan: Plan,
    wanted: Wanted,
    standing: Standing,
    source: SchoolClass,
    step: ClassStep,
    pupils: list[Pupil],
) -> None:
    repeating = [pupil.student_id for pupil in pupils if pupil.student_id in wanted.repeaters]
    going = [pupil.student_id for pupil in pupils if pupil.student_id not in wanted.repeaters]
    plan.faults += [_too_new(pupil) for pupil in pupils if pupil.from_day > wanted.from_day]
    to: ToClass | None = None
    if step.to is not None:
        to = _target(plan, wanted, standing, source, step.to)
        if to is None:
            return
        to.pupils += going
    elif source.grade not in LAST_GRADES:
        plan.faults.append(_not_the_last(source))
    one = OneClass(
        old=source,
        to=to,
        moved=going if to else [],
        graduated=[] if to else going,
        repeating=repeating,
    )
    if repeating:
        again = NextClass(name=source.name, grade=source.grade)
        one.repeat_in = _target(plan, wanted, standing, source, again, with_teachers=False)
        if one.repeat_in is not None:
            one.repeat_in.pupils += repeating
    plan.classes.append(one)


def _target(
    plan: Plan,
    wanted: Wanted,
    standing: Standing,
    source: SchoolClass,
    to: NextClass | UUID,
    *,
    with_teachers: bool = True,
) -> ToClass | None:
    """The class of the next year, the same for all who go there; None: a fault was noted."""
    if isinstance(to, UUID):
        there = next((each for each in standing.next if each.id == to), None)
        if there is None:
            plan.faults.append(_no_class(to, wanted.to_year))
            return None
        to = NextClass(name=there.name, grade=there.grade)
    known = plan.targets.get(to.name)
    if known is None:
        existing = next((each for each in standing.next if each.name == to.name), None)
        grade = existing.grade if existing else to.grade
        known = ToClass(name=to.name, grade=grade, like=source, existing=existing)
    if known.grade != to.grade:
        plan.faults.append(_two_grades(source, to, known.grade))
        return None
    if to.grade not in (source.grade, source.grade + 1):
        plan.faults.append(_odd_grade(source, to))
        return None
    if with_teachers and wanted.carries_teachers and not known.has_teachers:
        known.like, known.has_teachers = source, True
    plan.targets[to.name] = known
    return known


def _unknown_repeaters(wanted: Wanted, standing: Standing) -> list[Fault]:
    """Who is in a class of the next year already was promoted before."""
    classes = {each.id for each in (*standing.old, *standing.next)}
    known = {pupil.student_id for pupil in standing.pupils if pupil.class_id in classes}
    return [
        Fault(
            student_id=each,
            text=(
                "Học sinh lưu ban không có trong các lớp của năm học này.",
                "This repeater is in no class of the year.",
            ),
        )
        for each in sorted(set(wanted.repeaters) - known)
    ]


def counts(classes: Sequence[OneClass]) -> Mapping[str, int]:
    """How many pupils go which way."""
    return {
        "moved": sum(len(each.moved) for each in classes),
        "graduated": sum(len(each.graduated) for each in classes),
        "repeating": sum(len(each.repeating) for each in classes),
    }


def _no_class(class_id: UUID, year: str) -> Fault:
    return Fault(
        class_id=class_id,
        text=(f"Năm học {year} không có lớp này.", f"There is no such class in {year}."),
    )


def _twice(source: SchoolClass) -> Fault:
    return Fault(
        class_id=source.id,
        text=(f"Lớp {source.name} được nêu hai lần.", f"Class {source.name} is named twice."),
    )


def _left_out(source: SchoolClass, pupils: int) -> Fault:
    return Fault(
        class_id=source.id,
        text=(
            f"Lớp {source.name} còn {pupils} học sinh nhưng chưa có lớp để lên.",
            f"Class {source.name} has {pupils} pupils and nowhere to go.",
        ),
    )


def _too_new(pupil: Pupil) -> Fault:
    return Fault(
        student_id=pupil.student_id,
        class_id=pupil.class_id,
        text=(
            f"{pupil.name} vào lớp hiện tại từ {pupil.from_day:%d/%m/%Y}; hãy chọn `from_day`"
            " không sớm hơn.",
            f"{pupil.name} is in the present class since {pupil.from_day}; choose no earlier"
            " `from_day`.",
        ),
    )


def _not_the_last(source: SchoolClass) -> Fault:
    return Fault(
        class_id=source.id,
        text=(
            f"Lớp {source.name} không phải lớp cuối cấp, không thể ra trường.",
            f"Class {source.name} is not of a last grade and cannot graduate.",
        ),
    )


def _two_grades(source: SchoolClass, to: NextClass, grade: int) -> Fault:
    return Fault(
        class_id=source.id,
        text=(
            f"Lớp {to.name} của năm sau thuộc khối {grade}, không phải khối {to.grade}.",
            f"Next year's class {to.name} is of grade {grade}, not {to.grade}.",
        ),
    )


def _odd_grade(source: SchoolClass, to: NextClass) -> Fault:
    return Fault(
        class_id=source.id,
        text=(
            f"Từ lớp {source.name} (khối {source.grade}) không lên được khối {to.grade}.",
            f"From {source.name} (grade {source.grade}) nobody goes to grade {to.grade}.",
        ),
    )
