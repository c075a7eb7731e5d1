"""The web client at `/`: its pages, files and headers, and what is none of it."""

import gzip
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace as with_
from pathlib import Path
from typing import Any, Final, cast

import httpx
import pytest
import structlog
from litestar import Litestar
from msgspec.structs import replace
from PIL import Image

from app.settings import BadSettings, Settings
from mobile_api.resources import Resources
from mobile_api.server import create_app
from mobile_api.web import DIST, warn_unless_built

PAGE: Final = '<!doctype html><meta name="map-tiles" content=""><title>Cổng Trường</title>'
SCRIPT: Final = "export default 1;" * 40
WASM: Final = b"\0asm\x01\0\0\0" + bytes(400)
PROBLEM: Final = "application/problem+json"
TILES: Final = "https://tiles.example.vn/{z}/{x}/{y}.png"
FILES: Final[dict[str, bytes]] = {
    "index.html": PAGE.encode(),
    "index.html.gz": gzip.compress(PAGE.encode()),
    "index.html.br": b"the page by brotli",
    "sw.js": b"self.build = 1;",
    "manifest.webmanifest": b"{}",
    "licences.txt": b"MIT",
    "a/main-AAAA.js": SCRIPT.encode(),
    "a/main-AAAA.js.gz": gzip.compress(SCRIPT.encode()),
    "a/main-AAAA.js.br": b"the script by brotli",
    "a/reader-BBBB.wasm": WASM,
    "a/reader-BBBB.wasm.gz": gzip.compress(WASM),
}
NOT_THERE: Final = [
    "/v1",
    "/v1/",
    "/v1/nothing",
    "/a",
    "/a/",
    "/a/main-CCCC.js",
    "/a/index.html",
    "/a/main-AAAA.js.gz",
    "/schema",
    "/schema/swagger",
    "/health",
    "/health/nothing",
    "/.well-known/nothing",
    "/favicon.ico",
    "/index.html",
    "/wp-login.php",
    "/main.tsx",
]
CROOKED: Final = [
    "/../pyproject.toml",
    "/a/../../pyproject.toml",
    "/a/../index.html",
    "/a/..\\..\\pyproject.toml",
    "//etc/passwd",
    "/a//main-AAAA.js",
    "//",
    "/\0",
    "/tin\0",
    "/a/main-AAAA.js\0.png",
    "/tin\n",
    "/tin\u0111",
    "/" + "a" * 20_000,
    "/a" * 20_000,
    "/" * 20_000,
    "",
    "tin",
]


def build(dist: Path, files: dict[str, bytes]) -> Path:
    """A build in place of the former, as web/build.mjs does it: the whole folder at once."""
    stage = dist.with_suffix(".new")
    for name, content in files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(dist, ignore_errors=True)
    stage.rename(dist)
    return dist


@asynccontextmanager
async def served(resources: Resources, dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=cast(Any, create_app(resources, web=dist)))
    # httpx asks for everything that it can unpack.
    async with httpx.AsyncClient(
        transport=transport, base_url="http://web", headers={"Accept-Encoding": "identity"}
    ) as client:
        yield client


@pytest.fixture
async def web(resources: Resources, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with served(resources, build(tmp_path / "dist", FILES)) as client:
        yield client


async def test_every_screen_begins_with_the_page(web: httpx.AsyncClient) -> None:
    child = "0198a2b4-7c00-7000-8000-000000000001"
    for path in ("/", "/kich-hoat", "/hom-nay", f"/lop/12/{child}", "/con/1/"):
        answer = await web.get(path, params={"den": "/tin"})
        assert (answer.status_code, answer.text) == (200, PAGE), path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"


async def test_what_is_not_there_is_a_problem_and_no_page(web: httpx.AsyncClient) -> None:
    for path in NOT_THERE:
        answer = await web.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM), path


async def test_no_path_leads_out_of_the_build(resources: Resources, tmp_path: Path) -> None:
    app = create_app(resources, web=build(tmp_path / "dist", FILES))
    assert await status_of(app, "/tin") == 200
    for path in CROOKED:
        assert await status_of(app, path) == 404, path[:100]


