"""Pages to print, set by typst from a template and its data."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import typst

# Comes inside typst's wheel and has every Vietnamese letter; the machine's own fonts are left
# aside, so that a page looks the same wherever it is made.
FONT: Final = "Libertinus Serif"


def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """The template's PDF; it reads `data`, and the font beside it.

    Blocks for milliseconds a card or strip: call it in a thread.
    """
    return typst.compile(
        template,
        root=template.parent,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": msgspec.json.encode(data | {"font": FONT}).decode()},
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
