"""What is told of messages between family and school. None says what was written.

Parameters: `student`, and `person`, who wrote; of a report `verdict`.
"""

from collections.abc import Mapping
from typing import Final

from app.kinds import NEWS
from notifications.wording import TAP_EN, TAP_VI, Kind, Wording

MESSAGE_KINDS: Final[Mapping[str, Kind]] = {
    # To the other side: the family, or who teaches the pupil.
    "message": Kind(
        news=NEWS["message"],
        vi=Wording(
            inbox=("Tin nhắn về {student}", "{person} đã nhắn. Chạm để đọc và trả lời."),
            push=("Bạn có tin nhắn trong sổ liên lạc", TAP_VI),
        ),
        en=Wording(
            inbox=("A message about {student}", "{person} has written. Tap to read and answer."),
            push=("You have a message in the contact book", TAP_EN),
        ),
    ),
    # To the school's principals.
    "message_report": Kind(
        news=NEWS["message_report"],
        vi=Wording(
            inbox=("Có tin nhắn bị báo cáo", "Mời thầy cô xem tin nhắn và lý do, rồi quyết định."),
            push=("Có tin nhắn bị báo cáo", TAP_VI),
        ),
        en=Wording(
            inbox=("A message was reported", "Please look at the message and why, and decide."),
            push=("A message was reported", TAP_EN),
        ),
    ),
    # To who reported it, and to nobody else.
    "report_decided": Kind(
        news=NEWS["report_decided"],
        vi=Wording(
            inbox=("Báo cáo tin nhắn của bạn đã được xử lý", "{verdict}"),
            push=("Báo cáo của bạn đã được xử lý", TAP_VI),
        ),
        en=Wording(
            inbox=("The message that you reported was looked at", "{verdict}"),
            push=("Your report was decided on", TAP_EN),
        ),
    ),
}
