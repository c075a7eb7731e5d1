"""Where the product and the oracle differ, in words, with what happened to that pupil."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.oracle import facts as f
from tests.oracle.cells import News
from tests.oracle.hours import Hours
from tests.oracle.oracle import Oracle
from tests.oracle.rules import Row
from tests.oracle.truth import Item, Truth

# Of these the oracle says how many there are; other news (a card, a consent) is not its matter.
JUDGED = frozenset(
    {
        "arrival",
        "arrival_late",
        "departure",
        "scan_unconfirmed",
        "scan_undone",
        "correction",
        "absence",
        "closure",
        "closure_ended",
        "leave_decided",
        "dispute_answered",
        "transferred",
    }
)
_SHOWN = 12


@dataclass(kw_only=True)
class Difference:
    pupil: str
    what: str


@dataclass(kw_only=True)
class Comparison:
    story: f.Story
    oracle: Oracle
    truth: Truth
    found: list[Difference] = field(default_factory=list)
    states: int = 0
    messages: int = 0
    audited: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def with_oracle(self, oracle: Oracle) -> "Comparison":
        """The same truth beside another oracle, which hears the whole story first."""
        for happening in self.story.happenings:
            oracle.hear(happening)
        return Comparison(story=self.story, oracle=oracle, truth=self.truth).run()

    def run(self) -> "Comparison":
        for pupil in self.oracle.enrolments:
            for day in self.story.days:
                self._states(pupil, day)
        for guardian, items in self.truth.inboxes.items():
            self._inbox(guardian, items)
        held = sum(item.kind == "absence_held" for item in self.truth.principals)
        if held != self.oracle.held_alerts:
            self.say("-", f"{held} times alerts were held, not {self.oracle.held_alerts}")
        return self

    def hours(self, hours: Hours, months: Iterable[str]) -> None:
        """Staff's sums of the months, from their first day to the story's last."""
        closed = {day for day in self.story.days if self.oracle.is_closed(day)}
        for month in months:
            first = date.fromisoformat(f"{month}-01")
            days = [first + timedelta(days=n) for n in range(31)]
            days = [day for day in days if day.month == first.month and day <= self.story.last]
            for staff in self.story.school.staff:
                sums = vars(hours.month(staff.key, days, closed))
                said = self.truth.hours.get((staff.key, month), {})
                wrong = {
                    name: (said.get(name), value)
                    for name, value in sums.items()
                    if said.get(name) != value
                }
                if wrong:
                    self.say(staff.key, f"{month}, (said, right): {wrong}")

    def report(self) -> str:
        """The first differences, each with the story of its pupil on that day."""
        lines = [f"seed {self.story.seed}: {len(self.found)} differences"]
        lines += [f"- {each.pupil}: {each.what}" for each in self.found[:_SHOWN]]
        if self.found:
            lines += ["", f"The story of {self.found[0].pupil}:"]
            lines += [f"  {line}" for line in self.tale(self.found[0].pupil)]
        return "\n".join(lines)

    def tale(self, pupil: str) -> list[str]:
        """All that happened to the pupil, by the hour of the server."""
        leaves = {
            each.leave
            for each in self.story.happenings
            if isinstance(each, f.LeaveAsked) and each.pupil == pupil
        }
        events = {
            scan.event
            for each in self.story.happenings
            if isinstance(each, f.ScansSent)
            for scan in each.scans
            if scan.pupil == pupil
        }
        told = []
        for each in self.story.happenings:
            if isinstance(each, f.ScansSent):
                told += [
                    f"{each.at:%d %H:%M:%S} {scan}" for scan in each.scans if scan.pupil == pupil
                ]
            elif (
                getattr(each, "pupil", None) == pupil
                or getattr(each, "leave", None) in leaves
                or isinstance(
                    each, f.RunDue | f.AbsenceDecided | f.ClosureDeclared | f.ClosureEnded
                )
                or (isinstance(each, f.Undone) and each.event in events)
            ):
                told.append(f"{each.at:%d %H:%M:%S} {each}")
        return told

    def say(self, pupil: str, what: str) -> None:
        self.found.append(Difference(pupil=pupil, what=what))

    def _states(self, pupil: str, day: date) -> None:
        right = self.oracle.states(pupil, day)
        said = self.truth.states.get((pupil, day), {})
        self.states += len(right)
        for shift in sorted(right.keys() | said.keys()):
            if not _is_same(said.get(shift), right.get(shift)):
                what = f"{day} {shift}: {said.get(shift)}, not {right.get(shift)}"
                self.say(pupil, what)

    def _inbox(self, guardian: str, items: Sequence[Item]) -> None:
        pupils = {item.pupil for item in items} | {
            pupil for pupil, of in self.oracle.guardians.items() if guardian in of
        }
        ours = [item for item in items if item.pupil is None and item.kind in JUDGED]
        self._messages(guardian, guardian, ours, self.oracle.family_news[guardian])
        for pupil in pupils:
            if pupil is None:
                continue
            mine = [item for item in items if item.pupil == pupil and item.kind in JUDGED]
            right = [
                news
                for news in self.oracle.news[pupil]
                if guardian in news.to and guardian != news.but
            ]
            self.messages += len(mine)
            self._messages(f"{guardian} of {pupil}", pupil, mine, right)

    def _messages(self, who: str, pupil: str, items: Sequence[Item], right: Sequence[News]) -> None:
        left = list(items)
        got: list[tuple[News, Item]] = []
        # What names an instant first: what names none takes what is left.
        ordered = sorted(right, key=lambda news: (news.is_optional, news.at is None))
        for news in ordered:
            found = next((item for item in left if _says(item, news)), None)
            if found is not None:
                left.remove(found)
                got.append((news, found))
            elif not news.is_optional:
                kinds, shift = "|".join(sorted(news.kinds)), news.shift
                self.say(
                    pupil,
                    f"{who} was not told: {kinds} {news.day} {shift} {news.at} {news.status}",
                )
        for item in left:
            self.say(pupil, f"{who} was told for nothing: {item.kind} {item.data} {item.title}")
        self._alarms(who, pupil, items, got)

    def _alarms(
        self, who: str, pupil: str, items: Sequence[Item], got: Sequence[tuple[News, Item]]
    ) -> None:
        """An absence that is none any more has been replaced on the phone; one that is, has not."""
        for news, item in got:
            if item.kind != "absence" or news.shift is None:
                continue
            row = self.oracle.states(pupil, news.day).get(news.shift)
            is_still = row is not None and row.state == "absent_unexcused"
            replacing = [each for each in items if each.replaces == item.id]
            if bool(replacing) == is_still and len(replacing) < 2:
                what = "was replaced though it holds" if is_still else "was never replaced"
                self.say(pupil, f"{who}: the absence of {news.day} {news.shift} {what}")


def _says(item: Item, news: News) -> bool:
    """Whether the item is the message: its kind, the instant it names, the state it tells."""
    if item.kind not in news.kinds:
        return False
    if item.kind == "correction":
        if item.data.get("day") != news.day.isoformat():
            return False
        if news.status and item.data.get("status") != news.status:
            return False
        if news.at is None:
            return item.data.get("minutes") == news.minutes
    if news.at is not None:
        return item.at is not None and abs((item.at - news.at).total_seconds()) < 1
    return True


def _is_same(said: Row | None, right: Row | None) -> bool:
    if said is None or right is None:
        return said is right
    if (said.state, said.late_minutes) != (right.state, right.late_minutes):
        return False
    # What a person set by hand names no instants of its own.
    pairs = ((said.arrived_at, right.arrived_at), (said.left_at, right.left_at))
    return all(b is None or (a is not None and abs((a - b).total_seconds()) < 1) for a, b in pairs)
