"""The notices of the demo's past month: who got them, who read them, what they answered."""

import random
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.model import key_of
from app.schools.common import ZONE
from scripts.demo.ids import account_id, class_id
from scripts.demo.lots import demo_id, draws
from scripts.demo.people import (
    ADMIN_PHONE,
    HOMEROOM_PHONE,
    OTHER_PARENT_PHONE,
    PARENT_PHONE,
    Family,
    Staff,
    Student,
)
from scripts.demo.places import LOWER_SECONDARY, ORG_UNITS, PRIMARY, School
from scripts.demo.structure import Province
from scripts.demo.writing import insert_rows

AnswerKind = Literal["none", "acknowledge", "rsvp", "yes_no", "choice", "text"]
State = Literal["draft", "published", "withdrawn"]
_DEPARTMENT: Final = ORG_UNITS[0]
# These two families are whom one logs in as: what is newer waits for them.
_UNREAD_FOR_NAMED: Final = timedelta(days=6)
_READS: Final = 0.75


class Notice(Struct, frozen=True, kw_only=True):
    """`by`: the principal, a class's homeroom teacher or the department. `ago`, `until`: days
    before and after today. `answers`: what is said, each so often; the rest say nothing."""

    key: str
    by: Literal["principal", "homeroom", "department"]
    ago: int
    title: str
    body: str
    at: time = time(16, 40)
    only_class: str | None = None
    school: School | None = None
    to_staff: bool = False
    state: State = "published"
    answer_kind: AnswerKind = "none"
    options: tuple[str, ...] = ()
    until: int | None = None
    answers: dict[str, float] = {}
    notes: tuple[str, ...] = ()


