"""`scripts/setup` says what a machine lacks, and does nothing twice."""

import os
import subprocess
import sys
from pathlib import Path

from tests.scripts.processes import REPOSITORY


def setup(venv: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REPOSITORY / "scripts" / "setup", "runtime"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(venv.parent),
            "VENV": str(venv),
            "NO_WEB": "1",
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def python_that(folder: Path, condition: str) -> str:
    """An interpreter that fails at `-c` code that holds `condition`."""
    program = folder / "python-like"
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *"{condition}"*) exit 1 ;; esac\nexec {sys.executable} "$@"\n'
    )
    program.chmod(0o755)
    return str(program)


def test_a_missing_python_is_said_in_words(tmp_path: Path) -> None:
    done = setup(tmp_path / "venv", PYTHON="/nowhere/python")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "apt-get install python3" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_old_python_counts_as_none(tmp_path: Path) -> None:
    done = setup(tmp_path / "venv", PYTHON=python_that(tmp_path, "version_info"))
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_python_without_venv_is_said_with_the_package_that_has_it(tmp_path: Path) -> None:
    done = setup(tmp_path / "venv", PYTHON=python_that(tmp_path, "ensurepip"))
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_environment_that_is_current_is_left_alone(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    venv.mkdir()
    stamps = [
        subprocess.run(
            f"cat {' '.join(locks)} pyproject.toml | cksum | cut -d' ' -f1-2",
            cwd=REPOSITORY,
            shell=True,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for locks in (["requirements.lock"], ["requirements.lock", "requirements-dev.lock"])
    ]
    for kind, stamp in zip(("runtime", "dev"), stamps, strict=True):
        (venv / ".locked").write_text(f"{kind} {stamp}\n")
        done = setup(venv, PYTHON="/nowhere/python")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (venv / ".locked").write_text("runtime 1 2\n")
    assert setup(venv, PYTHON="/nowhere/python").returncode == 1
