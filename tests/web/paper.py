"""What the school prints, read as people read it: with a camera."""

from typing import Any

import httpx
import pypdfium2
import zxingcpp

from tests.world import Person, School, Student


def codes_on(pdf: bytes) -> list[str]:
    """What the codes of all pages say, read from the paper at 200 dpi."""
    found: list[str] = []
    for page in pypdfium2.PdfDocument(pdf):
        image = page.render(scale=200 / 72).to_pil()
        found += [code.text for code in zxingcpp.read_barcodes(image)]
    return found


async def name_guardian(
    api: httpx.AsyncClient, school: School, principal: Person, student: Student, **given: Any
) -> None:
    """The principal enters a guardian, who has no account by that."""
    answer = await api.post(
        f"/v1/schools/{school.id}/students/{student.id}/guardians",
        json={"relation": "mother", **given},
        headers=principal.headers,
    )
    assert answer.status_code == 201, answer.text


async def activation_links(api: httpx.AsyncClient, school: School, principal: Person) -> list[str]:
    """The addresses on the strips of the school's class."""
    path = f"/v1/schools/{school.id}/classes/{school.class_id}/activation-sheet.pdf"
    answer = await api.get(path, headers=principal.headers)
    assert answer.status_code == 200, answer.text
    return codes_on(answer.content)
