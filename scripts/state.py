"""What a running `cong-truong run` leaves in DATA_DIR for the other commands and its next start."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.keys import KeyRing
from app.settings import Settings
from scripts.errors import CommandFailed
from scripts.servers.lock import FolderLock

REPOSITORY = Path(__file__).resolve().parents[1]
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NothingRuns(CommandFailed):
    """There is neither an address of a database nor a running embedded one."""


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of the embedded servers; None where the environment gave one."""

    pid: int
    database_url: str | None
    redis_url: str | None
    base_url: str


def run_lock(data_dir: Path) -> FolderLock:
    """Held by `cong-truong run` as long as it lives."""
    return FolderLock(data_dir / "run.lock")


def write_state(data_dir: Path, state: RunState) -> None:
    _write_private(_state_file(data_dir), msgspec.json.encode(state))


def forget_state(data_dir: Path) -> None:
    _state_file(data_dir).unlink(missing_ok=True)


def read_state(data_dir: Path) -> RunState | None:
    """The state of the run that is alive now, or None."""
    try:
        state = msgspec.json.decode(_state_file(data_dir).read_bytes(), type=RunState)
    except (OSError, msgspec.DecodeError):
        return None
    return state if run_lock(data_dir).owner() == state.pid else None


def load_settings(environ: Mapping[str, str]) -> Settings:
    """The settings, with the defaults that depend on where we are.

    Raises:
        BadSettings: names the variable.
    """
    settings = Settings.from_env(environ)
    data_dir = settings.data_dir if environ.get("DATA_DIR") else REPOSITORY / ".data"
    settings = msgspec.structs.replace(settings, data_dir=data_dir.absolute())
    if not environ.get("BASE_URL"):
        url = f"http://localhost:{settings.port}"
        settings = msgspec.structs.replace(settings, base_url=url)
    return settings


def with_running_servers(settings: Settings) -> Settings:
    """`settings` for a single part: what the environment leaves out is that of the running demo.

    Raises:
        NothingRuns: says what to do.
    """
    if settings.database_url and settings.redis_url:
        return settings
    state = read_state(settings.data_dir)
    url = settings.database_url or (state and state.database_url)
    redis_url = settings.redis_url or (state and state.redis_url)
    if not url or not redis_url:
        raise NothingRuns(
            "DATABASE_URL and REDIS_URL are not both set, and no embedded servers run in "
            f"{settings.data_dir}. Set them, or start everything with ./scripts/run."
        )
    filled = msgspec.structs.replace(settings, database_url=url, redis_url=redis_url)
    return filled if settings.database_url else as_demo(filled, master_key(settings, is_new=False))


def as_demo(settings: Settings, key: str) -> Settings:
    return msgspec.structs.replace(settings, demo=True, master_key=key)


def master_key(settings: Settings, *, is_new: bool) -> str:
    """MASTER_KEY, or for the embedded demo the one that was made at its first start.

    Raises:
        CommandFailed: the key that this database was written under is gone.
    """
    if settings.master_key:
        return settings.master_key
    path = settings.data_dir / "master.key"
    if not path.exists():
        if not is_new:
            raise CommandFailed(
                f"{path} is gone, and without it the data in {settings.data_dir} cannot be read. "
                f"Put it back, or begin anew: rm -rf {settings.data_dir}"
            )
        _write_private(path, KeyRing.generate().encode())
    return path.read_text().strip()


def refuse_public_demo(settings: Settings) -> None:
    """Demo accounts have a known password.

    Raises:
        CommandFailed: HOST is not a loopback address and DEMO_PUBLIC is not set.
    """
    if settings.demo and not settings.demo_public and settings.host not in _LOOPBACK:
        raise CommandFailed(
            f"HOST={settings.host} would open the demo accounts, whose password is public, to the "
            "network. If that is wanted, set DEMO_PUBLIC=1."
        )


def _state_file(data_dir: Path) -> Path:
    return data_dir / "run.json"


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and for nobody else."""
    work = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    work.replace(path)
