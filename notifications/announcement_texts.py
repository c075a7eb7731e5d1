"""What is told of announcements: of families and of staff alike, and of no child.

Parameters: `title`, `person` (who says it, and of which school), `excerpt` (optional: the text's
beginning), `message` (why it was taken back), `at` (optional: until when an answer is asked for).
"""

from collections.abc import Mapping
from typing import Final

from app.kinds import NEWS
from notifications.wording import TAP_EN, TAP_VI, Kind, Wording

ANNOUNCEMENT_KINDS: Final[Mapping[str, Kind]] = {
    "announcement": Kind(
        news=NEWS["announcement"],
        vi=Wording(
            inbox=("{title}", "{person}.{excerpt}"), push=("Trường có thông báo mới", TAP_VI)
        ),
        en=Wording(inbox=("{title}", "{person}.{excerpt}"), push=("News from the school", TAP_EN)),
    ),
    "announcement_withdrawn": Kind(
        news=NEWS["announcement_withdrawn"],
        vi=Wording(
            inbox=("Đã thu hồi: {title}", "{person}.{because}"),
            push=("Một thông báo đã được thu hồi", TAP_VI),
        ),
        en=Wording(
            inbox=("Withdrawn: {title}", "{person}.{because}"),
            push=("An announcement was withdrawn", TAP_EN),
        ),
    ),
    "answer_wanted": Kind(
        news=NEWS["answer_wanted"],
        vi=Wording(
            inbox=("Xin trả lời: {title}", "{person}.{until}"),
            push=("Trường đang chờ bạn trả lời", TAP_VI),
        ),
        en=Wording(
            inbox=("Please answer: {title}", "{person}.{until}"),
            push=("The school is waiting for your answer", TAP_EN),
        ),
    ),
}