NOTICES: Final = (
    Notice(
        key="traffic",
        by="department",
        ago=26,
        title="Tuần lễ an toàn giao thông cho học sinh",
        body="Sở Giáo dục và Đào tạo đề nghị quý phụ huynh cùng nhà trường nhắc các em đội mũ bảo"
        " hiểm khi ngồi sau xe máy, đi đúng làn đường, không tụ tập trước cổng trường. Phụ huynh"
        " đưa đón con dừng xe đúng vạch, không dừng dưới lòng đường trong giờ vào học và tan học.",
        at=time(9, 5),
    ),
    Notice(
        key="meeting",
        by="principal",
        ago=23,
        title="Mời họp phụ huynh",
        body="Kính mời quý phụ huynh dự họp vào 7 giờ 30 sáng Chủ nhật tuần này tại phòng học của"
        " lớp. Nội dung: tình hình học tập, nền nếp của lớp; các hoạt động sắp tới; trao đổi riêng"
        " với giáo viên chủ nhiệm. Phụ huynh vắng mặt sẽ được gửi biên bản qua sổ liên lạc.",
        answer_kind="rsvp",
        until=-19,
        answers={"yes": 0.84, "no": 0.09, "maybe": 0.03},
        notes=("Bố cháu đi thay ạ.", "Tôi bận trực, xin gặp cô sau."),
    ),
    Notice(
        key="staff",
        by="principal",
        ago=17,
        title="Họp hội đồng sư phạm",
        body="Mời toàn thể cán bộ, giáo viên, nhân viên dự họp hội đồng lúc 17 giờ 15 thứ Năm tại"
        " phòng hội đồng. Các tổ chuyên môn chuẩn bị báo cáo ngắn gọn.",
        to_staff=True,
        answer_kind="acknowledge",
        until=-14,
        answers={"ok": 0.9},
    ),
    Notice(
        key="dengue",
        by="principal",
        ago=15,
        title="Phòng chống sốt xuất huyết trong mùa mưa",
        body="Trạm y tế phường sẽ phun hóa chất diệt muỗi trong sân trường vào chiều thứ Bảy."
        " Quý phụ huynh giúp nhà trường đậy kín dụng cụ chứa nước ở nhà, cho con ngủ màn, mặc"
        " áo dài tay buổi tối. Con sốt cao từ 2 ngày, xin đưa con đi khám và báo cho cô giáo.",
    ),
    Notice(
        key="wrong",
        by="principal",
        ago=12,
        school=LOWER_SECONDARY,
        title="Lịch chụp ảnh thẻ học sinh",
        body="Lớp 6 chụp ảnh thẻ vào sáng thứ Ba.",
        state="withdrawn",
    ),
    Notice(
        key="photos",
        by="principal",
        ago=11,
        school=LOWER_SECONDARY,
        title="Lịch chụp ảnh thẻ học sinh (đã sửa)",
        body="Lớp 6 và lớp 7 chụp ảnh thẻ vào sáng thứ Tư, lớp 8 và lớp 9 vào chiều thứ Tư. Các em"
        " mặc đồng phục, đeo khăn quàng. Thông báo trước ghi nhầm ngày, mong phụ huynh thông cảm.",
    ),
    Notice(
        key="books",
        by="homeroom",
        ago=10,
        school=PRIMARY,
        only_class="3/1",
        title="Góp sách cho tủ sách của lớp",
        body="Lớp mình lập tủ sách ở cuối phòng học. Mời các con mang đến lớp một cuốn sách đã đọc"
        " và yêu thích để trao đổi với bạn. Sách sẽ được trả lại cuối năm học. Việc góp sách là tự"
        " nguyện, con nào chưa có cũng được mượn.",
    ),
    Notice(
        key="trip",
        by="homeroom",
        ago=5,
        school=LOWER_SECONDARY,
        only_class="6A1",
        title="Trải nghiệm tại Đại Nội Huế",
        body="Sáng thứ Bảy tuần sau lớp 6A1 đi trải nghiệm tại Đại Nội cùng môn Lịch sử và Địa lí."
        "\n\n- Tập trung: 6 giờ 45 tại cổng chính của trường, đi xe đưa đón.\n- Về đến trường:"
        " 11 giờ 15.\n- Mang theo: nước uống, mũ, áo mưa mỏng, vở ghi.\n- Vé tham quan miễn phí"
        " cho học sinh.\n\nMời phụ huynh trả lời con có tham gia không, ghi chú nếu con say xe"
        " hoặc cần thuốc.",
        answer_kind="choice",
        options=("Con tham gia", "Con tham gia, phụ huynh tự đưa đón", "Con không tham gia"),
        until=3,
        answers={
            "Con tham gia": 0.62,
            "Con tham gia, phụ huynh tự đưa đón": 0.1,
            "Con không tham gia": 0.06,
        },
        notes=("Cháu hay say xe, nhờ cô cho ngồi ghế đầu ạ.", "Gia đình cảm ơn cô."),
    ),
    Notice(
        key="health",
        by="principal",
        ago=3,
        title="Khám sức khỏe định kì cho học sinh",
        body="Trung tâm y tế khám sức khỏe định kì cho học sinh tại trường vào tuần tới: cân đo,"
        " mắt, tai mũi họng, răng miệng. Việc khám không thu tiền. Kết quả được gửi riêng cho từng"
        " gia đình. Quý phụ huynh đồng ý cho con khám tại trường không?",
        answer_kind="yes_no",
        until=4,
        answers={"yes": 0.7, "no": 0.04},
        notes=("Cháu dị ứng hải sản, nhờ cô báo bác sĩ.",),
    ),
    Notice(
        key="spring",
        by="principal",
        ago=1,
        title="Phong trào “Trường em xanh”",
        body="Dự thảo: mỗi lớp nhận chăm sóc một bồn cây. Chi tiết sẽ gửi sau khi thống nhất với"
        " ban đại diện cha mẹ học sinh.",
        state="draft",
        school=LOWER_SECONDARY,
    ),
)


