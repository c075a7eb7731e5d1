"""Files that callers take away; no cache between us and them keeps one."""

from litestar import Response


def download(made: bytes, *, name: str, media_type: str) -> Response[bytes]:
    return Response(
        made,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
