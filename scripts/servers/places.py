"""Which user runs an embedded server, and where that user can reach its files and binaries."""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.errors import CommandFailed
from scripts.servers.lock import FolderLock

# World-writable, kept over a restart of the machine, and open to every user on the way there.
SHARED = Path("/var/tmp")  # noqa: S108


class NoSuchUser(CommandFailed):
    """The embedded servers need a user with a name."""


def server_user() -> pwd.struct_passwd | None:
    """Whom the servers run as when we are root, which PostgreSQL refuses to be; None: ourselves.

    Raises:
        NoSuchUser: the user has no entry in /etc/passwd, which initdb asks for.
    """
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise NoSuchUser(
                f"user id {os.geteuid()} has no name on this machine. "
                "Run as a user of /etc/passwd, or set DATABASE_URL and REDIS_URL."
            ) from None
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoSuchUser("as root the embedded servers need a user `postgres` or `nobody`.")


def server_home(data: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder that holds the servers' files: `data`, if `user` can get there.

    Else (a DATA_DIR below a closed home, as root) a folder in /var/tmp that `data`/servers points
    to. Removing `data` therefore begins anew in both cases.
    """
    data.mkdir(parents=True, exist_ok=True)
    data = data.resolve()
    if user is None or is_reachable(data, user.pw_uid):
        return data
    link = data / "servers"
    if link.is_symlink() and link.is_dir():
        return link.resolve()
    link.unlink(missing_ok=True)
    sweep_homes()
    home = Path(tempfile.mkdtemp(prefix="cong-truong-", dir=SHARED))
    home.chmod(0o711)
    link.symlink_to(home)
    (home / "origin").write_text(str(link))
    return home


def binaries(site: Path, parts: Sequence[str], probe: str, user: pwd.struct_passwd | None) -> Path:
    """A folder with `parts` of the site-packages folder `site`, where `user` may run `probe`.

    It is `site` itself, or a copy in /var/tmp when the virtual environment is closed to that user.
    """
    if user is None or is_reachable(site / probe, user.pw_uid):
        return site
    key = f"{site / probe}{(site / probe).stat().st_mtime_ns}{sorted(parts)}"
    copy = SHARED / f"cong-truong-bin-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if not _is_ours(copy):
        _copy(site, [part for part in parts if (site / part).exists()], copy)
    return copy


def is_reachable(path: Path, uid: int) -> bool:
    """Whether the user `uid`, in no group of note, may read and enter (or run) `path`."""
    want = 0o5
    for place in (path, *path.parents):
        info = place.stat()
        mode = info.st_mode >> 6 if info.st_uid == uid else info.st_mode
        if mode & want != want:
            return False
        want = 0o1
    return True


def mark_disposable(home: Path) -> None:
    """Say of a folder that `server_home` gave that nobody will come back to it."""
    if home.parent == SHARED:
        (home / "disposable").touch()


def sweep_homes() -> None:
    """Remove from /var/tmp what no server uses and nobody comes back to.

    Its `data` was removed, or it was a test's; or it is a copy from a removed environment.
    """
    for home in SHARED.glob("cong-truong-*"):
        with contextlib.suppress(OSError):
            origin = Path((home / "origin").read_text())
            is_there = origin.resolve() == home if origin.is_symlink() else origin.is_dir()
            is_wanted = is_there and not (home / "disposable").exists()
            is_used = any(FolderLock(lock).owner() is not None for lock in home.glob("*.lock"))
            if home.stat().st_uid == os.geteuid() and not is_wanted and not is_used:
                shutil.rmtree(home)


def _is_ours(folder: Path) -> bool:
    # Anybody may make a folder of this name in /var/tmp; its programs are run only if it is ours.
    try:
        info = folder.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise CommandFailed(f"{folder} belongs to somebody else; remove it.")
    return True


def _copy(site: Path, parts: Sequence[str], target: Path) -> None:
    work = Path(tempfile.mkdtemp(prefix="cong-truong-bin-", dir=SHARED))
    try:
        for part in parts:
            shutil.copytree(site / part, work / part, symlinks=True)
        for path in (work, *work.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
        (work / "origin").write_text(str(site))
        with contextlib.suppress(OSError):  # another process was faster: its copy serves as well
            work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