async def write_notices(
    conn: db.Conn, province: Province, school: School, *, days: int, today: date
) -> None:
    """Those of the last `days`, with what became of them; nobody is told of the past."""
    writing = _Writing(province, school, today)
    for notice in NOTICES:
        is_here = notice.school is None or notice.school is school
        if is_here and notice.ago <= days:
            writing.add(notice)
    for table, columns in _COLUMNS.items():
        await insert_rows(conn, table, columns, writing.rows[table])


async def write_department_notices(conn: db.Conn, *, days: int, today: date) -> None:
    """The department's own row of what it wrote to all schools."""
    rows = []
    for notice in NOTICES:
        if notice.by == "department" and notice.ago <= days:
            at = _moment(today, notice)
            rows.append(
                (_notice_id(None, notice, at), _DEPARTMENT[0], account_id(ADMIN_PHONE),
                 notice.title, notice.body, True, False, False, "none", False,
                 key_of(notice.title, notice.body), at, at, at)
            )  # fmt: skip
    await insert_rows(
        conn,
        "department_announcement",
        ("id", "org_unit_id", "author_account_id", "title", "body", "to_families", "to_staff",
         "to_leaders", "answer_kind", "is_urgent", "search_key", "created_at", "changed_at",
         "published_at"),
        rows,
    )  # fmt: skip


_COLUMNS: Final = {
    "announcement": (
        "school_id", "id", "origin_id", "author_account_id", "author_staff_id", "author_name",
        "author_title", "state", "title", "body", "to_families", "to_staff", "to_leaders",
        "answer_kind", "answer_options", "answer_until", "is_urgent", "search_key", "created_at",
        "changed_at", "published_at", "withdrawn_at", "withdrawn_by", "withdrawn_reason",
    ),
    "announcement_audience": ("school_id", "announcement_id", "kind", "ref"),
    "announcement_recipient": (
        "school_id", "announcement_id", "person_kind", "person_id", "class_id", "published_at",
        "changed_at", "read_at", "answer", "note", "answered_by", "answered_at",
    ),
    "announcement_read": (
        "school_id", "announcement_id", "person_kind", "person_id", "account_id", "read_at",
    ),
    "announcement_answer": (
        "school_id", "announcement_id", "person_kind", "person_id", "nth", "account_id", "answer",
        "note", "answered_at",
    ),
}  # fmt: skip


