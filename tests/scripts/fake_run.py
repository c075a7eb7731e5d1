"""`cong-truong run` with stand-ins for its parts: `python -m tests.scripts.fake_run NAME...`."""

import os
import sys

from app.settings import Settings
from scripts import state
from scripts.children import ChildSpec
from scripts.errors import CommandFailed
from scripts.supervisor import Supervisor


def part(name: str) -> ChildSpec:
    return ChildSpec(name=name, argv=[sys.executable, "-m", "tests.scripts.fake_part", name])


def main(names: list[str]) -> None:
    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def ready(settings: Settings) -> None:
        say(f"ready {settings.base_url}")

    settings = state.load_settings(os.environ)
    children = [part(name) for name in names]
    try:
        Supervisor(settings, children=children, seed=part("seed"), say=say).run(on_ready=ready)
    except CommandFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
