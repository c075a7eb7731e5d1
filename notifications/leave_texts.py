"""What is told of absence, leave and closures.

Parameters beside those of texts.py: `shift` (its name), `held` (how many), `from_day`, `to_day`
(dates, both inclusive), `part` (day, morning, afternoon, early_exit; optional: day), `exit_at`
("10:30", the school's time, of an early exit), `decision` (approved, rejected, withdrawn),
`message` (optional: why; a note to an approval), `closure` (storm, flood, other), and `person` in
place of `student` where a member of staff asks. Of a closure `school` may be the unit that ordered
it. Of an absence `at` is the instant until which nothing was recorded: the cut-off.

Nothing says why somebody is away: that may be an illness, and is read where it is decided.
"""

from collections.abc import Mapping
from typing import Final

from app.kinds import DIGEST, NEWS
from notifications.wording import TAP_EN, TAP_VI, Kind, Wording

_CALL_VI: Final = "Chạm để biết cần làm gì"
_CALL_EN: Final = "Tap to see what to do"

LEAVE_KINDS: Final[Mapping[str, Kind]] = {
    # SMS without diacritics: 160 characters a part instead of 70.
    "absence": Kind(
        news=NEWS["absence"],
        tone="alarm",
        vi=Wording(
            inbox=(
                "{student} chưa có mặt ở trường lúc {time}",
                "{shift}, {school}. Nếu con ở nhà, hãy gửi đơn xin nghỉ. Nếu con đã đi học, hãy gọi"
                " ngay cho giáo viên chủ nhiệm.",
            ),
            push=("Con chưa có mặt ở trường", _CALL_VI),
            sms="Cong Truong: {child} chua co mat o truong luc {moment}. Hay goi giao vien chu"
            " nhiem, hoac gui don xin nghi.",
        ),
        en=Wording(
            inbox=(
                "{student} was not at school by {time}",
                "{shift}, {school}. If your child is at home, send a leave request. If your child"
                " has left for school, call the class teacher now.",
            ),
            push=("Your child is not at school yet", _CALL_EN),
            sms="Cong Truong: {child} was not at school by {moment}. Call the class teacher, or"
            " send a leave request.",
        ),
    ),
    "absence_held": Kind(
        news=NEWS["absence_held"],
        tone="alarm",
        vi=Wording(
            inbox=(
                "Chờ duyệt tin vắng của {held} học sinh",
                "{shift}, ngày {day}, {school}. Chưa gia đình nào được báo. Mời thầy cô xem rồi báo"
                " hoặc bỏ.",
            ),
            push=("Có tin vắng đang chờ thầy cô duyệt", TAP_VI),
        ),
        en=Wording(
            inbox=(
                "Absence alerts of {held} pupils are held",
                "{shift}, {day}, {school}. No family was told. Please look, then release or drop"
                " them.",
            ),
            push=("Absence alerts are waiting for you", TAP_EN),
        ),
    ),
    "closure": Kind(
        version=2,
        news=NEWS["closure"],
        tone="alarm",
        vi=Wording(
            inbox=("{school} cho nghỉ học {span}", "Vì {closure}.{because}"),
            push=("Trường cho nghỉ học", _CALL_VI),
        ),
        en=Wording(
            inbox=("{school}: no school {span}", "Because of {closure}.{because}"),
            push=("School is closed", _CALL_EN),
        ),
    ),
    "closure_ended": Kind(
        news=NEWS["closure_ended"],
        vi=Wording(
            inbox=("{school} đi học lại từ {first}", "Đợt nghỉ vì {closure} kết thúc sớm."),
            push=("Trường đi học lại", TAP_VI),
        ),
        en=Wording(
            inbox=("{school} is open again from {first}", "Closed because of {closure} before."),
            push=("School is open again", TAP_EN),
        ),
    ),
    "leave_asked": Kind(
        news=NEWS["leave_asked"],
        vi=Wording(
            inbox=("Đơn xin nghỉ của {who}", "{leave}. Mời thầy cô xem và quyết định."),
            push=("Có đơn xin nghỉ chờ duyệt", TAP_VI),
        ),
        en=Wording(
            inbox=("{who} asks for leave", "{leave}. Please look at it and decide."),
            push=("A leave request is waiting for you", TAP_EN),
        ),
    ),
    "leave_decided": Kind(
        version=2,
        news=NEWS["leave_decided"],
        vi=Wording(
            inbox=("Đơn xin nghỉ của {who} {decision}", "{leave}.{said}"),
            push=("Đơn xin nghỉ đã có trả lời", TAP_VI),
        ),
        en=Wording(
            inbox=("{who}'s leave {decision}", "{leave}.{said}"),
            push=("A leave request was answered", TAP_EN),
        ),
    ),
    DIGEST: Kind(
        news=NEWS[DIGEST],
        vi=Wording(push=("Có {count} tin mới", TAP_VI)),
        en=Wording(push=("{count} new messages", TAP_EN)),
    ),
}
