"""The documents are true: what they name exists, what exists is named, the README's walk works."""

import ast
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import asyncpg
import click
import msgspec
import pytest

from app.settings import Settings
from scripts.cli import cli
from tests.documented import DOCUMENT
from tests.scripts.processes import REPOSITORY, eventually, free_port

README: Final = REPOSITORY / "README.md"
OPERATIONS: Final = REPOSITORY / "docs" / "operations.md"
SECURITY: Final = REPOSITORY / "docs" / "security.md"
DECISIONS: Final = sorted((REPOSITORY / "docs" / "decisions").glob("*.md"))
DOCUMENTS: Final = [README, *sorted((REPOSITORY / "docs").glob("*.md")), *DECISIONS]
_CODE: Final = ("app", "mobile_api", "notifications")
_COLUMNS: Final = {
    "Sở": "department_admin",
    "principal": "principal",
    "homeroom": "homeroom_teacher",
    "subject": "subject_teacher",
    "guard": "guard",
    "accountant": "accountant",
    "guardian": "guardian",
    "pupil": "student",
    "screen": "display",
}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level."""
    level = heading.split(" ")[0]
    _, _, rest = text.partition(f"\n{heading}\n")
    assert rest, f"there is no heading {heading!r}"
    return re.split(rf"\n{level} ", rest)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, without the lines under the headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines]
    return [[cell.strip() for cell in row] for row in cells if set("".join(row)) - set("- ")]


def spans(text: str) -> list[str]:
    """What stands between backticks in running text."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))