async def status_of(app: Litestar, path: str) -> int:
    """As a server hands a path over: decoded, so that `..%2f` is `../`, and not normalised."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "server": ("web", 80),
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    return int(sent[0]["status"])


async def test_pages_may_only_be_read(web: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = await web.request(method, "/tin")
        assert answer.status_code == 404, method


async def test_a_page_lets_nothing_in_from_elsewhere(web: httpx.AsyncClient) -> None:
    for path in ("/", "/sw.js", "/manifest.webmanifest"):
        headers = (await web.get(path)).headers
        assert headers["content-security-policy"] == (
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
            "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
            "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
        assert headers["permissions-policy"] == "camera=(self), geolocation=(self), microphone=()"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-cache"


async def test_a_map_lets_in_its_own_host_and_no_other(
    resources: Resources, tmp_path: Path
) -> None:
    settings = replace(resources.settings, map_tile_url=TILES, map_attribution='© "Bản đồ"')
    dist = build(tmp_path / "dist", FILES)
    async with served(with_(resources, settings=settings), dist) as web:
        plain = await web.get("/")
        packed = await web.get("/", headers={"Accept-Encoding": "gzip, br"})
    policy = plain.headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://tiles.example.vn;" in policy
    assert policy.count("https:") == 1
    assert f'content="{TILES}" data-attribution="© &quot;Bản đồ&quot;"' in plain.text
    # The build's own packed page knows of no map.
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example.vn/{z}/{x}/{y}.png",
        "https://{s}.example.vn/{z}/{x}/{y}.png",
        "https://tiles.example.vn/{z}/{x}.png",
        "https://tiles.example.vn; script-src *//{z}/{x}/{y}",
        "https://user@tiles.example.vn/{z}/{x}/{y}",
        "javascript:{z}{x}{y}",
    ],
)
def test_a_map_that_would_open_more_than_a_host_is_refused(url: str) -> None:
    with pytest.raises(BadSettings, match="MAP_TILE_URL"):
        Settings.from_env({"MAP_TILE_URL": url})


@pytest.mark.parametrize("url", [TILES, "http://localhost:9000/{z}/{x}/{y}?key=1"])
def test_a_map_of_one_host_is_taken(url: str) -> None:
    assert Settings.from_env({"MAP_TILE_URL": url}).map_tile_url == url


async def test_a_named_file_is_kept_for_good(web: httpx.AsyncClient) -> None:
    script = await web.get("/a/main-AAAA.js")
    assert script.text == SCRIPT
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["x-content-type-options"] == "nosniff"
    wasm = await web.get("/a/reader-BBBB.wasm", headers={"Accept-Encoding": "gzip"})
    assert wasm.content == WASM
    assert wasm.headers["content-type"] == "application/wasm"
    assert wasm.headers["content-encoding"] == "gzip"


async def test_a_file_comes_as_small_as_the_client_can_read_it(web: httpx.AsyncClient) -> None:
    for accepted, encoding in (
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("gzip ; q = 0.000, *", None),
        ("br-like", None),
    ):
        request = web.build_request("GET", "/a/main-AAAA.js", headers={"Accept-Encoding": accepted})
        answer = await web.send(request, stream=True)
        suffix = {"gzip": ".gz", "br": ".br", None: ""}[encoding]
        expected = FILES["a/main-AAAA.js" + suffix]
        assert answer.headers.get("content-encoding") == encoding, accepted
        assert answer.headers["vary"] == "Accept-Encoding"
        assert b"".join([chunk async for chunk in answer.aiter_raw()]) == expected
        assert answer.headers["content-length"] == str(len(expected))


async def test_what_the_browser_has_already_is_not_sent_again(web: httpx.AsyncClient) -> None:
    etag = (await web.get("/")).headers["etag"]
    for given in (etag, f'"other", {etag.removeprefix("W/")}', "*"):
        answer = await web.get("/tin", headers={"If-None-Match": given})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "content-length" not in answer.headers
        assert "content-type" not in answer.headers
        # A 304 renews the stored answer's headers, so it must still carry the policy.
        assert "content-security-policy" in answer.headers
    assert (await web.get("/", headers={"If-None-Match": '"other"'})).status_code == 200


async def test_head_tells_what_get_would_send(web: httpx.AsyncClient) -> None:
    for path in ("/", "/a/main-AAAA.js", "/sw.js"):
        got, told = await web.get(path), await web.head(path)
        assert told.status_code == 200
        assert told.content == b""
        assert told.headers == got.headers


async def test_another_build_is_taken_up_and_open_screens_keep_their_files(
    resources: Resources, tmp_path: Path
) -> None:
    dist = build(tmp_path / "dist", FILES)
    async with served(resources, dist) as web:
        etag = (await web.get("/")).headers["etag"]
        build(dist, {"index.html": b"<p>2", "a/main-DDDD.js": b"2", "sw.js": b"2"})
        # By a page that is open since long: it asks for another worker, not for a page.
        for path, text in (("/sw.js", "2"), ("/a/main-DDDD.js", "2"), ("/a/main-AAAA.js", SCRIPT)):
            assert (await web.get(path)).text == text
        assert (await web.get("/", headers={"If-None-Match": etag})).text == "<p>2"
        assert (await web.get("/licences.txt")).status_code == 404


async def test_a_build_that_is_gone_for_a_moment_is_served_on(
    resources: Resources, tmp_path: Path
) -> None:
    dist = build(tmp_path / "dist", FILES)
    async with served(resources, dist) as web:
        shutil.rmtree(dist)
        assert (await web.get("/tin")).text == PAGE
        assert (await web.get("/a/main-AAAA.js")).text == SCRIPT


async def test_without_a_build_the_page_says_how_to_make_it(
    resources: Resources, tmp_path: Path
) -> None:
    async with served(resources, tmp_path / "dist") as web:
        page = await web.get("/")
        assert page.status_code == 503
        assert "scripts/setup" in page.text
        assert (await web.get("/sw.js")).status_code == 404
        assert (await web.get("/health/live")).status_code == 200
        # And once it is there, it is served.
        build(tmp_path / "dist", FILES)
        assert (await web.get("/")).text == PAGE


def test_a_missing_build_is_said_in_the_log_once(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        warn_unless_built(tmp_path / "dist")
        warn_unless_built(build(tmp_path / "dist", FILES))
    assert [entry["event"] for entry in logs] == ["web.not_built"]


async def test_the_api_does_not_notice_the_pages(web: httpx.AsyncClient) -> None:
    assert (await web.get("/health/live")).json() == {"status": "ok"}
    assert (await web.get("/metrics")).status_code == 200
    assert (await web.get("/.well-known/jwks.json")).status_code == 200
    described = (await web.get("/schema/openapi.json")).json()
    assert not [
        path for path in described["paths"] if not re.match("/(v1|health|.well-known)/", path)
    ]


class TestTheBuild:
    """What scripts/setup has built, as it is served."""

    @pytest.fixture
    async def site(self, resources: Resources) -> AsyncIterator[httpx.AsyncClient]:
        async with served(resources, DIST) as client:
            yield client

    async def test_everything_that_the_page_and_its_worker_name_is_there(
        self, site: httpx.AsyncClient
    ) -> None:
        page = (await site.get("/")).text
        worker = (await site.get("/sw.js")).text
        manifest = (await site.get("/manifest.webmanifest")).json()
        named = set(re.findall(r'(?:src|href)="([^"]+)"', page))
        named |= set(re.findall(r'"(/a/[^"]+)"', worker))
        named |= {icon["src"] for icon in manifest["icons"]}
        assert len(named) > 6
        assert '<meta name="map-tiles" content="">' in page
        assert "{{" not in page + json.dumps(manifest)
        for path in named:
            assert path.startswith("/"), path
            assert (await site.get(path)).status_code == 200, path

    async def test_the_page_holds_no_script_and_no_style_of_its_own(
        self, site: httpx.AsyncClient
    ) -> None:
        page = (await site.get("/")).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)

    async def test_packed_files_hold_what_the_plain_ones_do(self, site: httpx.AsyncClient) -> None:
        scripts = [path for path in DIST.rglob("*.js") if path.stat().st_size > 1000]
        assert scripts
        for path in scripts:
            name = "/" + path.relative_to(DIST).as_posix()
            packed = await site.get(name, headers={"Accept-Encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip"
            assert packed.content == path.read_bytes()
            assert path.with_name(path.name + ".br").stat().st_size < path.stat().st_size

    async def test_icons_are_as_large_as_the_manifest_says(self, site: httpx.AsyncClient) -> None:
        manifest = (await site.get("/manifest.webmanifest")).json()
        purposes = {icon.get("purpose") for icon in manifest["icons"]}
        assert purposes == {None, "maskable"}
        for icon in manifest["icons"]:
            if icon["type"] != "image/png":
                continue
            with Image.open(DIST / icon["src"].lstrip("/")) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]
