"""What the client's texts must keep up with on the server."""

import re

from app.kinds import NEWS
from tests.api_process import REPOSITORY


def test_every_kind_of_news_that_can_be_chosen_has_a_name_on_the_settings_screen() -> None:
    source = (REPOSITORY / "web/i18n/settings.ts").read_text()
    _, _, table = source.partition("export const KINDS = texts({")
    named = set(re.findall(r"^  (\w+): \[", table, re.MULTILINE))
    in_the_app = {kind for kind, travels in NEWS.items() if "inbox" in travels.channels}
    assert named == in_the_app
