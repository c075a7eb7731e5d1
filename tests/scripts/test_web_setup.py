"""`scripts/web` brings Node, packages and the build, each only where it is missing.

Node, npm, pip and the browser's installer are programs of a few lines here: they note how they are
called. What the real ones make is in test_web.py of the API's tests.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.scripts.processes import REPOSITORY

TOOLS: Final = (
    *("bash", "cat", "cksum", "cut", "dirname", "env", "find", "flock", "grep", "mkdir"),
    *("mktemp", "rm", "sort", "touch", "xargs"),
)
NODE: Final = """case "$1" in
    -e) exit ${NODE_IS_OLD:-0} ;;
    web/build.mjs) mkdir -p web/dist; echo built ;;
esac
"""
NPM: Final = """case "$1" in
    config) echo "${CACHE:-$HOME/.npm}"; exit ;;
    ci) rm -rf node_modules; mkdir node_modules; [ -z "${NPM_FAILS:-}" ] || exit 1 ;;
esac
"""
# pip and Playwright, each asked for by `python -m`.
PYTHON: Final = 'case "$*" in *"-m ${FAILS:-none}"*) echo "no way to it" >&2; exit 1 ;; esac\n'


class Machine:
    """A copy of what the client is built by, and a PATH that holds these few programs alone."""

    def __init__(self, folder: Path) -> None:
        self._bin, self._repository = folder / "bin", folder / "repository"
        self.notes = folder / "notes"
        self._bin.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found, name
            (self._bin / name).symlink_to(found)
        for name in ("scripts/web", "package.json", "package-lock.json", ".npmrc", "web/app.css"):
            place = self._repository / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, place)
        self.write(self._repository / ".venv" / "bin" / "python", PYTHON)
        self.has("node", NODE)
        self.has("npm", NPM)
        self.has("chromium", "")
        self.has("id", "echo 1000")

    def has(self, name: str, program: str) -> None:
        self.write(self._bin / name, program)

    def lacks(self, name: str) -> None:
        (self._bin / name).unlink()

    def write(self, path: Path, program: str) -> None:
        assert not path.is_symlink()
        path.parent.mkdir(parents=True, exist_ok=True)
        # Questions are no doings.
        note = f'echo "{path.name} $*" >>"{self.notes}"'
        note = f'case "$1" in -e|-c|-u) ;; *) {note} ;; esac\n'
        path.write_text(f"#!/bin/sh\n{note}{program}")
        path.chmod(0o755)

    def change(self, name: str) -> None:
        with (self._repository / name).open("a") as file:
            file.write("\n")

    def web(self, kind: str, **environment: str) -> subprocess.CompletedProcess[str]:
        home = self._repository.parent
        return subprocess.run(
            [self._repository / "scripts" / "web", kind],
            env={"PATH": str(self._bin), "HOME": str(home), "NO_WEB": ""} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def done(self) -> list[str]:
        """What was called since the last time this was asked, by its first two words."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        self.notes.unlink(missing_ok=True)
        return [" ".join(line.split()[:2]) for line in lines]


BUILT: Final = ["npm config", "npm ci", "node web/build.mjs"]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_client_is_built_once_and_again_when_it_has_changed(machine: Machine) -> None:
    first = machine.web("runtime")
    assert (first.returncode, first.stdout) == (0, "Installing package-lock.json\nbuilt\n")
    assert machine.done() == BUILT
    again = machine.web("runtime")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert machine.done() == []
    machine.change("web/app.css")
    machine.web("runtime")
    assert machine.done() == ["node web/build.mjs"]
    machine.change("package-lock.json")
    machine.web("runtime")
    assert machine.done() == BUILT


def test_the_tools_that_check_come_only_where_they_are_asked_for(machine: Machine) -> None:
    machine.web("runtime")
    assert "--omit=dev" in machine.notes.read_text()
    machine.done()
    machine.web("dev")
    assert "--omit=dev" not in machine.notes.read_text()
    assert machine.done() == ["npm config", "npm ci"]
    # They do not go again.
    machine.web("runtime")
    assert machine.done() == []


@pytest.mark.parametrize("is_old", [True, False])
def test_without_node_or_with_an_old_one_a_wheel_is_installed(
    machine: Machine, is_old: bool
) -> None:
    if not is_old:
        machine.lacks("node")
    done = machine.web("runtime", FAILS="pip", NODE_IS_OLD="1")
    assert done.returncode == 1
    assert "installing the one of requirements-node.lock" in done.stdout
    assert "no way to it" in done.stderr
    assert "apt-get install nodejs npm" in done.stderr
    assert machine.done() == ["python -m"]


def test_a_client_that_is_not_wanted_is_left_out(machine: Machine) -> None:
    assert machine.web("dev", NO_WEB="1").returncode == 0
    assert machine.done() == []


def test_packages_that_cannot_be_had_are_asked_for_again(machine: Machine) -> None:
    failed = machine.web("runtime", NPM_FAILS="1")
    assert failed.returncode == 1
    assert "could not be installed" in failed.stderr
    machine.done()
    assert machine.web("runtime").returncode == 0
    assert machine.done() == BUILT


def test_a_user_without_a_home_needs_none(machine: Machine, tmp_path: Path) -> None:
    done = machine.web("runtime", CACHE="/proc/nowhere", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"--cache {tmp_path}/tmp." in machine.notes.read_text()
    assert not list(tmp_path.glob("tmp.*"))


def test_a_missing_browser_is_said_and_stops_nothing(machine: Machine) -> None:
    machine.lacks("chromium")
    done = machine.web("dev", FAILS="playwright")
    assert done.returncode == 0
    assert "apt-get install chromium" in done.stderr
    assert machine.done()[-1] == "python -m"


def test_root_installs_a_missing_browser_from_a_list_that_may_be_old(
    machine: Machine, tmp_path: Path
) -> None:
    machine.has("id", "echo 0")
    machine.lacks("chromium")
    browser = tmp_path / "bin" / "chromium"
    machine.has(
        "apt-get",
        f'[ "$1" = update ] && touch "$HOME/list" && exit\n[ -e "$HOME/list" ] || exit 100\n'
        f'cat "$0" >"{browser}"\n/bin/chmod +x "{browser}"\n',
    )
    assert machine.web("dev").returncode == 0
    assert machine.done()[-3:] == ["apt-get install", "apt-get update", "apt-get install"]
    assert machine.web("dev").returncode == 0
    assert machine.done() == []
