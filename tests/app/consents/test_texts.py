"""The texts: whole in both languages, and the database counts from the same version."""

from typing import get_args

import asyncpg
import pytest

from app.consents.model import Purpose
from app.consents.texts import ABOUT, COVERS_FROM, current_version, texts_in


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_purpose_has_its_text_in_every_version(locale: str) -> None:
    found = texts_in("en" if locale == "en" else "vi")
    assert {text.purpose for text in found} == set(get_args(Purpose)) == ABOUT.keys()
    for purpose in get_args(Purpose):
        versions = [text.version for text in found if text.purpose == purpose]
        assert versions == list(range(1, current_version(purpose) + 1))
        assert [t.version for t in found if t.purpose == purpose and t.is_current] == versions[-1:]
    assert all(text.title and text.body and text.locale == locale for text in found)


def test_every_text_says_that_no_costs_nothing_and_yes_can_be_taken_back() -> None:
    for text in texts_in("vi"):
        assert "rút lại bất cứ lúc nào" in text.body
        assert "vẫn" in text.body
    for text in texts_in("en"):
        assert "withdraw at any time" in text.body
        assert "still" in text.body or "just the same" in text.body


def test_what_covers_todays_use_is_a_version_that_exists() -> None:
    for purpose, version in COVERS_FROM.items():
        assert 1 <= version <= current_version(purpose)


async def test_the_database_counts_consents_to_pictures_from_the_same_version(
    owner: asyncpg.Connection,
) -> None:
    assert await owner.fetchval("select photo_consent_since()") == COVERS_FROM["photo"]
