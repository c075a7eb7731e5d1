"""A small stand-in for a part of the system: `python -m tests.scripts.fake_part NAME`.

`api` answers /health/ready, `seed` makes an account, `broken` ends by itself, all others wait. What
waits adds its name and the time to DATA_DIR/started once it minds SIGTERM, and on SIGTERM its name
to DATA_DIR/stopped.
The API does not answer SIGTERM at once, as one with open streams does not.

`api` is ready and `broken` ends when the others have started: a signal before that would end a part
that is still importing, without a word.
"""

import asyncio
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType
from uuid import UUID


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_ready = self.path == "/health/ready" and have_started("relay", "worker")
        self.send_response(200 if is_ready else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def note(file: str, word: str) -> None:
    with (Path(os.environ["DATA_DIR"]) / file).open("a") as out:
        out.write(f"{word}\n")


def have_started(*names: str) -> bool:
    file = Path(os.environ["DATA_DIR"]) / "started"
    return file.exists() and set(names) <= set(file.read_text().split())


async def seed() -> None:
    from app import db  # it alone: what only waits starts at once without it

    conn = await db.connect(os.environ["DATABASE_URL"])
    sql = "insert into account (id, phone_index, is_demo) values ($1, '\\x01', true)"
    await db.run(conn, sql, UUID(int=1))
    await conn.close()
    note("seeded", os.environ["DEMO"])


def main(name: str) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        time.sleep(0.3 if name == "api" else 0)
        note("stopped", name)
        sys.exit(0)

    if name == "broken":
        while not have_started("relay"):
            time.sleep(0.02)
        sys.exit("the part is broken")
    if name == "seed":
        asyncio.run(seed())
        return
    signal.signal(signal.SIGTERM, stop)
    note("started", f"{name} {time.monotonic()}")
    if name == "api":
        HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
