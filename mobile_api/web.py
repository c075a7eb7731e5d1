"""The web client: what web/build.mjs left in web/dist, answered from memory.

Pages and their files are no operations of the API. They stand before its routes, as the short way
for scans does, so that they are in no document and cost no framework; what is neither a file of the
build nor looks like a page goes on to the routes, and is a 404 there (docs/decisions/0031).
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from app.settings import Settings

log = structlog.get_logger()

DIST: Final = Path(__file__).resolve().parents[1] / "web" / "dist"
ASSETS: Final = "/a/"
# Under these a path is the API's, and what is not there is a 404 instead of a page.
_NO_PAGES: Final = frozenset({"v1", "a", "schema", "health", "metrics"})
# Where a screen of the client may be. No dot: a file that is not there is no page.
_PAGE: Final = re.compile(r"/|(/[A-Za-z0-9_~-]{1,100}){1,8}/?")
_MAP: Final = '<meta name="map-tiles" content="">'
_MEDIA: Final = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
# The smallest first.
_PACKED: Final = {"br": ".br", "gzip": ".gz"}
_OF_THE_BODY: Final = frozenset({b"content-encoding", b"content-length", b"content-type"})
_FOREVER: Final = "public, max-age=31536000, immutable"
_NOT_BUILT: Final = """<!doctype html>
<html lang="vi"><meta charset="utf-8"><title>Cổng Trường</title>
<h1>Trang web chưa được dựng</h1>
<p>Máy chủ đang chạy, nhưng thiếu thư mục <code>web/dist</code>. Người vận hành hãy chạy
<code>scripts/setup</code> rồi tải lại trang này.</p>
<p lang="en">The server runs, but the web client has not been built: run <code>scripts/setup</code>
and load this page again.</p>
</html>
"""

Headers = list[tuple[bytes, bytes]]


class Variant(msgspec.Struct, frozen=True):
    """A file in one encoding, with the headers it goes out with."""

    body: bytes
    headers: Headers


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered under one path: by encoding, `identity` always among them."""

    etag: bytes
    status: int = 200
    variants: Mapping[str, Variant]


