"""A part that is started before the migrations says so in one sentence."""

import os
import subprocess
import sys

import pytest

from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import MASTER_KEY, create_database


@pytest.mark.parametrize("part", ["serve"])
def test_a_part_on_an_empty_database_names_the_command(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, part: str
) -> None:
    create_database(postgres, f"empty_{part}")
    environment = os.environ | {
        "DATABASE_URL": postgres.dsn(f"empty_{part}"),
        "REDIS_URL": valkey.url,
        "MASTER_KEY": MASTER_KEY,
    }
    command = [sys.executable, "-m", "scripts.cli", part]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "cong-truong migrate" in done.stderr
    assert "Traceback" not in done.stderr
