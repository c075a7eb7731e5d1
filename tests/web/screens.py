"""What every screen is held to, and its picture in docs/screens."""

import io
import os
from typing import Any, Final

from PIL import Image
from playwright.async_api import Page, expect

from tests.api_process import REPOSITORY

FOLDER: Final = REPOSITORY / "docs/screens"
_AXE: Final = REPOSITORY / "node_modules/axe-core/axe.min.js"
_BIG_TEXT: Final = "200%"
_GRAVE: Final = ("serious", "critical")

_RUN_AXE: Final = """
async (options) => (await axe.run(document, options)).violations.map((found) => ({
    rule: found.id, impact: found.impact, where: found.nodes.map((node) =>
        node.target.join(" ") + ": " + (node.any[0]?.message ?? node.html)).slice(0, 4),
}))
"""
# Elements that cut off what is in them, but for those that end in an ellipsis on purpose, and what
# is for screen readers alone.
_CUT: Final = """
() => {
    const root = document.documentElement, found = []
    if (root.scrollWidth > root.clientWidth)
        found.push(`the page is ${root.scrollWidth} wide, the screen ${root.clientWidth}`)
    for (const each of document.body.querySelectorAll("*")) {
        const style = getComputedStyle(each), box = each.getBoundingClientRect()
        if (box.width <= 2 || box.height <= 2 || style.visibility === "hidden") continue
        const words = each.textContent.trim().slice(0, 40)
        const name = `${each.tagName.toLowerCase()}.${each.className} "${words}"`
        const hides = ["hidden", "clip"].includes(style.overflowX)
            && !each.matches(".leaflet-container")
        if (hides && each.textContent.trim() && each.scrollWidth > each.clientWidth + 1
            && style.textOverflow !== "ellipsis")
            found.push(`cut: ${name}`)
        const isText = [...each.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
        if (isText && (box.left < -1 || box.right > root.clientWidth + 1)
            && !each.closest("[data-scrolls], .leaflet-container"))
            found.push(`off the screen: ${name}`)
    }
    return found
}
"""
_SIZE: Final = "(size) => { document.documentElement.style.fontSize = size }"
_SPEAK: Final = """
(lang) => {
    localStorage.setItem("ct.lang", lang)
    dispatchEvent(new StorageEvent("storage", {key: "ct.lang", newValue: lang}))
}
"""
_STILL: Final = "() => Promise.allSettled(document.getAnimations().map((each) => each.finished))"


async def hold_to_account(page: Page) -> list[str]:
    """Everything that is wrong with the screen as it is now: in both languages, light and dark, at
    plain and double text size."""
    wrong: list[str] = []
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_AXE.read_text())
    before = await page.evaluate("() => localStorage.getItem('ct.lang') ?? 'vi'")
    for lang in ("en", "vi"):
        await page.evaluate(_SPEAK, lang)
        for size in (_BIG_TEXT, ""):
            await page.evaluate(_SIZE, size)
            cut = await page.evaluate(_CUT)
            wrong += [f"[{lang} {size or '100%'}] {each}" for each in cut]
    await page.emulate_media(color_scheme="dark")
    wrong += [f"[dark] {each}" for each in await _grave(page, runOnly=["color-contrast"])]
    await page.emulate_media(color_scheme="light")
    wrong += [f"[light] {each}" for each in await _grave(page)]
    await page.evaluate(_SPEAK, before)
    return wrong


async def _grave(page: Page, **options: Any) -> list[str]:
    """What axe-core calls serious or critical."""
    options = {"resultTypes": ["violations"], **options}
    found: list[dict[str, Any]] = await page.evaluate(_RUN_AXE, options)
    return [f"{each['rule']}: {each['where']}" for each in found if each["impact"] in _GRAVE]


async def screen(page: Page, name: str) -> None:
    """Hold the screen to account once it is there; with SCREENS=1 also take its picture first."""
    await expect(page.locator(".spinner")).to_have_count(0)
    if os.environ.get("SCREENS") == "1":
        _keep(name, await page.screenshot(animations="disabled", scale="css"))
    wrong = await hold_to_account(page)
    assert not wrong, f"{name}:\n" + "\n".join(wrong)


def _keep(name: str, picture: bytes) -> None:
    """Few colours are enough for a screen, and a quarter of the bytes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
