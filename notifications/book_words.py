"""What stands in a day's page of the daily book, and a week in numbers, as one line of words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_SEPARATOR: Final = " · "


class Page(Struct, frozen=True, kw_only=True):
    """A pupil's day: how many remarks of each kind, which subjects, whether meals and sleep."""

    praise: _Count = 0
    needs_work: _Count = 0
    neutral: _Count = 0
    health: _Count = 0
    homework: list[str] = []
    lessons: list[str] = []
    care: bool = False


class Week(Struct, frozen=True, kw_only=True):
    """A pupil's week in numbers."""

    present_days: _Count = 0
    late_days: _Count = 0
    absent_days: _Count = 0
    praise: _Count = 0
    needs_work: _Count = 0
    neutral: _Count = 0
    homework_set: _Count = 0
    homework_done: _Count = 0


def page_words(params: Mapping[str, object], *, is_english: bool) -> str:
    """What stands in the day; of one that stands empty: that it was taken back.

    Raises:
        msgspec.ValidationError: names the parameter.
    """
    page = msgspec.convert(_known(params, Page), Page)
    words = _english_page(page) if is_english else _vietnamese_page(page)
    if said := _SEPARATOR.join(words):
        return said
    return "what was here was taken back" if is_english else "nội dung đã được rút lại"


def week_words(params: Mapping[str, object], *, is_english: bool) -> str:
    """The week's numbers that are not zero.

    Raises:
        msgspec.ValidationError: names the parameter.
    """
    week = msgspec.convert(_known(params, Week), Week)
    return _SEPARATOR.join(_english_week(week) if is_english else _vietnamese_week(week))


def _known(params: Mapping[str, object], kind: type[Struct]) -> dict[str, Any]:
    return {name: params[name] for name in kind.__struct_fields__ if params.get(name) is not None}


def _vietnamese_page(page: Page) -> Iterable[str]:
    yield from _counted(page.praise, "lời khen")
    yield from _counted(page.needs_work, "điều cần cố gắng")
    yield from _counted(page.neutral, "nhận xét")
    yield from _counted(page.health, "ghi chú sức khoẻ")
    yield from _listed("bài tập", page.homework)
    yield from _listed("đã học", page.lessons)
    if page.care:
        yield "bữa ăn và giấc ngủ"


def _english_page(page: Page) -> Iterable[str]:
    yield from _named(page.praise, "praise")
    yield from _named(page.needs_work, "to work on")
    yield from _named(page.neutral, "remarks")
    yield from _named(page.health, "health notes")
    yield from _listed("homework", page.homework)
    yield from _listed("taught", page.lessons)
    if page.care:
        yield "meals and sleep"


def _vietnamese_week(week: Week) -> Iterable[str]:
    yield from _counted(week.present_days, "ngày đúng giờ")
    yield from _counted(week.late_days, "ngày đi muộn")
    yield from _counted(week.absent_days, "ngày vắng")
    yield from _counted(week.praise, "lời khen")
    yield from _counted(week.needs_work, "điều cần cố gắng")
    yield from _counted(week.neutral, "nhận xét")
    if week.homework_set:
        yield f"bài tập: xong {week.homework_done}/{week.homework_set}"


def _english_week(week: Week) -> Iterable[str]:
    yield from _named(week.present_days, "days on time")
    yield from _named(week.late_days, "days late")
    yield from _named(week.absent_days, "days absent")
    yield from _named(week.praise, "praise")
    yield from _named(week.needs_work, "to work on")
    yield from _named(week.neutral, "remarks")
    if week.homework_set:
        yield f"homework: {week.homework_done} of {week.homework_set} done"


def _counted(count: int, what: str) -> Iterable[str]:
    if count:
        yield f"{count} {what}"


def _named(count: int, what: str) -> Iterable[str]:
    if count:
        yield f"{what}: {count}"


def _listed(what: str, subjects: Sequence[str]) -> Iterable[str]:
    # A line break in a subject would break the one line of a notification.
    if subjects:
        yield f"{what}: {', '.join(' '.join(each.split()) for each in subjects)}"