class _Writing:
    """Rows of a school's notices, table by table."""

    def __init__(self, province: Province, school: School, today: date) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        self._school = school
        self._today = today
        self._staff = province.staff[school.id]
        self._pupils = [s for s in province.population.students if s.school_id == school.id]
        self._families = province.population.families

    def add(self, notice: Notice) -> None:
        at = _moment(self._today, notice)
        notice_id = _notice_id(self._school, notice, at)
        author = self._author(notice)
        is_gone = notice.state == "withdrawn"
        self.rows["announcement"].append(
            (self._school.id, notice_id, notice_id if author is None else None,
             account_id(author.phone if author else ADMIN_PHONE), author.id if author else None,
             author.name if author else _DEPARTMENT[3], _TITLES[notice.by], notice.state,
             notice.title, notice.body, not notice.to_staff, notice.to_staff, False,
             notice.answer_kind, list(notice.options), self._until(notice), False,
             key_of(notice.title, notice.body), at, at + timedelta(hours=2 * is_gone),
             None if notice.state == "draft" else at,
             at + timedelta(hours=2) if is_gone else None,
             account_id(author.phone) if is_gone and author else None,
             "Ghi nhầm ngày, nhà trường gửi lại thông báo đúng." if is_gone else None)
        )  # fmt: skip
        self.rows["announcement_audience"].append(
            (self._school.id, notice_id, *self._audience(notice))
        )
        if notice.state != "draft":
            rng = draws("notice", self._school.id, notice.key)
            for kind, person_id, of_class, accounts in self._people(notice, author):
                self._reach(notice, notice_id, at, rng, kind, person_id, of_class, accounts)

    def _author(self, notice: Notice) -> Staff | None:
        if notice.by == "department":
            return None
        if notice.by == "principal":
            return next(each for each in self._staff if "principal" in each.roles)
        return next(each for each in self._staff if each.homeroom == notice.only_class)

    def _audience(self, notice: Notice) -> tuple[str, str]:
        if notice.only_class is not None:
            return "class", str(class_id(self._school.id, notice.only_class))
        return "school", ""

    def _until(self, notice: Notice) -> datetime | None:
        if notice.until is None:
            return None
        return datetime.combine(self._today + timedelta(days=notice.until), time(17), ZONE)

    def _people(
        self, notice: Notice, author: Staff | None
    ) -> Iterable[tuple[str, UUID, UUID | None, list[UUID]]]:
        """Kind, person, a pupil's class, and the accounts that may read it."""
        if notice.to_staff:
            for member in self._staff:
                if member is not author:
                    yield "staff", member.id, None, [account_id(member.phone)]
            return
        for pupil in self._pupils:
            if notice.only_class in (None, pupil.class_name):
                of_class = class_id(self._school.id, pupil.class_name)
                yield "student", pupil.id, of_class, readers_of(self._families, pupil)

    def _reach(
        self,
        notice: Notice,
        notice_id: UUID,
        at: datetime,
        rng: random.Random,
        kind: str,
        person_id: UUID,
        of_class: UUID | None,
        accounts: Sequence[UUID],
    ) -> None:
        is_named = bool(_NAMED & set(accounts))
        is_new = self._today - at.astimezone(ZONE).date() < _UNREAD_FOR_NAMED
        reads = []
        for each in accounts:
            is_read, after = rng.random() < _READS, timedelta(minutes=rng.expovariate(1 / 150))
            if (is_read and not is_named) or (is_named and not is_new):
                reads.append((each, at + timedelta(minutes=2) + after))
        answer = _draw(rng, notice) if reads and notice.state != "withdrawn" else None
        note = rng.choice(notice.notes) if notice.notes and rng.random() < 0.06 else ""
        # Nobody has done anything today, or in the time to come.
        end = datetime.combine(self._today, time(), ZONE) - timedelta(minutes=30)
        reads = [(each, min(when, end)) for each, when in reads]
        who, answered_at = reads[0] if reads and answer else (None, None)
        self.rows["announcement_recipient"].append(
            (self._school.id, notice_id, kind, person_id, of_class, at, answered_at or at,
             min((when for _, when in reads), default=None), answer, note if answer else None,
             who, answered_at)
        )  # fmt: skip
        self.rows["announcement_read"] += [
            (self._school.id, notice_id, kind, person_id, each, when) for each, when in reads
        ]
        if answer:
            self.rows["announcement_answer"].append(
                (self._school.id, notice_id, kind, person_id, 1, who, answer, note, answered_at)
            )


_TITLES: Final = {
    "principal": "principal",
    "homeroom": "homeroom_teacher",
    "department": "department",
}
_NAMED: Final = {account_id(phone) for phone in (PARENT_PHONE, OTHER_PARENT_PHONE, HOMEROOM_PHONE)}


def readers_of(families: Sequence[Family], pupil: Student) -> list[UUID]:
    """The accounts of the guardians whom no court keeps from the pupil."""
    guardians = families[pupil.family].guardians
    return [account_id(each.phone) for each in guardians if not each.is_blocked]


def _draw(rng: random.Random, notice: Notice) -> str | None:
    lot = rng.random()
    for answer, share in notice.answers.items():
        lot -= share
        if lot < 0:
            return answer
    return None


def _moment(today: date, notice: Notice) -> datetime:
    return datetime.combine(today - timedelta(days=notice.ago), notice.at, ZONE)


def _notice_id(school: School | None, notice: Notice, at: datetime) -> UUID:
    """The department's is the same in every school."""
    of_school = None if school is None or notice.by == "department" else school.id
    return demo_id("notice", of_school, notice.key, at=at)
