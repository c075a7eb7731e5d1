"""Chromium as a phone: how it is started, for benchmarks and for the tests of the web client."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Browser, async_playwright

from scripts.benches._camera import Camera

PHONE: Final[Mapping[str, Any]] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "vi-VN",
    "timezone_id": "Asia/Ho_Chi_Minh",
    "permissions": ["camera", "geolocation", "notifications"],
}
DESK: Final[Mapping[str, Any]] = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "vi-VN",
    "timezone_id": "Asia/Ho_Chi_Minh",
    "permissions": ["camera", "geolocation", "notifications"],
}
_INSTALLED: Final = ("chromium", "chromium-browser", "google-chrome")
_FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


@asynccontextmanager
async def chromium(camera: Camera) -> AsyncIterator[Browser]:
    """The system's Chromium, else the one that Playwright brought. Its phones share one camera."""
    flags = [*_FLAGS, f"--use-file-for-fake-video-capture={camera.path}"]
    installed = [path for name in _INSTALLED if (path := shutil.which(name))]
    async with async_playwright() as playwright:
        # Playwright's other build, the headless shell, knows no notifications.
        browser = await playwright.chromium.launch(
            executable_path=next(iter(installed), None), channel="chromium", args=flags
        )
        yield browser
        await browser.close()
