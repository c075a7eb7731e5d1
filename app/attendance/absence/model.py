"""A run at a shift's cut-off, its cases, and the doubts that hold an alert back."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from msgspec import Struct

from app.attendance.model import State
from app.errors import Bilingual, NotFound, Unprocessable

Doubt = Literal[
    "run_late",
    "no_scanner",
    "scanner_lost",
    "scanner_silent",
    "scanner_pending",
    "school_share",
    "class_share",
    "code_refused",
    "scan_suspect",
    "scan_taken_back",
    "not_begun",
]
Decision = Literal["release", "drop"]
SkipReason = Literal["recorded", "on_leave", "inside", "closed", "left", "decided", "unknown"]

# In the order of DESIGN 4: what concerns the school before what concerns the pupil.
WORDS: Final[Mapping[Doubt, Bilingual]] = {
    "run_late": (
        "Đến giờ chốt hệ thống bị gián đoạn, ca học đã kết thúc mới xét được",
        "The system was away at the cut-off; the shift was over before it could look",
    ),
    "no_scanner": (
        "Hôm đó chưa có máy quét nào mở ở cơ sở này",
        "No scanner had been opened at this campus that day",
    ),
    "scanner_lost": (
        "Một máy đang quét bị báo mất: lượt quét trong máy không về được nữa",
        "A phone that was scanning is reported lost, with the scans in it",
    ),
    "scanner_silent": (
        "Có máy quét đang mở mà mất liên lạc",
        "A scanner is open and not heard of",
    ),
    "scanner_pending": (
        "Có máy quét còn lượt quét chưa gửi về",
        "A scanner holds scans that it has not sent",
    ),
    "school_share": (
        "Quá nhiều học sinh toàn trường chưa quét",
        "Too many pupils of the whole school are missing",
    ),
    "class_share": (
        "Quá nhiều học sinh của lớp chưa quét",
        "Too many pupils of the class are missing",
    ),
    "code_refused": (
        "Mã thật của em đã bị từ chối trong ngày vì vị trí, giờ hoặc thiết bị",
        "A genuine code of the pupil was refused that day for place, time or device",
    ),
    "scan_suspect": (
        "Có lượt quét thẻ của em đang chờ xem xét",
        "A scan of the pupil's card waits to be reviewed",
    ),
    "scan_taken_back": (
        "Lượt quét của em đã bị huỷ hoặc bị loại sau giờ chốt",
        "A scan of the pupil was undone or rejected after the cut-off",
    ),
    "not_begun": (
        "Trường chưa phát thẻ nên chưa xét vắng",
        "The school has issued no cards yet, so nobody is looked for",
    ),
}
ORDER: Final = tuple(WORDS)

# A genuine code that was refused so belongs to a pupil who may well be there.
CODE_REFUSED: Final = (
    "geo_outside",
    "need_better_fix",
    "mock_suspect",
    "invalid",
    "code_expired",
    "code_future",
    "device_revoked",
    "device_unbound",
)


class NoSuchRun(NotFound):
    """Chưa chốt điểm danh ca này | This shift's attendance has not been decided yet"""


class NoSuchGuardian(NotFound):
    """Không có người giám hộ này để gọi | No such guardian to call"""


class BadRules(Unprocessable):
    """Quy định điểm danh không đúng | The rules of attendance are not valid"""


class Rules(Struct, frozen=True, kw_only=True):
    """How a school decides. `alert_after_min`: after a shift's cut-off.

    Where more than `class_share` of a class or `school_share` of the pupils of the shift are
    missing, nobody is told before the principal says so. `past_month_needs_two`: a correction in a
    month that is over takes a second person. `sms_budget_a_day`: absence alerts by SMS.
    """

    alert_after_min: int = 15
    class_share: float = 0.30
    school_share: float = 0.15
    sms_budget_a_day: int = 100
    past_month_needs_two: bool = True

    @property
    def alert_after(self) -> timedelta:
        return timedelta(minutes=self.alert_after_min)


class Due(Struct, frozen=True, kw_only=True):
    """A shift whose cut-off is past and was not decided; whether it is held, the plan says."""

    school_id: int
    plan_version: int
    day: date
    shift_id: UUID


class Seen(Struct, frozen=True, kw_only=True):
    """A pupil who belongs to the shift on that day.

    `state` None: there is no row of the shift. `was_scanned`: something counts in it all the same.
    `is_inside`: came in an earlier shift of the day and was not scanned out.
    """

    student_id: UUID
    class_id: UUID
    name: str
    state: State | None
    was_scanned: bool
    is_inside: bool


class Held(Struct, frozen=True, kw_only=True):
    """A pupil whom the run found missing; no `doubts`: the guardians are told."""

    student_id: UUID
    class_id: UUID
    name: str
    doubts: list[Doubt]


class Run(Struct, frozen=True, kw_only=True):
    """A shift's cut-off, decided. `doubts` are those about more than one pupil."""

    school_id: int
    day: date
    shift_id: UUID
    ran_at: datetime
    enrolled: int
    missing: int
    on_leave: int
    told: int
    held: int
    doubts: list[Doubt]


class Case(Struct, frozen=True, kw_only=True):
    """A pupil who was missing at the cut-off, and the state of the shift as it stands now.

    `ran_at`: of one who is missing since a scan was taken back (`scan_taken_back`) that moment.
    """

    student_id: UUID
    shift_id: UUID
    name: str
    sort_key: str
    class_id: UUID
    class_name: str
    ran_at: datetime
    doubts: list[Doubt]
    decision: Decision | None
    decided_by: str | None
    decided_at: datetime | None
    told_at: datetime | None
    state: State


class GuardianToCall(Struct, frozen=True, kw_only=True):
    """A guardian who may be called about the pupil; the number is looked up when it is called."""

    guardian_id: UUID
    name: str
    relation: str


class Missing(Struct, frozen=True, kw_only=True):
    """A pupil of whom nothing was recorded in the shift. `is_held`: an alert waits for a decision.

    `told_at`: when the guardians were told of the absence; null: not yet.
    """

    student_id: UUID
    name: str
    sort_key: str
    class_id: UUID
    class_name: str
    shift_id: UUID
    is_held: bool
    told_at: datetime | None
    guardians: list[GuardianToCall]


class Skipped(Struct, frozen=True, kw_only=True):
    """A pupil whom nobody was told of. `decided`: before; `unknown`: not held in this shift."""

    student_id: UUID
    why: SkipReason


class Decided(Struct, frozen=True, kw_only=True):
    """What a decision did: `decided` cases; the guardians of `told` of them are told now."""

    decision: Decision
    decided: int
    told: int
    skipped: list[Skipped]


def run_event_id(school_id: int, day: date, shift_id: UUID) -> UUID:
    """The event under which principals hear of what a run held."""
    return uuid5(NAMESPACE_OID, f"absence-run/{school_id}/{day.isoformat()}/{shift_id}")


def in_order(doubts: "set[Doubt]") -> list[Doubt]:
    return [doubt for doubt in ORDER if doubt in doubts]
