"""`cong-truong demo morning`: the demo's pupils walk in, through the public API."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import aiohttp
from rich.console import Console
from rich.live import Live
from rich.table import Table

from app import db
from app.attendance.plan import ZONE, school_day
from app.crypto import Vault
from app.settings import Settings
from scripts.banner import DEMO_PASSWORD
from scripts.demo.cast import Cast, read_cast
from scripts.demo.database import connection
from scripts.demo.gate_client import GateClient
from scripts.demo.gate_phone import GatePhone, MorningClock, Tally
from scripts.demo.ids import device_of_gate
from scripts.demo.places import SCHOOLS
from scripts.demo.turns import LASTS_S, OPENS_MIN, GateMorning, mornings_of
from scripts.errors import CommandFailed

Tallies = dict[int, Tally]
_SCHOOLS: Final = {school.id: school for school in SCHOOLS}
_ANSWER_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)


def main(
    settings: Settings,
    base_url: str,
    speed: float = 60,
    *,
    school: int | None = None,
    at_school_time: bool = True,
) -> None:
    """Replay 06:30 to 07:20 in 50 minutes divided by `speed`, and show what comes of it.

    Scans bear the times of this morning, if it is past, or the present one. A Sunday becomes a
    make-up day: otherwise nobody would be early, late or missing.
    A second run on the same day is answered `duplicate`, since everybody is in already.

    Raises:
        CommandFailed: this is not the demo, or its API does not answer.
    """
    console = Console(highlight=False)
    tallies: Tallies = {}
    with Live(console=console, get_renderable=lambda: _table(tallies), transient=True):
        asyncio.run(
            replay(
                settings,
                base_url,
                speed,
                school=school,
                at_school_time=at_school_time,
                tallies=tallies,
            )
        )
    console.print(_table(tallies))
    console.print(_summary(tallies))


async def replay(
    settings: Settings,
    base_url: str,
    speed: float,
    *,
    school: int | None = None,
    at_school_time: bool = False,
    tallies: Tallies | None = None,
) -> Tallies:
    """What `main` shows, by school; `tallies` is kept current while it runs.

    Raises:
        CommandFailed: as `main`.
    """
    tallies = {} if tallies is None else tallies
    cast = await read_cast(settings, school_id=school)
    now = datetime.now(UTC)
    await _hold_school(settings, cast, school_day(now))
    gates = mornings_of(cast, school_day(now))
    if not gates:
        raise CommandFailed("nobody comes in the morning: no such school, or no such demo.")
    for each in gates:
        tally = tallies.setdefault(each.gate.school_id, Tally())
        tally.expected += len(each.turns)
    vault, opened_at = Vault(settings.key_ring), _opened_at(now) if at_school_time else None
    async with aiohttp.ClientSession(timeout=_ANSWER_TIMEOUT) as http:
        clients = await asyncio.gather(*(_log_in(http, base_url, each) for each in gates))
        clock = MorningClock(speed, opened_at=opened_at)
        phones = [
            GatePhone(client, each, vault=vault, clock=clock, tally=tallies[each.gate.school_id])
            for client, each in zip(clients, gates, strict=True)
        ]
        await _together(phones)
    return tallies


async def _hold_school(settings: Settings, cast: Cast, day: date) -> None:
    """Make a Sunday or a holiday a school day in the demo's calendar."""
    async with connection(settings) as conn:
        await db.run(
            conn,
            """
            insert into calendar_day as c (school_id, day, kind, name)
            select demo.id, $2, 'make_up', 'Ngày học bù (dữ liệu dùng thử)'
              from unnest($1::int[]) as demo (id)
             where not exists (select 1 from shift
                                where shift.school_id = demo.id and shift.ended_at is null
                                  and extract(isodow from $2::date) = any(shift.weekdays))
                or exists (select 1 from calendar_day other
                            where other.school_id = demo.id and other.day = $2)
                on conflict (school_id, day) do update set kind = excluded.kind
                   where c.kind <> 'make_up'
            """,
            sorted({child.school_id for child in cast.children}),
            day,
        )


async def _together(phones: list[GatePhone]) -> None:
    """All at once; the first that fails ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for phone in phones:
                group.create_task(phone.run())
    except* CommandFailed as failed:
        raise failed.exceptions[0] from None


async def _log_in(http: aiohttp.ClientSession, base_url: str, morning: GateMorning) -> GateClient:
    gate = morning.gate
    known = _SCHOOLS.get(gate.school_id)
    if known is None:
        raise CommandFailed(f"school {gate.school_id} is none of the demo's.")
    client = GateClient(http, base_url, device_of_gate(gate.station_id))
    name = f"Điện thoại {gate.name.lower()}"
    await client.login(phone=known.guard_phone, password=DEMO_PASSWORD, name=name)
    return client


def _opened_at(now: datetime) -> datetime | None:
    """This day's 06:30, give or take; None while that morning is not over.

    Of two scans the earlier is the arrival, so a later run must be later: by a two-hundredth.
    """
    midnight = datetime.combine(school_day(now), time(), ZONE)
    opened_at = midnight + timedelta(minutes=OPENS_MIN)
    if now < opened_at + timedelta(seconds=LASTS_S):
        return None
    return opened_at + (now - opened_at) / 200


def _table(tallies: Tallies) -> Table:
    table = Table(box=None, padding=(0, 1), title="Sáng nay ở cổng trường | this morning")
    for heading in (
        "Trường | school",
        "đã quét",
        "chờ gửi",
        "đúng giờ",
        "muộn",
        "quét lại",
        "khác",
    ):
        table.add_column(heading, justify="left" if "|" in heading else "right", no_wrap=True)
    for school_id, tally in sorted(tallies.items()):
        outcomes = tally.outcomes
        others = outcomes.total() - outcomes["ok"] - outcomes["late"] - outcomes["duplicate"]
        network = "  (mất mạng | offline)" if tally.offline else ""
        table.add_row(
            _SCHOOLS[school_id].name + network,
            f"{tally.shown}/{tally.expected}",
            str(tally.waiting),
            str(outcomes["ok"]),
            str(outcomes["late"]),
            str(outcomes["duplicate"]),
            str(others),
        )
    return table


def _summary(tallies: Tallies) -> str:
    outcomes: dict[str, int] = {}
    for tally in tallies.values():
        for outcome, count in tally.outcomes.items():
            outcomes[outcome] = outcomes.get(outcome, 0) + count
    answers = sorted(seconds for tally in tallies.values() for seconds in tally.answer_s)
    p95 = answers[int(len(answers) * 0.95)] if answers else 0.0
    sent_again = sum(tally.sent_again for tally in tallies.values())
    changed = sum(tally.changed_answers for tally in tallies.values())
    waited_s = sum(tally.waited_s for tally in tallies.values())
    lines = [
        "  ".join(f"{name} {count}" for name, count in sorted(outcomes.items())),
        f"Trả lời | answered: {len(answers)} lần | requests, p95 {p95 * 1000:.0f} ms",
        f"Gửi lại sau khi mất mạng | sent again: {sent_again},"
        f" trả lời khác | answered otherwise: {changed}",
    ]
    if waited_s:
        lines.append(f"Chờ theo yêu cầu của máy chủ | waited as told: {waited_s:.0f} s")
    return "\n".join(lines)
