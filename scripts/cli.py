"""The command `cong-truong`. Each part is imported by its own command: none pays for all."""

import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import click
from rich.console import Console

from app.errors import AppError
from app.keys import KeyRing
from app.settings import BadSettings, Settings
from scripts import logs, state
from scripts.errors import CommandFailed
from scripts.migrate import migrate, refuse_unmigrated


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Cổng Trường: a card is scanned at the school gate, and seconds later the parents know."""


@cli.command()
def run() -> None:
    """Everything at once: servers that no address is set for, API, relay and worker."""
    from scripts import banner
    from scripts.supervisor import Supervisor

    console = Console(highlight=False)
    supervisor = Supervisor(state.load_settings(os.environ), say=console.print)
    supervisor.run(on_ready=lambda settings: banner.show(console, settings))


@cli.command()
def serve() -> None:
    """The API alone."""
    settings = _settings("api")
    state.refuse_public_demo(settings)
    _ = settings.key_ring
    refuse_unmigrated(settings.require_database_url())
    from scripts.demo.guard import refuse_demo_database

    refuse_demo_database(settings)
    from mobile_api.server import serve

    serve(settings)


@cli.command()
def relay() -> None:
    """The relay alone: from the outbox into the inboxes."""
    settings = _settings("relay")
    refuse_unmigrated(settings.require_database_url())
    from notifications.relay import main

    main(settings)


@cli.command()
def worker() -> None:
    """The worker alone: sends what the inboxes hold."""
    settings = _settings("worker")
    refuse_unmigrated(settings.require_database_url())
    from notifications.worker import main

    main(settings)


@cli.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to the current schema."""
    settings = state.load_settings(os.environ)
    if settings.database_url is None:
        settings = state.with_running_servers(settings)
    migrate(settings.require_database_url())
    click.echo("The database has the current schema.")


@cli.group()
def admin() -> None:
    """What only the operator may do."""


@admin.command()
@click.option("--phone", prompt="Phone", help="The administrator's phone, as 09... or +849...")
@click.option("--department", help="The department's name, if it is to be made.")
@click.password_option(help="Asked for when left out, and then not seen in the shell's history.")
def create(phone: str, department: str | None, password: str) -> None:
    """Make an account that administers the department."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts.admin import DEPARTMENT, create_admin

    name = department or DEPARTMENT
    click.echo(create_admin(settings, phone=phone, password=password, department=name))


@admin.command()
def new_key() -> None:
    """Print a fresh MASTER_KEY. Keep it: without it personal data cannot be read."""
    click.echo(KeyRing.generate())


@admin.command()
def rotate_key() -> None:
    """Move what the old MASTER_KEY sealed to the new one, while both are given."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import rotate

    moved = rotate.main(settings, say=click.echo)
    click.echo(
        f"Moved: {moved.accounts} accounts, {moved.schools} schools, {moved.guardians} guardians, "
        f"{moved.pickups} pick-up persons."
    )
    if moved.cards_left:
        click.echo(f"{moved.cards_left} cards are good only while the old key is given.")


@cli.command(name="openapi")
def openapi_command() -> None:
    """Print the API's OpenAPI document; the web client's types are made from it."""
    import msgspec

    from mobile_api.openapi import document
    from mobile_api.server import create_app

    click.echo(msgspec.json.encode(document(create_app(settings=Settings()))))


@cli.group()
def attendance() -> None:
    """What the facts have become."""


@attendance.command(name="rebuild")
@click.option("--check", is_flag=True, help="Only say what differs, and fail if anything does.")
@click.option("--school", type=int, help="One school's id. Default: all.")
@click.option("--from", "from_day", type=click.DateTime(["%Y-%m-%d"]), help="Default: 30 days ago.")
@click.option("--to", "to_day", type=click.DateTime(["%Y-%m-%d"]), help="Default: today.")
def rebuild_command(
    check: bool, school: int | None, from_day: datetime | None, to_day: datetime | None
) -> None:
    """Derive the days again from all that is known, and repair the rows that differ."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import rebuild

    differing = rebuild.main(
        settings,
        school_id=school,
        days=rebuild.days_between(from_day, to_day),
        check=check,
        say=click.echo,
    )
    click.echo(f"{differing} rows {'differ' if check else 'were repaired'}.")
    if check and differing:
        sys.exit(1)


@cli.group()
def fees() -> None:
    """The schools' money."""


@fees.command(name="check")
@click.option("--school", type=int, help="One school's id. Default: all.")
def fees_check_command(school: int | None) -> None:
    """Hold every derived value and the books against the facts; fail and name what differs."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import fees

    differing = fees.check(settings, school_id=school, say=click.echo)
    click.echo(f"{differing} values differ.")
    if differing:
        sys.exit(1)


@fees.command(name="rebuild")
@click.option("--school", type=int, help="One school's id. Default: all.")
def fees_rebuild_command(school: int | None) -> None:
    """Derive settlements, postings and receipts again where they differ from the facts."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import fees

    differing = fees.repair(settings, school_id=school, say=click.echo)
    click.echo(f"{differing} values differed and were derived again.")
    remaining = fees.check(settings, school_id=school, say=click.echo) if differing else 0
    if remaining:
        click.echo(f"{remaining} values still differ: a posting is only ever added to.")
        sys.exit(1)


