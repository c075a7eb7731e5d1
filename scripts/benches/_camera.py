"""What the phones' cameras see: a video file that Chromium plays as its camera (YUV4MPEG2)."""

import os
from pathlib import Path

import qrcode
from qrcode.constants import ERROR_CORRECT_M

WIDTH, HEIGHT = 640, 480
_HEADER = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
_DARK, _LIGHT, _GREY = b"\x10", b"\xeb", b"\x80"
_CODE_SHARE = 0.6  # of the picture's height


class Camera:
    """One camera for all phones of a browser: the file is a flag of the browser itself.

    Chromium reads on from the open file, so a frame that is written over in place is what a
    running scanner sees next.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.show(None)

    def show(self, code: str | None) -> None:
        """Hold a code before the camera; None: nothing."""
        data = _HEADER + b"FRAME\n" + _luma(code) + _GREY * (WIDTH * HEIGHT // 2)
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(file, data, 0)
        os.close(file)


def _luma(code: str | None) -> bytes:
    if code is None:
        return _GREY * (WIDTH * HEIGHT)
    drawn = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    drawn.add_data(code)
    drawn.make()
    modules = drawn.get_matrix()
    size = int(HEIGHT * _CODE_SHARE) // len(modules)
    side = size * len(modules)
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    picture = bytearray(_GREY * (WIDTH * HEIGHT))
    for number, row in enumerate(modules):
        line = b"".join((_DARK if is_dark else _LIGHT) * size for is_dark in row)
        for y in range(top + number * size, top + (number + 1) * size):
            start = y * WIDTH + left
            picture[start : start + side] = line
    return bytes(picture)
