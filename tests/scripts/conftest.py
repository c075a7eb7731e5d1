"""What tests of the commands share: a folder for servers, and a demo province filled once."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import Settings
from scripts.demo.seed import seed
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import create_database
from tests.scripts.demo_helpers import TODAY, demo_settings


@pytest.fixture
def data() -> Iterator[Path]:
    """One that also the user who runs the servers for root can reach; pytest's own is closed."""
    folder = Path(tempfile.mkdtemp(prefix="ct-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def demo(postgres: EmbeddedPostgres, database: str, valkey: EmbeddedValkey) -> Settings:
    """The demo province as it is on TODAY, with all of its month; nobody writes to it."""
    # `database` has made the template.
    create_database(postgres, "ct_demo", template="ct_template")
    settings = demo_settings(postgres.dsn("ct_demo"), valkey)
    seed(settings, today=TODAY)
    # At once, since a template must have no visitor.
    create_database(postgres, "ct_demo_used", template="ct_demo")
    return settings


@pytest.fixture(scope="session")
def used(demo: Settings, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> Settings:
    """A copy of it that people log in to and scan in."""
    return demo_settings(postgres.dsn("ct_demo_used"), valkey)