@cli.group()
def audit() -> None:
    """Who decided what about attendance."""


@audit.command(name="verify")
@click.option("--school", type=int, help="One school's id. Default: all.")
def verify_command(school: int | None) -> None:
    """Follow each school's chain of decisions; fail and name the entry where one breaks."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import audit_chain

    found = audit_chain.main(settings, school_id=school)
    for each in found.breaks:
        click.echo(f"school {each.school_id}, entry {each.seq}: {each.why}")
    click.echo(f"{found.entries} entries of {found.schools} schools hold.")
    if found.breaks:
        sys.exit(1)


@cli.group(name="dead-letters")
def dead_letters() -> None:
    """News and pushes that were given up."""


@dead_letters.command(name="list")
def list_dead_letters() -> None:
    """How many there are, by reason."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import dead_letters

    dead_letters.show(settings, say=click.echo)


@dead_letters.command(name="replay")
@click.option("--reason", help="Only what has this reason.")
@click.option("--id", "ids", type=click.UUID, multiple=True, help="Only these; may be repeated.")
def replay_dead_letters(reason: str | None, ids: tuple[UUID, ...]) -> None:
    """Send again what was given up; what is over by now comes to the inbox alone."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts import dead_letters

    done = dead_letters.replay(settings, reason=reason, ids=list(ids) or None)
    click.echo(f"{done.replayed} go again, {done.inbox_only} are in the inbox alone.")


@cli.group(invoke_without_command=True)
@click.pass_context
def demo(context: click.Context) -> None:
    """Fill an empty database with the demo province."""
    if context.invoked_subcommand is None:
        settings = state.with_running_servers(state.load_settings(os.environ))
        if not settings.demo:
            raise CommandFailed("demo data goes into an empty database with DEMO=1 only.")
        from scripts.demo.progress import seed_and_show

        seed_and_show(settings)


@demo.command()
@click.option("--student", metavar="NAME", help="Any part of the name, diacritics or not.")
@click.option("--phone", help="A guardian's phone. Default: 0900000006.")
@click.option("--direction", type=click.Choice(["in", "out"]), default="in", show_default=True)
@click.option("--as-scan", is_flag=True, help="The whole body of POST /v1/attendance/scans.")
def card(
    student: str | None, phone: str | None, direction: Literal["in", "out"], as_scan: bool
) -> None:
    """Print a demo pupil's card, with a gate and a place inside its fence, as JSON."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    from scripts.demo.card import card_json

    click.echo(
        card_json(settings, student=student, phone=phone, direction=direction, as_scan=as_scan)
    )


@demo.command()
@click.option(
    "--speed",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    help="Times faster than a clock.",
)
@click.option("--base-url", help="Default: where the demo runs, or BASE_URL.")
@click.option("--school", type=int, help="One school's id. Default: all three.")
@click.option(
    "--at-school-time/--now",
    default=True,
    show_default=True,
    help="Scans bear this morning's times, if it is past, or the present one.",
)
def morning(speed: float, base_url: str | None, school: int | None, at_school_time: bool) -> None:
    """Replay a school morning through the public API."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    running = state.read_state(settings.data_dir)
    from scripts.demo.morning import main

    main(
        settings,
        base_url or (running.base_url if running else settings.base_url),
        speed,
        school=school,
        at_school_time=at_school_time,
    )


@demo.command(name="pay")
@click.argument("memo", metavar="REF")
@click.option("--amount", type=click.IntRange(min=1), help="Đồng. Default: all that is asked for.")
@click.option("--base-url", help="Default: where the demo runs, or BASE_URL.")
def pay_command(memo: str, amount: int | None, base_url: str | None) -> None:
    """Pay a bill of the demo by its reference, at a bank; any memo that holds one will do."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    running = state.read_state(settings.data_dir)
    from scripts.demo.pay import pay

    url = base_url or (running.base_url if running else settings.base_url)
    click.echo(pay(settings, url, memo=memo, amount=amount))


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, args: tuple[str, ...]) -> None:
    """Run the benchmark NAME, or list them."""
    from scripts import benches

    # A private module serves the others.
    found = {m.name for m in pkgutil.iter_modules(benches.__path__) if m.name[0] != "_"}
    if name is None:
        click.echo("\n".join(sorted(found)))
        return
    if name not in found:
        raise CommandFailed(
            f"there is no benchmark {name!r}. There are: {', '.join(sorted(found))}"
        )
    start: Callable[[list[str]], None] = importlib.import_module(f"scripts.benches.{name}").main
    start(list(args))


def _settings(service: str) -> Settings:
    """The settings of a single long-running part, whose output is its log."""
    settings = state.with_running_servers(state.load_settings(os.environ))
    try:
        logs.configure(service=service, level=settings.log_level)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    return settings


def main() -> None:
    """Run the command line; what a person can mend is said in one sentence."""
    try:
        cli()
    except (CommandFailed, BadSettings, AppError) as error:
        click.echo(f"cong-truong: {error}", err=True)
        sys.exit(1)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        # A command that looks into the tables at once; the long-running parts ask before.
        click.echo("cong-truong: the database is not migrated: cong-truong migrate", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