def anchor(heading: str) -> str:
    """A heading's link, as the forges make it."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.strip().replace(" ", "-")


@cache
def operations() -> dict[tuple[str, str], frozenset[str]]:
    """Who may call each method and path."""
    found = DOCUMENT["paths"]
    return {
        (method.upper(), path): frozenset(
            [who] if isinstance(who := operation["x-who"], str) else who
        )
        for path, methods in found.items()
        for method, operation in methods.items()
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        if target.startswith("http"):
            continue
        name, _, fragment = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert fragment in [anchor(heading) for heading in headings], target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    text = path.read_text()
    shell = "\n".join(blocks(text, "bash")).replace("\\\n", " ")
    for line in [*shell.splitlines(), *spans(text)]:
        for script in re.findall(r"\./scripts/(\w+)", line):
            assert os.access(REPOSITORY / "scripts" / script, os.X_OK), line
        for module in re.findall(r"python -m ([\w.]+)", line):
            assert (REPOSITORY / (module.replace(".", "/") + ".py")).exists(), line
        named = re.search(r"(?:^|[ /])cong-truong ((?:[a-z-]+ ?)+.*)", line)
        if named and not line.startswith("docker"):
            _check_command(shlex.split(named.group(1).split("|")[0], comments=True), line)


def _check_command(words: list[str], line: str) -> None:
    command: click.Command = cli
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        name = words.pop(0)
        assert name in command.commands, line
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts}
    for word in words:
        assert not word.startswith("--") or word in known, line


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_of_the_api_that_is_named_exists(path: Path) -> None:
    templates = {re.sub(r"{\w+}", "{}", route) for _, route in operations()}
    known = [re.compile(re.escape(route).replace(r"\{\}", r"[^/]+")) for route in templates]
    for named in re.findall(r"/v1/[\w/{}\-*.]+", path.read_text().replace("\n", " ")):
        bare = named.rstrip("*.")
        if named.endswith("*"):
            start = re.sub(r"{\w+}", "{}", bare)
            assert any(route.startswith(start) for route in templates), named
        else:
            assert any(pattern.fullmatch(bare) for pattern in known), named


def test_the_readme_lists_exactly_the_settings() -> None:
    listed = [row[0].strip("`") for row in rows(section(README.read_text(), "### Settings"))[1:]]
    assert sorted(listed) == sorted(field.upper() for field in Settings.__struct_fields__)


def test_the_defaults_in_the_readme_are_the_settings() -> None:
    defaults = msgspec.to_builtins(Settings(), enc_hook=str)
    for name, default, _ in rows(section(README.read_text(), "### Settings"))[1:]:
        real = defaults[name.strip("`").lower()]
        said = default.strip("`")
        if isinstance(real, bool):
            assert said == str(int(real)), name
        elif real not in (None, "") and name != "`BASE_URL`":
            assert said == str(real), name


def _calls() -> Iterator[ast.Call]:
    for folder in _CODE:
        for file in (REPOSITORY / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and node.args:
                    yield node


def _text(node: ast.Call) -> str | None:
    first = node.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _name(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def test_the_operator_reads_of_exactly_the_events_that_are_logged() -> None:
    logged = set()
    for call in _calls():
        text = _text(call)
        if text and _name(call) in ("info", "warning", "error", "exception", "say"):
            logged.add(text)
        if text and _name(call) == "MinuteCounts":
            logged.add(f"{text}.minute")
    told = set()
    for part in ("### The API", "### The relay", "### The worker"):
        told |= {row[0].strip("`") for row in rows(section(OPERATIONS.read_text(), part))[1:]}
    assert told == logged


def test_the_operator_reads_of_exactly_the_metrics_that_are_counted() -> None:
    counted = {
        text.removesuffix("_total")
        for call in _calls()
        if _name(call) in ("Counter", "Gauge", "Histogram") and (text := _text(call))
    }
    told = rows(section(OPERATIONS.read_text(), "### Metrics"))[1:]
    names = {re.split(r"{", row[0].strip("`"))[0].removesuffix("_total") for row in told}
    assert names == counted


def _patterns(cell: str) -> list[tuple[str, str]]:
    found = []
    for span in spans(cell):
        *methods, path = span.split(" ")
        found += [(method, path) for method in methods]
    return found


def _who(cell: str) -> str:
    if "without login" in cell:
        return "public"
    return "gateway" if "gateway" in cell else "signed_in"


def test_the_table_of_rights_is_that_of_the_code() -> None:
    text = section(SECURITY.read_text(), "## Who may do what")
    # A cell of one mark each; the first table names nobody's role.
    matrix, rules = [], []
    for row in rows(text):
        if len(row) == 2 and row[0] != "who":
            rules.append((frozenset([_who(row[0])]), _patterns(row[1])))
        elif len(row) > 2 and row[1] in _COLUMNS:
            matrix = [_COLUMNS[cell] for cell in row[1:]]
        elif len(row) > 2:
            marked = zip(matrix, row[1:], strict=True)
            rules.append((frozenset(role for role, mark in marked if mark), _patterns(row[0])))
    used = set()
    for method, path in operations():
        fitting = [
            (who, pattern)
            for who, patterns in rules
            for pattern in patterns
            if pattern[0] == method and fnmatchcase(path, pattern[1])
        ]
        assert fitting, f"{method} {path} is in no row"
        assert fitting[0][0] == operations()[method, path], f"{method} {path}"
        used |= {pattern for _, pattern in fitting}
    assert used == {pattern for _, patterns in rules for pattern in patterns}


def test_decisions_have_numbers_of_their_own_and_stay_short() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)
    for path, number in zip(DECISIONS, numbers, strict=True):
        lines = path.read_text().splitlines()
        assert lines[0].startswith(f"# {number}. "), path.name
        assert len(lines) <= 24, path.name


def test_decisions_that_the_code_refers_to_exist() -> None:
    numbers = {path.name[:4] for path in DECISIONS}
    for folder in (*_CODE, "migrations", "scripts", "tests"):
        for file in [*(REPOSITORY / folder).rglob("*.py"), *(REPOSITORY / folder).rglob("*.sql")]:
            named = set(re.findall(r"docs/decisions/(\d{4})", file.read_text()))
            assert named <= numbers, file


def test_pictures_are_drawn_without_anything_from_outside() -> None:
    pictures = list((REPOSITORY / "docs" / "pictures").glob("*.svg"))
    assert pictures
    for picture in pictures:
        root = ElementTree.parse(picture).getroot()
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert not re.search(r"(href|src)=|url\((?!#)", picture.read_text()), picture.name


async def test_the_operators_statements_run(owner: asyncpg.Connection) -> None:
    ran = 0
    for sql in blocks(OPERATIONS.read_text(), "sql"):
        if re.search(r"create role|detach", sql):
            continue  # of a server or a partition that is not here
        await owner.execute(sql)
        await owner.execute("reset role")
        ran += 1
    assert ran >= 5


class Walk:
    """The README's terminals: an FCM server, the whole system that pushes to it, and a shell."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ports = {"9099": str(free_port()), "8000": str(free_port())}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = kept | {
            "DATA_DIR": str(data),
            "PORT": self._ports["8000"],
            "API": f"http://localhost:{self._ports['8000']}",
            "PYTHONUNBUFFERED": "1",
        }
        self._started: list[subprocess.Popen[str]] = []

    def here(self, command: str) -> str:
        """A command of the README on our ports, in our folder, with this environment's programs."""
        python = Path(sys.executable)
        command = command.replace(".venv/bin/", f"{python.parent}/")
        command = command.replace("./scripts/run", f"{python} -m scripts.cli run")
        return command.replace(".data/", f"{self._data}/").replace("9099", self._ports["9099"])

    def start(self, command: str) -> Path:
        """Start it in a terminal of its own; the file of what it prints."""
        out = self._data / f"terminal{len(self._started)}.txt"
        with out.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", self.here(command).strip()],
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        self._started.append(process)
        return out

    def paste(self, commands: str) -> str:
        """What a shell prints."""
        done = subprocess.run(
            ["bash", "-c", "set -eu\n" + self.here(commands)],
            cwd=REPOSITORY,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def close(self) -> None:
        for process in reversed(self._started):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(40)


@pytest.fixture
def walk() -> Iterator[Walk]:
    # Not pytest's own folder, which is closed to the user who runs the servers for root.
    folder = Path(tempfile.mkdtemp(prefix="ct-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    opened = Walk(folder)
    yield opened
    opened.close()
    shutil.rmtree(folder)


@pytest.mark.long
def test_the_readmes_walk_works_as_it_is_written(walk: Walk) -> None:
    text = README.read_text()
    fcm, run, push = blocks(section(text, "## See the push arrive"), "bash")
    pushes = walk.start(fcm)
    assert eventually(lambda: "FCM_ENDPOINT" in pushes.read_text())
    started = walk.start(run)
    assert eventually(lambda: "Ctrl-C" in started.read_text(), within_s=90), started.read_text()

    pieces = blocks(section(text, "## A scan with curl alone"), "bash")
    said = walk.paste("".join(pieces))
    outcomes = re.findall(r'"outcome": "(\w+)"', said)
    assert len(outcomes) == 2
    assert set(outcomes) <= {"ok", "late"}  # late on a school day after the bell
    assert re.search(r'"kind": "arrival(_late)?"', said)
    assert "event: hello" in said
    assert re.search(r'event: item\ndata: .*"kind":"departure"', said)

    assert "ok" in walk.paste(pieces[0] + push)
    assert eventually(lambda: '"kind": "arrival"' in pushes.read_text())
    time.sleep(2)
    assert pushes.read_text().count('"kind"') == 1
