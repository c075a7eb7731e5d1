"""A small stand-in for a part of the system: `python -m tests.scripts.fake_part NAME`.

`api` answers /health/ready, `seed` makes an account, `broken` ends at once, all others wait. On
SIGTERM a part adds its name to DATA_DIR/stopped. The API does not answer SIGTERM at once, as one
with open streams does not.
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

from app import db


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def note(file: str, word: str) -> None:
    with (Path(os.environ["DATA_DIR"]) / file).open("a") as out:
        out.write(f"{word}\n")


async def seed() -> None:
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
        sys.exit("the part is broken")
    if name == "seed":
        asyncio.run(seed())
        return
    signal.signal(signal.SIGTERM, stop)
    if name == "api":
        HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
