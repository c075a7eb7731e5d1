"""What is told of the daily book: that something is there, never what it says.

Parameters: `student`, `day`; of a day what stands in it (all optional): `praise`, `needs_work`,
`neutral`, `health` (how many), `homework`, `lessons` (subjects), `care`; of a week `from_day`,
`to_day` and the numbers of its summary.
"""

from collections.abc import Mapping
from typing import Final

from app.kinds import NEWS
from notifications.wording import TAP_EN, TAP_VI, Kind, Wording

BOOK_KINDS: Final[Mapping[str, Kind]] = {
    "remark": Kind(
        news=NEWS["remark"],
        vi=Wording(
            inbox=("Nhận xét về {student}", "Ngày {day}: {book}"),
            push=("Sổ liên lạc có nhận xét mới", TAP_VI),
        ),
        en=Wording(
            inbox=("Remarks about {student}", "{day}: {book}"),
            push=("A new remark in the contact book", TAP_EN),
        ),
    ),
    "homework": Kind(
        news=NEWS["homework"],
        vi=Wording(
            inbox=("Bài tập của {student}", "Giao ngày {day}: {book}"),
            push=("Con có bài tập mới", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s homework", "Set on {day}: {book}"),
            push=("New homework", TAP_EN),
        ),
    ),
    "daily_book": Kind(
        news=NEWS["daily_book"],
        vi=Wording(
            inbox=("Sổ liên lạc của {student}", "Ngày {day}: {book}"),
            push=("Sổ liên lạc hôm nay đã có", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s contact book", "{day}: {book}"),
            push=("The day's contact book is there", TAP_EN),
        ),
    ),
    "weekly_summary": Kind(
        news=NEWS["weekly_summary"],
        vi=Wording(
            inbox=("Tuần học của {student}", "{span}: {week}"),
            push=("Tóm tắt tuần học của con", TAP_VI),
        ),
        en=Wording(
            inbox=("{student}'s week", "{span}: {week}"),
            push=("Your child's week in brief", TAP_EN),
        ),
    ),
}
