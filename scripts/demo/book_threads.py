"""A few conversations between families and teachers, of the demo's past month, all of them read."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.model import key_of
from app.schools.common import ZONE
from scripts.demo.book_notices import readers_of
from scripts.demo.ids import account_id
from scripts.demo.lots import demo_id
from scripts.demo.people import Staff, Student
from scripts.demo.places import School
from scripts.demo.structure import Province
from scripts.demo.writing import insert_rows


class Talk(Struct, frozen=True, kw_only=True):
    """A thread: of a named child, or of the `nth` of a class; `said`: days ago, time, whether the
    family says it, what."""

    school_id: int
    class_name: str
    name: str | None = None
    nth: int = 0
    subject: str | None = None
    said: tuple[tuple[int, str, bool, str], ...]


TALKS: Final = (
    Talk(
        school_id=2,
        class_name="6A1",
        name="Nguyễn Minh Khang",
        said=(
            (20, "19:42", True, "Chào cô, cháu Khang hay quên ghi bài tập về nhà. Cô xem giúp ở lớp"
             " cháu có chép kịp không ạ?"),
            (19, "11:50", False, "Chào chị. Ở lớp Khang chép hơi chậm vì ngồi xa bảng. Từ tuần sau"
             " em chuyển con lên bàn hai, chị theo dõi thêm giúp em nhé."),
            (19, "12:15", True, "Dạ vâng, cảm ơn cô nhiều ạ."),
            (9, "17:30", False, "Chị ơi, hai tuần nay Khang ghi bài đầy đủ rồi, con còn giúp bạn"
             " cùng bàn nữa. Chị động viên con nhé."),
            (9, "20:05", True, "Ôi vui quá, để tối em khen cháu. Cảm ơn cô!"),
        ),
    ),
    Talk(
        school_id=2,
        class_name="6A1",
        name="Nguyễn Minh Khang",
        subject="Toán",
        said=(
            (8, "20:10", True, "Thầy cô cho em hỏi bài 3 phiếu số 4, cháu làm ra hai đáp án ạ."),
            (7, "11:32", False, "Đề in thiếu dữ kiện “số tự nhiên” chị nhé, đáp án là 12. Ngày mai"
             " em sẽ nhắc cả lớp."),
            (7, "11:45", True, "Dạ, cảm ơn ạ."),
        ),
    ),
    Talk(
        school_id=2,
        class_name="6A1",
        name="Trần Gia Bảo",
        said=(
            (13, "06:20", True, "Cô ơi hôm nay cháu Bảo hơi sốt, em xin phép cho cháu nghỉ ạ."),
            (13, "06:41", False, "Vâng anh, anh gửi giúp em đơn xin nghỉ trong ứng dụng nhé. Chúc"
             " con mau khỏe."),
        ),
    ),
    Talk(
        school_id=2,
        class_name="6A1",
        nth=9,
        said=(
            (4, "18:20", True, "Cô cho hỏi đi Đại Nội phụ huynh có đi cùng được không ạ?"),
            (4, "18:45", False, "Dạ được, phụ huynh tự túc phương tiện và vé giúp lớp ạ."),
        ),
    ),
    Talk(
        school_id=2,
        class_name="6A1",
        nth=17,
        said=((2, "20:30", True, "Cô ơi, cháu để quên áo khoác ở lớp, nhờ cô giữ giúp ạ."),
              (1, "07:10", False, "Em thấy rồi ạ, em để ở bàn giáo viên.")),
    ),
    Talk(
        school_id=1,
        class_name="3/1",
        name="Nguyễn Ngọc Bảo An",
        said=(
            (11, "17:05", False, "Chào chị, tuần này Bảo An ăn trưa rất ngoan, ngủ đủ giấc. Con đọc"
             " bài tiến bộ nhiều."),
            (11, "18:30", True, "Dạ em cảm ơn cô. Ở nhà cháu cũng thích đọc truyện hơn rồi ạ."),
        ),
    ),
)  # fmt: skip

_COLUMNS: Final = {
    "thread": (
        "school_id", "id", "student_id", "kind", "subject", "opened_by", "created_at", "last_at",
        "last_seq",
    ),
    "thread_message": (
        "school_id", "thread_id", "seq", "id", "author_account_id", "author_kind", "author_name",
        "text", "search_key", "sent_at",
    ),
    "thread_read": ("school_id", "thread_id", "account_id", "side", "seq", "at"),
}  # fmt: skip


async def write_threads(
    conn: db.Conn, province: Province, school: School, *, days: int, today: date
) -> None:
    """Those that began within the last `days`."""
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    for talk in TALKS:
        if talk.school_id == school.id and talk.said[0][0] <= days:
            _add(rows, province, talk, today)
    for table, columns in _COLUMNS.items():
        await insert_rows(conn, table, columns, rows[table])


def _add(
    rows: dict[str, list[tuple[Any, ...]]], province: Province, talk: Talk, today: date
) -> None:
    pupil, teacher = _pupil(province, talk), _teacher(province, talk)
    guardian = province.population.families[pupil.family].guardians[0]
    times = [_moment(today, ago, at) for ago, at, _, _ in talk.said]
    thread_id = demo_id("thread", pupil.id, talk.subject, at=times[0])
    for seq, (at, (_, _, is_family, text)) in enumerate(zip(times, talk.said, strict=True), 1):
        who = guardian if is_family else teacher
        rows["thread_message"].append(
            (talk.school_id, thread_id, seq, demo_id("message", thread_id, seq, at=at),
             account_id(who.phone), "guardian" if is_family else "staff", who.name, text,
             key_of(text), at)
        )  # fmt: skip
    opener = guardian if talk.said[0][2] else teacher
    last = len(times)
    rows["thread"].append(
        (talk.school_id, thread_id, pupil.id, "subject" if talk.subject else "homeroom",
         talk.subject, account_id(opener.phone), times[0], times[-1], last)
    )  # fmt: skip
    seen = times[-1] + timedelta(minutes=7)
    sides: list[tuple[UUID, str]] = [
        *((each, "guardian") for each in readers_of(province.population.families, pupil)),
        (account_id(teacher.phone), "staff"),
    ]
    rows["thread_read"] += [
        (talk.school_id, thread_id, account, side, last, seen) for account, side in sides
    ]


def _pupil(province: Province, talk: Talk) -> Student:
    of_class: Sequence[Student] = [
        each
        for each in province.population.students
        if each.school_id == talk.school_id and each.class_name == talk.class_name
    ]
    if talk.name is None:
        return of_class[talk.nth]
    return next(each for each in of_class if each.name == talk.name)


def _teacher(province: Province, talk: Talk) -> Staff:
    staff = province.staff[talk.school_id]
    if talk.subject is None:
        return next(each for each in staff if each.homeroom == talk.class_name)
    return next(each for each in staff if (talk.class_name, talk.subject) in each.teaches)


def _moment(today: date, ago: int, at: str) -> datetime:
    return datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), ZONE)
