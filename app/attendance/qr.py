"""A token as a QR code: modules, SVG or PNG, always alphanumeric, level M, version 3 or below."""

import struct
import zlib
from typing import Final

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

MAX_VERSION: Final = 3
QUIET_ZONE: Final = 4
# qrcode.util.MODE_ALPHA_NUM, whose type is too wide for QRData.
_ALPHANUMERIC: Final = 2


def qr_matrix(token: str) -> list[list[bool]]:
    """The dark modules, row by row, without the quiet zone (4 modules, ISO/IEC 18004).

    Raises:
        ValueError: not alphanumeric, or too long: a larger version would be too fine for the
            print and cameras we count on.
    """
    code = QRCode(version=None, error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(QRData(token, mode=_ALPHANUMERIC))
    code.make(fit=True)
    if code.version > MAX_VERSION:
        raise ValueError(f"needs QR version {code.version}, the limit is {MAX_VERSION}")
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_svg(token: str, *, quiet_zone: int = QUIET_ZONE) -> str:
    """An SVG, one unit a module, that scales to any size.

    `quiet_zone` is in modules; 0 only where the page around it is white anyway.

    Raises:
        ValueError: as `qr_matrix`.
    """
    return _svg(qr_matrix(token), quiet_zone)


def link_svg(url: str) -> str:
    """A web address as an SVG, level M, with its quiet zone; for large print: any version."""
    return _svg(_text_matrix(url), QUIET_ZONE)


def text_png(text: str, *, scale: int = 10) -> bytes:
    """Any short text as a PNG, level M, with its quiet zone: any version."""
    return _png(_text_matrix(text), scale)


def qr_png(token: str, *, scale: int = 8) -> bytes:
    """A black-and-white PNG with the quiet zone, `scale` pixels a module.

    Written by hand, since the runtime has no imaging library: one bit a pixel is 20 lines.

    Raises:
        ValueError: as `qr_matrix`.
    """
    return _png(qr_matrix(token), scale)


def _text_matrix(text: str) -> list[list[bool]]:
    code = QRCode(version=None, error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _png(rows: list[list[bool]], scale: int) -> bytes:
    side = (len(rows) + 2 * QUIET_ZONE) * scale
    margin = [False] * QUIET_ZONE
    white = [[False] * (len(rows) + 2 * QUIET_ZONE)] * QUIET_ZONE
    lines = [
        # Every PNG line begins with its filter, 0 for none.
        b"\x00" + _packed([dark for dark in row for _ in range(scale)])
        for row in (*white, *(margin + row + margin for row in rows), *white)
    ]
    data = b"".join(line * scale for line in lines)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs


def _packed(dark: list[bool]) -> bytes:
    """Eight pixels a byte, the first in the highest bit; in PNG greyscale 1 is white."""
    light = "".join("0" if pixel else "1" for pixel in dark)
    light += "0" * (-len(light) % 8)
    return int(light, 2).to_bytes(len(light) // 8, "big")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _svg(rows: list[list[bool]], quiet_zone: int) -> str:
    size = len(rows) + 2 * quiet_zone
    runs = "".join(
        f"M{start + quiet_zone} {y + quiet_zone}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{runs}"/></svg>'
    )