def policy_of(settings: Settings) -> str:
    """The Content-Security-Policy: nothing from elsewhere but the map's pictures, if any are set.

    `wasm-unsafe-eval` lets the reader of QR codes compile itself, and evaluates no script.
    """
    tiles = ""
    if settings.map_tile_url:
        parts = urlsplit(settings.map_tile_url)
        tiles = f" {parts.scheme}://{parts.netloc}"
    return (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
        f"img-src 'self' data: blob:{tiles}; connect-src 'self'; worker-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _page_headers(settings: Settings) -> dict[str, str]:
    return {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy_of(settings),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _asset_headers() -> dict[str, str]:
    return {
        "Cache-Control": _FOREVER,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _file(bodies: Mapping[str, bytes], media: str, headers: Mapping[str, str]) -> File:
    # Weak: it names what is shown and not its bytes, which differ by encoding.
    etag = f'W/"{sha256(bodies["identity"]).hexdigest()[:16]}"'
    told = {"Content-Type": media, "ETag": etag, **headers}
    if len(bodies) > 1:
        told["Vary"] = "Accept-Encoding"
    variants = {}
    for encoding, body in bodies.items():
        packed = {} if encoding == "identity" else {"Content-Encoding": encoding}
        own = told | packed | {"Content-Length": str(len(body))}
        variants[encoding] = Variant(
            body, [(name.lower().encode(), value.encode()) for name, value in own.items()]
        )
    return File(etag=etag.encode(), variants=variants)


def _page(path: Path, settings: Settings) -> Mapping[str, bytes]:
    """index.html; with a map it is another one than the build's, and packed here."""
    if not settings.map_tile_url:
        return _bodies(path)
    url, attribution = escape(settings.map_tile_url), escape(settings.map_attribution)
    meta = f'<meta name="map-tiles" content="{url}" data-attribution="{attribution}">'
    text = path.read_text().replace(_MAP, meta).encode()
    return {"gzip": gzip.compress(text, mtime=0), "identity": text}


def _bodies(path: Path) -> Mapping[str, bytes]:
    bodies = {}
    for encoding, suffix in _PACKED.items():
        packed = path.with_name(path.name + suffix)
        if packed.exists():
            bodies[encoding] = packed.read_bytes()
    return bodies | {"identity": path.read_bytes()}


def _files(dist: Path, settings: Settings) -> Iterator[tuple[str, File]]:
    for path in sorted(dist.rglob("*")):
        name = "/" + path.relative_to(dist).as_posix()
        if path.suffix not in _MEDIA or not path.is_file():
            continue
        is_page = name == "/index.html"
        headers = _asset_headers() if name.startswith(ASSETS) else _page_headers(settings)
        bodies = _page(path, settings) if is_page else _bodies(path)
        yield "/" if is_page else name, _file(bodies, _MEDIA[path.suffix], headers)


def _stamp(dist: Path) -> tuple[int, int] | None:
    try:
        found = (dist / "index.html").stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


class WebDoor:
    """Stands before the routes and answers with the client's files and pages.

    They are read when the server starts, and again when one is asked for after another build:
    the screens of the former one, still open somewhere, may go on to load their files.
    """

    def __init__(self, routes: ASGIApp, settings: Settings, *, dist: Path) -> None:
        self._routes = routes
        self._settings = settings
        self._dist = dist
        self._stamp: tuple[int, int] | None = None
        self._now: dict[str, File] = {}
        self._former: dict[str, File] = {}
        page = _file({"identity": _NOT_BUILT.encode()}, _MEDIA[".html"], _page_headers(settings))
        self._not_built = msgspec.structs.replace(page, etag=b"", status=503)
        self._take_up()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A websocket has no method.
        file = self._file_at(scope["path"]) if scope.get("method") in ("GET", "HEAD") else None
        if file is not None:
            await _answer(file, cast(HTTPScope, scope), send)
            return
        await self._routes(scope, receive, send)

    def _file_at(self, path: str) -> File | None:
        """What is answered at the path; None: it is the routes' to answer.

        Files are looked up by their whole path: none leads out of the folder.
        """
        if path.startswith("/v1/"):
            return None
        if path.startswith(ASSETS):
            return self._now.get(path) or self._former.get(path)
        if _PAGE.fullmatch(path) and path.split("/", 2)[1] not in _NO_PAGES:
            self._take_up()
            return self._now.get("/", self._not_built)
        if path in self._now:  # the service worker, asked for by pages long open
            self._take_up()
        return self._now.get(path)

    def _take_up(self) -> None:
        """Read the build, if it is another than the one that is served."""
        stamp = _stamp(self._dist)
        if stamp is None or stamp == self._stamp:
            return
        try:
            files = dict(_files(self._dist, self._settings))
        except FileNotFoundError:
            return  # it is being replaced this moment; the next page will have it
        self._former, self._now, self._stamp = self._now, files, stamp


def warn_unless_built(dist: Path = DIST) -> None:
    """Say in the log that there is no web client; the API works without."""
    if _stamp(dist) is None:
        log.warning("web.not_built", folder=str(dist))


async def _answer(file: File, scope: HTTPScope, send: Send) -> None:
    given = dict(scope["headers"])
    status, variant = file.status, file.variants[_encoding_of(file, given)]
    body, headers = variant.body, variant.headers
    if file.etag and _is_known(file, given.get(b"if-none-match", b"")):
        status, body = 304, b""
        headers = [pair for pair in headers if pair[0] not in _OF_THE_BODY]
    if scope["method"] == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _is_known(file: File, if_none_match: bytes) -> bool:
    """RFC 9110 §13.1.2: by weak comparison."""
    tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return b"*" in tags or file.etag.removeprefix(b"W/") in tags


def _encoding_of(file: File, given: Mapping[bytes, bytes]) -> str:
    """The smallest that the client takes; what it would rather not have (`q`) is not weighed."""
    accepted = set()
    for item in given.get(b"accept-encoding", b"").decode("latin-1").lower().split(","):
        name, _, quality = item.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality):
            accepted.add(name.strip())
    return next((name for name in file.variants if name in accepted), "identity")
