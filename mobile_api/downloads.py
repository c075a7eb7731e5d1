"""Files that callers take away; no cache between us and them keeps one."""

from typing import Final

from litestar import Response

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(made: bytes, *, name: str, media_type: str) -> Response[bytes]:
    return Response(
        made,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
