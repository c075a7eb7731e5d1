"""Which days a class has school, as is known at an instant. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

_ONE_DAY: Final = timedelta(days=1)
# Of a class without shifts: Monday to Friday.
_USUAL: Final = frozenset({1, 2, 3, 4, 5})


class MarkedDay(Struct, frozen=True, kw_only=True):
    """A day that the school's own calendar names, and since when."""

    day: date
    kind: Literal["holiday", "closure", "make_up"]
    created_at: datetime


class Closing(Struct, frozen=True, kw_only=True):
    """Days closed by storm or flood; `closed_to` the last one that is, since `ended_at` if given.

    `to_day` is the last one that was declared.
    """

    from_day: date
    to_day: date
    closed_to: date
    created_at: datetime
    ended_at: datetime | None


class Calendar:
    """A school's days: shifts' weekdays by class, its own calendar, and closures."""

    def __init__(
        self,
        *,
        weekdays: Mapping[UUID, Iterable[int]],
        marked: Iterable[MarkedDay],
        closings: Iterable[Closing],
    ) -> None:
        self._weekdays = {key: frozenset(days) for key, days in weekdays.items()}
        self._marked: dict[date, list[MarkedDay]] = {}
        for each in marked:
            self._marked.setdefault(each.day, []).append(each)
        self._closings = list(closings)

    def school_days(self, class_id: UUID, first: date, last: date) -> list[date]:
        """The class's days from `first` to `last`, both inclusive, as is known by now."""
        return [day for day in days_between(first, last) if self.is_school_day(class_id, day, None)]

    def is_school_day(self, class_id: UUID, day: date, known_at: datetime | None) -> bool:
        """Whether the class has school, as was known at an instant; None: by now."""
        kinds = {
            each.kind
            for each in self._marked.get(day, ())
            if known_at is None or each.created_at <= known_at
        }
        if kinds & {"holiday", "closure"} or self._is_closed(day, known_at):
            return False
        usual = self._weekdays.get(class_id) or _USUAL
        return "make_up" in kinds or day.isoweekday() in usual

    def closed_from(self, day: date) -> datetime | None:
        """Since when it is known that there is no school that day; None: there is."""
        since = [
            each.created_at for each in self._marked.get(day, ()) if each.kind != "make_up"
        ] + [each.created_at for each in self._closings if each.from_day <= day <= each.closed_to]
        return min(since, default=None)

    def closed_days(self, first: date, last: date) -> list[date]:
        """The days within these on which, as is known by now, no class has school."""
        days = {day for day in self._marked if first <= day <= last}
        for each in self._closings:
            days.update(days_between(max(first, each.from_day), min(last, each.closed_to)))
        return sorted(day for day in days if self.closed_from(day) is not None)

    def _is_closed(self, day: date, known_at: datetime | None) -> bool:
        for each in self._closings:
            if known_at is None:
                last = each.closed_to
            elif each.created_at > known_at:
                continue
            else:
                is_cut = each.ended_at is not None and each.ended_at <= known_at
                last = each.closed_to if is_cut else each.to_day
            if each.from_day <= day <= last:
                return True
        return False


def days_between(first: date, last: date) -> list[date]:
    """Both inclusive; none if they are the wrong way round."""
    return [first + n * _ONE_DAY for n in range((last - first).days + 1)]
