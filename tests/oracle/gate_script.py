"""Guards' phones through a day: who was scanned when, and when the server hears of it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from tests.oracle import facts as f


class Moments:
    """No two happenings come in one second: their order is the story."""

    def __init__(self) -> None:
        self._taken: set[datetime] = set()

    def at(self, wish: datetime) -> datetime:
        """That second, or the next free one."""
        moment = wish.replace(microsecond=0)
        while moment in self._taken:
            moment += timedelta(seconds=1)
        self._taken.add(moment)
        return moment


@dataclass(kw_only=True)
class PhoneDay:
    """A phone's clocks and its network on one day; `dark` are the times without.

    It sends each `flush`, if there is something to send.
    """

    phone: f.Phone
    flush: timedelta
    wrong: timedelta
    boots: list[tuple[datetime, int]]
    dark: list[tuple[datetime, datetime]] = field(default_factory=list)
    scans: list[tuple[datetime, f.Scan]] = field(default_factory=list)

    def boot(self, at: datetime) -> int:
        return max(number for since, number in self.boots if since <= at)

    def heard(self, made_at: datetime) -> datetime:
        """When a scan reaches the server: with the next round of its phone that has a network."""
        seconds = self.flush.total_seconds()
        round_number = int(made_at.timestamp() // seconds) + 1
        at = datetime.fromtimestamp(round_number * seconds, f.ZONE)
        for since, until in self.dark:
            if since <= at < until:
                at = until
        return at


class GateDay:
    """Collects the scans of one day and turns them into what the phones send."""

    def __init__(
        self, rng: Random, day: date, phones: list[PhoneDay], moments: Moments, *, shuffled: bool
    ) -> None:
        self.rng = rng
        self.day = day
        self.moments = moments
        self.phones = {each.phone.key: each for each in phones}
        self._shuffled = shuffled
        # Of few scans that come late families are alarmed; of many the principal is asked first.
        self._late = rng.choice([0.06, 0.06, 0.5]) if shuffled else 0.0
        self._events = 0
        self._undos: dict[str, str] = {}
        self.doubtful: list[str] = []
        """Events without a fix, which the principal looks at on the next day."""

    def at(self, clock: time, *, plus_s: float = 0) -> datetime:
        return f.instant(self.day, clock) + timedelta(seconds=int(plus_s))

    def scan(
        self, pupil: str, direction: str, made_at: datetime, phone: str, *, fix: str = "inside"
    ) -> str:
        """One more card before that phone; the event's key."""
        self._events += 1
        made_at = made_at.replace(microsecond=0)
        plan = self.phones[phone]
        scan = f.Scan(
            event=f"{self.day:%m%d}.{self._events}",
            pupil=pupil,
            direction=direction,
            made_at=made_at,
            wall_at=made_at + plan.wrong,
            boot=plan.boot(made_at),
            fix=fix,
        )
        if fix == "none":
            self.doubtful.append(scan.event)
        heard = plan.heard(made_at)
        if self._late and self.rng.random() < self._late:
            heard += timedelta(minutes=self.rng.randrange(1, 240))
        plan.scans.append((heard, scan))
        return scan.event

    def undo(self, event: str, phone: str) -> None:
        """The guard takes it back while the phone may."""
        self._undos[event] = phone

    def happenings(self) -> list[f.Happening]:
        found: list[f.Happening] = []
        for plan in self.phones.values():
            rounds: defaultdict[datetime, list[f.Scan]] = defaultdict(list)
            for heard, scan in plan.scans:
                rounds[heard].append(scan)
            for heard, scans in sorted(rounds.items()):
                for first in range(0, len(scans), 200):
                    found += self._send(plan, heard, scans[first : first + 200])
        return found

    def _send(self, plan: PhoneDay, heard: datetime, scans: list[f.Scan]) -> list[f.Happening]:
        sent = self._sent(plan, heard, scans)
        found: list[f.Happening] = [sent]
        for scan in scans:
            if scan.event in self._undos:
                when = self.moments.at(sent.at + timedelta(seconds=self.rng.randrange(5, 50)))
                found.append(f.Undone(at=when, phone=plan.phone.key, event=scan.event))
        if self.rng.random() < 0.04:
            # The answer was lost on the way: the phone sends the same again.
            again = sent.at + timedelta(seconds=self.rng.randrange(61, 900))
            found.append(self._sent(plan, again, scans))
        return found

    def _sent(self, plan: PhoneDay, wish: datetime, scans: list[f.Scan]) -> f.ScansSent:
        at = self.moments.at(wish)
        order = list(scans)
        if self._shuffled:
            self.rng.shuffle(order)
        return f.ScansSent(
            at=at,
            phone=plan.phone.key,
            boot=plan.boot(at),
            sent_wall=at + plan.wrong,
            scans=tuple(order),
            is_doubled=self.rng.random() < (0.5 if self._shuffled else 0.05),
        )
