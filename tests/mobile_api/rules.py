"""Who gets in where, written by hand and apart from the code: the walk holds one against the other.

A line a route. `here`: these roles in the school that is named (of the class or family or not);
`own`: these roles only for their own class, child, screen, session or item; `anywhere`: these roles
in whatever school or department. A guardian who is kept from the child by a court, another family,
another class, another school, somebody without any role, a revoked session: nobody of these gets in
unless a line says so.

`body` and `query` are the least that works; `{names}` are ids of the walk's world, `ids` replaces
what the path means by a name. `answer`: what comes where it is not the route's first success.
"""

from typing import Any, Final

from msgspec import Struct

from tests.pictures import picture, zipped

Roles = tuple[str, ...]
TEACHERS: Final[Roles] = ("homeroom_teacher", "subject_teacher")
SCANNERS: Final[Roles] = ("principal", *TEACHERS, "guard")
STAFF: Final[Roles] = (*SCANNERS, "accountant")
WHOLE_SCHOOL: Final[Roles] = ("principal", "guard", "accountant")
PRINCIPAL: Final[Roles] = ("principal",)
DEPARTMENT: Final[Roles] = ("department_admin",)
LEADER: Final[Roles] = ("homeroom_teacher",)


class Rule(Struct, frozen=True, kw_only=True):
    public: bool = False
    signed_in: bool = False
    here: Roles = ()
    own: Roles = ()
    anywhere: Roles = ()
    # Whom the document lets knock, where it is more than the roles above: everybody signed in, or
    # these roles. What they ask for is not theirs, and so it is not there.
    door_is_open: bool = False
    door_is_for: Roles = ()
    body: Any = None
    # A form's file instead of a body: name, content, media type.
    file: tuple[str, bytes, str] | None = None
    # Bytes and their media type, sent as they are.
    raw: tuple[bytes, str] | None = None
    query: dict[str, str] = {}
    ids: dict[str, str] = {}
    answer: tuple[int, str] | None = None
    # The door lets these in, and the answer says for each why it is not done.
    refused_within: dict[str, str] = {}
    # How those are refused who may knock, but whose things these are not.
    not_theirs: int = 404

    @property
    def who(self) -> list[str]:
        """What the document must say in `x-who`."""
        if self.public:
            return ["public"]
        if self.signed_in or self.door_is_open:
            return ["signed_in"]
        return sorted({*self.here, *self.own, *self.anywhere, *self.door_is_for})

    def lets_in(self, role: str, scope: str) -> bool:
        """Whether somebody signed in gets through; `scope` is where the role is held."""
        return (
            self.public
            or self.signed_in
            or role in self.anywhere
            or (role in self.here and scope in ("own", "next"))
            or (role in self.own and scope == "own")
        )

    def lets_knock(self, role: str) -> bool:
        return self.who == ["signed_in"] or role in self.who


_DEVICE: Final = {
    "id": "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a10",
    "name": "Máy mới",
    "platform": "android",
}
_PHONE: Final = "0912345678"
_EVENT: Final = "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a11"
_AT: Final = "2026-11-16T06:52:00+07:00"
_FENCE: Final = {"type": "circle", "lat": 16.46, "lng": 107.59, "radius_m": 80}
_SHIFT: Final = {
    "name": "Ca chiều",
    "starts_at": "13:00",
    "ends_at": "17:00",
    "late_after": "13:05",
    "cut_off": "13:30",
    "weekdays": [1, 2, 3],
}
_CLASS: Final = {
    "school_year": "2026-2027",
    "grade": 6,
    "name": "6A9",
    "campus_id": "{campus_id}",
    "shift_ids": ["{shift_id}"],
}
_SCAN: Final = {
    "event_id": _EVENT,
    "token": "{card_token}",
    "direction": "in",
    "scanned_at": _AT,
    "mono_ms": 1000,
    "device_seq": 1,
    "station_id": "{station_id}",
    "location": {
        "lat": 16.4637,
        "lng": 107.5909,
        "accuracy_m": 10.0,
        "fixed_at": _AT,
        "provider": "android",
        "is_mock": False,
    },
}
_MARK: Final = {
    "event_id": _EVENT,
    "student_id": "{student_id}",
    "direction": "in",
    "station_id": "{station_id}",
    "reason": "Quên thẻ",
    "location": None,
}
_CHECK_IN: Final = {
    "event_id": _EVENT,
    "station_token": "{station_token}",
    "direction": "in",
    "scanned_at": _AT,
    "location": None,
}
_BEAT: Final = {"station_id": "{station_id}", "pending": 0, "oldest_at": None, "closed": False}
_NO_PHOTO: Final = (404, "no-such-photo")
_NEVER_ISSUED: Final = "x" * 43
_SCHOOL: Final = "/v1/schools/{school_id}"
_STUDENT: Final = _SCHOOL + "/students/{student_id}"
_GUARDIAN: Final = _STUDENT + "/guardians/{guardian_id}"

_SPARE_CAMPUS: Final = {"campus_id": "spare_campus_id"}
_SPARE_CLASS: Final = {"class_id": "spare_class_id"}
_SPARE_SHIFT: Final = {"shift_id": "spare_shift_id"}
_VICE: Final = {"staff_id": "vice_id"}

PUBLIC: Final = {
    "GET /health/live": Rule(public=True),
    "GET /health/ready": Rule(public=True),
    "GET /.well-known/jwks.json": Rule(public=True),
    "POST /v1/auth/login": Rule(
        public=True,
        body={"phone": _PHONE, "password": "sai-mật-khẩu", "device": _DEVICE},
        answer=(401, "wrong-credentials"),
    ),
    "POST /v1/auth/refresh": Rule(
        public=True,
        body={"device_id": _DEVICE["id"], "refresh_token": _NEVER_ISSUED},
        answer=(401, "bad-refresh-token"),
    ),
    "POST /v1/auth/otp": Rule(public=True, body={"phone": _PHONE, "purpose": "reset"}),
    "POST /v1/auth/otp/verify": Rule(
        public=True,
        body={
            "phone": _PHONE,
            "purpose": "reset",
            "code": "123456",
            "new_password": "con-gà-vàng-07",
            "device": _DEVICE,
        },
        answer=(401, "wrong-code"),
    ),
    "POST /v1/auth/pair": Rule(
        public=True,
        body={"pairing_code": "101-ABCDEFGH", "device": _DEVICE},
        answer=(401, "bad-pairing-code"),
    ),
    "POST /v1/auth/activate": Rule(
        public=True,
        body={
            "code": "101-7KQ2M-XW9TB-B",
            "phone": _PHONE,
            "password": "con-gà-vàng-07",
            "device": _DEVICE,
        },
        answer=(401, "wrong-activation-code"),
    ),
    "GET /v1/consents/texts": Rule(public=True),
}

MINE: Final = {
    "POST /v1/auth/logout": Rule(signed_in=True),
    "GET /v1/auth/sessions": Rule(signed_in=True),
    "DELETE /v1/auth/sessions": Rule(signed_in=True),
    # The session that is named is the guardian's, on another phone.
    "DELETE /v1/auth/sessions/{session_id}": Rule(door_is_open=True, own=("guardian",)),
    "GET /v1/me": Rule(signed_in=True),
    "PATCH /v1/me": Rule(signed_in=True, body={"locale": "en"}),
    "POST /v1/me/password": Rule(
        signed_in=True,
        body={"old_password": "sai-mật-khẩu", "new_password": "con-gà-vàng-07"},
        answer=(422, "wrong-password"),
    ),
    "PUT /v1/me/push-tokens/{device_id}": Rule(
        signed_in=True,
        body={"kind": "fcm", "token": "t", "platform": "android", "locale": "vi"},
    ),
    "DELETE /v1/me/push-tokens/{device_id}": Rule(signed_in=True),
    "GET /v1/push/vapid-key": Rule(signed_in=True),
    "GET /v1/me/notification-preferences": Rule(signed_in=True),
    "PUT /v1/me/notification-preferences": Rule(signed_in=True, body={"items": []}),
    "GET /v1/me/consents": Rule(signed_in=True),
    "PUT /v1/me/consents": Rule(signed_in=True, body={"items": []}),
    "GET /v1/me/device-binding": Rule(anywhere=(*STAFF, "student")),
    "POST /v1/me/device-binding": Rule(anywhere=(*STAFF, "student")),
    "GET /v1/inbox": Rule(signed_in=True),
    "GET /v1/inbox/stream": Rule(signed_in=True),
    # The item that is named lies in the guardian's inbox.
    "POST /v1/inbox/{item_id}/ack": Rule(
        door_is_open=True, own=("guardian",), body={"state": "read"}
    ),
}

DEPARTMENTS: Final = {
    "GET /v1/org-units": Rule(anywhere=DEPARTMENT),
    "POST /v1/org-units": Rule(
        own=DEPARTMENT,
        body={"parent_id": "{unit_id}", "kind": "ward", "name": "Phường"},
        not_theirs=422,
    ),
    "GET /v1/org-units/{unit_id}": Rule(own=DEPARTMENT),
    "PATCH /v1/org-units/{unit_id}": Rule(own=DEPARTMENT, body={"name": "Sở GD&ĐT"}),
    "DELETE /v1/org-units/{unit_id}": Rule(own=DEPARTMENT, ids={"unit_id": "spare_unit_id"}),
    "GET /v1/schools": Rule(signed_in=True),
    "POST /v1/schools": Rule(
        own=DEPARTMENT,
        body={"org_unit_id": "{unit_id}", "name": "Trường mới", "level": "primary"},
        not_theirs=422,
    ),
    f"GET {_SCHOOL}": Rule(
        door_is_open=True, here=(*STAFF, "guardian", "student", "display"), own=DEPARTMENT
    ),
    f"PATCH {_SCHOOL}": Rule(own=DEPARTMENT, body={"name": "Trường cũ"}),
    f"PUT {_SCHOOL}/contact": Rule(here=PRINCIPAL, body={"phone": "0234 382 1234"}),
    f"GET {_SCHOOL}/setup": Rule(here=PRINCIPAL, own=DEPARTMENT),
    "GET /v1/setup": Rule(anywhere=DEPARTMENT),
    f"DELETE {_SCHOOL}": Rule(own=DEPARTMENT),
}

PLACES: Final = {
    f"GET {_SCHOOL}/campuses": Rule(here=STAFF),
    f"POST {_SCHOOL}/campuses": Rule(here=PRINCIPAL, body={"name": "Cơ sở 3", "fence": _FENCE}),
    f"GET {_SCHOOL}/campuses/{{campus_id}}": Rule(here=STAFF),
    f"PATCH {_SCHOOL}/campuses/{{campus_id}}": Rule(here=PRINCIPAL, body={"name": "Cơ sở"}),
    f"DELETE {_SCHOOL}/campuses/{{campus_id}}": Rule(here=PRINCIPAL, ids=_SPARE_CAMPUS),
    f"GET {_SCHOOL}/shifts": Rule(here=STAFF),
    f"POST {_SCHOOL}/shifts": Rule(here=PRINCIPAL, body=_SHIFT),
    f"GET {_SCHOOL}/shifts/{{shift_id}}": Rule(here=STAFF),
    f"PATCH {_SCHOOL}/shifts/{{shift_id}}": Rule(here=PRINCIPAL, body={"name": "Ca"}),
    f"DELETE {_SCHOOL}/shifts/{{shift_id}}": Rule(here=PRINCIPAL, ids=_SPARE_SHIFT),
    f"GET {_SCHOOL}/calendar": Rule(here=STAFF, query={"from": "2026-11-01", "to": "2026-11-30"}),
    f"PUT {_SCHOOL}/calendar/{{day}}": Rule(
        here=PRINCIPAL, body={"kind": "holiday", "name": "Ngày Nhà giáo"}
    ),
    f"DELETE {_SCHOOL}/calendar/{{day}}": Rule(here=PRINCIPAL, ids={"day": "holiday"}),
    f"GET {_SCHOOL}/stations": Rule(here=STAFF),
    f"POST {_SCHOOL}/stations": Rule(
        here=PRINCIPAL, body={"campus_id": "{campus_id}", "name": "Cổng phụ", "kind": "gate"}
    ),
    f"GET {_SCHOOL}/stations/{{station_id}}": Rule(here=STAFF),
    f"PATCH {_SCHOOL}/stations/{{station_id}}": Rule(here=PRINCIPAL, body={"name": "Cổng"}),
    f"DELETE {_SCHOOL}/stations/{{station_id}}": Rule(here=PRINCIPAL),
    "POST /v1/stations/{station_id}/pairing": Rule(here=PRINCIPAL),
    "GET /v1/stations/{station_id}/code": Rule(here=PRINCIPAL, own=("display",)),
    "GET /v1/stations/{station_id}/day-key": Rule(own=("display",)),
}

PEOPLE: Final = {
    f"GET {_SCHOOL}/classes": Rule(here=STAFF),
    f"POST {_SCHOOL}/classes": Rule(here=PRINCIPAL, body=_CLASS),
    f"GET {_SCHOOL}/classes/{{class_id}}": Rule(here=WHOLE_SCHOOL, own=TEACHERS),
    f"PATCH {_SCHOOL}/classes/{{class_id}}": Rule(here=PRINCIPAL, body={"name": "6A8"}),
    f"DELETE {_SCHOOL}/classes/{{class_id}}": Rule(here=PRINCIPAL, ids=_SPARE_CLASS),
    f"GET {_SCHOOL}/classes/{{class_id}}/cards.pdf": Rule(here=PRINCIPAL, own=LEADER),
    f"GET {_SCHOOL}/classes/{{class_id}}/activation-sheet.pdf": Rule(here=PRINCIPAL, own=LEADER),
    f"GET {_SCHOOL}/students": Rule(here=STAFF),
    f"POST {_SCHOOL}/students": Rule(
        here=PRINCIPAL, body={"name": "Lê Thị Dung", "class_id": "{class_id}"}
    ),
    f"GET {_STUDENT}": Rule(here=WHOLE_SCHOOL, own=TEACHERS),
    f"PATCH {_STUDENT}": Rule(here=PRINCIPAL, body={"name": "Nguyễn Văn Ân"}),
    f"DELETE {_STUDENT}": Rule(here=PRINCIPAL),
    f"GET {_STUDENT}/enrolments": Rule(here=PRINCIPAL, own=LEADER),
    f"POST {_STUDENT}/enrolment": Rule(here=PRINCIPAL, body={"class_id": "{next_class_id}"}),
    f"PUT {_STUDENT}/account": Rule(here=PRINCIPAL, body={"phone": _PHONE}),
    f"DELETE {_STUDENT}/account": Rule(here=PRINCIPAL),
    f"POST {_STUDENT}/card": Rule(here=PRINCIPAL, own=LEADER),
    f"DELETE {_STUDENT}/card": Rule(here=PRINCIPAL, own=LEADER),
    "GET /v1/students/{student_id}/phone-code-key": Rule(own=("guardian", "student")),
    "POST /v1/students/{student_id}/card/loss": Rule(
        own=("guardian", "student"), body={"reason": "Rơi trên đường"}
    ),
    f"GET {_STUDENT}/guardians": Rule(here=PRINCIPAL, own=LEADER),
    f"POST {_STUDENT}/guardians": Rule(
        here=PRINCIPAL, body={"name": "Lê Văn Ba", "phone": _PHONE, "relation": "father"}
    ),
    f"GET {_GUARDIAN}": Rule(here=PRINCIPAL, own=LEADER),
    f"PATCH {_GUARDIAN}": Rule(here=PRINCIPAL, body={"relation": "other"}),
    f"DELETE {_GUARDIAN}": Rule(here=PRINCIPAL),
    f"POST {_GUARDIAN}/approve": Rule(here=PRINCIPAL, ids={"guardian_id": "waiting_id"}),
    f"PUT {_GUARDIAN}/custody-block": Rule(
        here=PRINCIPAL, body={"reason": "Toà án", "document_id": "{document_id}"}
    ),
    f"POST {_GUARDIAN}/custody-block/lift": Rule(here=PRINCIPAL, body={"reason": "Hết hạn"}),
    f"GET {_GUARDIAN}/custody": Rule(here=PRINCIPAL),
    f"POST {_GUARDIAN}/custody-documents": Rule(
        here=PRINCIPAL, file=("quyet-dinh.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    ),
    f"GET {_GUARDIAN}/custody-documents/{{document_id}}": Rule(here=PRINCIPAL),
    f"GET {_SCHOOL}/guardians": Rule(here=PRINCIPAL),
    f"GET {_SCHOOL}/staff": Rule(here=PRINCIPAL, own=DEPARTMENT),
    f"POST {_SCHOOL}/staff": Rule(
        here=PRINCIPAL,
        own=DEPARTMENT,
        body={"name": "Phan Thị Hiệu", "phone": _PHONE, "roles": ["principal"]},
    ),
    f"GET {_SCHOOL}/staff/{{staff_id}}": Rule(here=PRINCIPAL),
    f"PATCH {_SCHOOL}/staff/{{staff_id}}": Rule(here=PRINCIPAL, body={"name": "Trần Bảo"}),
    f"DELETE {_SCHOOL}/staff/{{staff_id}}": Rule(here=PRINCIPAL, own=DEPARTMENT, ids=_VICE),
    f"DELETE {_SCHOOL}/staff/{{staff_id}}/device-binding": Rule(here=PRINCIPAL),
    f"POST {_SCHOOL}/staff/{{staff_id}}/revoke-sessions": Rule(here=PRINCIPAL),
    "GET /v1/jobs/{job_id}": Rule(door_is_open=True, here=PRINCIPAL),
}

_AGAIN: Final = {"moet_code": "0123456789", "class_id": "{class_id}", "name": "Lê Thị Dung"}
_STEPS: Final = [
    {"from_class_id": "{class_id}", "to": {"name": "7A1", "grade": 7}},
    {"from_class_id": "{next_class_id}", "to": {"name": "7A2", "grade": 7}},
]
_FOR_A_WHILE: Final = {"valid_until": "2026-11-20T17:00:00+07:00"}

LIFE: Final = {
    f"GET {_SCHOOL}/life-events": Rule(here=PRINCIPAL),
    f"POST {_STUDENT}/transfer-out": Rule(here=PRINCIPAL, body={"reason": "Theo gia đình"}),
    f"POST {_SCHOOL}/students/transfer-in": Rule(here=PRINCIPAL, body=_AGAIN),
    f"POST {_SCHOOL}/promotion": Rule(
        here=PRINCIPAL, body={"from_year": "2026-2027", "to_year": "2027-2028", "map": _STEPS}
    ),
    f"POST {_SCHOOL}/cards/revoke": Rule(
        here=PRINCIPAL, body={"scope": "school", "reason": "Hết năm học"}
    ),
    f"POST {_SCHOOL}/cards/issue": Rule(here=PRINCIPAL, body={"scope": "school"}),
    f"GET {_SCHOOL}/devices": Rule(here=PRINCIPAL),
    f"POST {_SCHOOL}/devices/{{device_id}}/revoke": Rule(
        here=PRINCIPAL, body={}, ids={"device_id": "guards_device_id"}
    ),
    f"POST {_SCHOOL}/devices/{{device_id}}/restore": Rule(
        here=PRINCIPAL, ids={"device_id": "lost_device_id"}
    ),
    f"GET {_SCHOOL}/substitutes": Rule(here=PRINCIPAL),
    f"POST {_SCHOOL}/substitutes": Rule(
        here=PRINCIPAL, body={**_FOR_A_WHILE, "name": "Lê Văn Tư", "phone": _PHONE}
    ),
    f"DELETE {_SCHOOL}/substitutes/{{staff_id}}": Rule(
        here=PRINCIPAL, ids={"staff_id": "substitute_id"}
    ),
}

_IMPORTS: Final = _SCHOOL + "/imports"


def _csv(text: str) -> tuple[str, bytes, str]:
    return ("bang.csv", text.encode(), "text/csv")


IMPORTS: Final = {
    f"POST {_IMPORTS}/roster": Rule(here=PRINCIPAL, file=_csv("Họ và tên,Lớp\nLê An,6A2\n")),
    f"GET {_IMPORTS}/roster/template.xlsx": Rule(here=PRINCIPAL),
    f"POST {_IMPORTS}/staff": Rule(
        here=PRINCIPAL, file=_csv("Họ và tên,SĐT,Vai trò\nPhan Thị Kế,0912345678,Kế toán\n")
    ),
    f"POST {_IMPORTS}/calendar": Rule(
        here=PRINCIPAL, file=_csv("Ngày,Loại,Tên\n20/11/2026,Nghỉ,Ngày Nhà giáo\n")
    ),
    f"POST {_IMPORTS}/timetable": Rule(here=PRINCIPAL, file=_csv("Lớp,Ca học\n6A2,Ca sáng\n")),
    f"GET {_IMPORTS}/staff/template.xlsx": Rule(here=PRINCIPAL),
    f"GET {_IMPORTS}/calendar/template.xlsx": Rule(here=PRINCIPAL),
    f"GET {_IMPORTS}/timetable/template.xlsx": Rule(here=PRINCIPAL),
}

_OUTCOME: Final = {f"other {role}": "forbidden" for role in SCANNERS}

ATTENDANCE: Final = {
    "POST /v1/attendance/scans": Rule(
        here=SCANNERS,
        body={"sent_at": _AT, "sent_mono_ms": 1000, "boot_id": "b", "scans": [_SCAN]},
        refused_within=_OUTCOME,
    ),
    "POST /v1/attendance/marks": Rule(here=SCANNERS, body=_MARK, refused_within=_OUTCOME),
    "POST /v1/attendance/check-ins": Rule(
        here=(*STAFF, "student"),
        body=_CHECK_IN,
        refused_within={f"other {role}": "wrong_school" for role in (*STAFF, "student")},
    ),
    # The scan that is named was made by the guard's phone.
    "POST /v1/attendance/scans/{event_id}/undo": Rule(door_is_for=SCANNERS, own=("guard",)),
    "PUT /v1/attendance/scanners/{device_id}": Rule(here=SCANNERS, body=_BEAT),
    "GET /v1/attendance/roster": Rule(here=SCANNERS, query={"station_id": "{station_id}"}),
    "POST /v1/attendance/disputes": Rule(
        own=("guardian", "student"),
        body={"student_id": "{student_id}", "day": "2026-11-14", "kind": "was_there"},
    ),
    "GET /v1/students/{student_id}/disputes": Rule(own=("guardian", "student")),
    f"GET {_SCHOOL}/disputes": Rule(here=PRINCIPAL, own=LEADER, query={"class_id": "{class_id}"}),
    f"POST {_SCHOOL}/disputes/{{dispute_id}}/answer": Rule(
        here=PRINCIPAL, own=LEADER, body={"answer": "upheld", "message": "Cô xin lỗi gia đình"}
    ),
    "POST /v1/attendance/corrections": Rule(
        here=PRINCIPAL,
        own=LEADER,
        body={
            "student_id": "{student_id}",
            "day": "2026-11-16",
            "shift_id": "{shift_id}",
            "state": "present",
            "reason": "Em có mặt trong lớp",
        },
    ),
    "GET /v1/attendance/corrections": Rule(
        here=(*PRINCIPAL, *LEADER), own=DEPARTMENT, query={"school_id": "{school_id}"}
    ),
    # Another principal of the school has asked for it, so the department need not decide.
    "POST /v1/attendance/corrections/{correction_id}/decision": Rule(
        here=PRINCIPAL, door_is_for=DEPARTMENT, body={"decision": "reject"}
    ),
    f"GET {_SCHOOL}/absences/{{day}}": Rule(
        here=PRINCIPAL, own=LEADER, query={"class_id": "{class_id}"}
    ),
    f"POST {_SCHOOL}/absences/{{day}}/decisions": Rule(
        here=PRINCIPAL,
        body={"decision": "release", "shift_id": "{shift_id}"},
        answer=(404, "no-such-run"),
    ),
    f"GET {_SCHOOL}/missing": Rule(here=PRINCIPAL, own=LEADER, query={"class_id": "{class_id}"}),
    f"POST {_STUDENT}/calls": Rule(
        here=PRINCIPAL, own=LEADER, body={"guardian_id": "{guardian_id}"}
    ),
    f"GET {_SCHOOL}/attendance-rules": Rule(here=PRINCIPAL),
    f"PUT {_SCHOOL}/attendance-rules": Rule(
        here=PRINCIPAL,
        body={
            "alert_after_min": 20,
            "class_share": 0.4,
            "school_share": 0.2,
            "sms_budget_a_day": 50,
            "past_month_needs_two": True,
        },
    ),
    f"GET {_SCHOOL}/attendance/{{day}}": Rule(
        here=PRINCIPAL, own=TEACHERS, query={"class_id": "{class_id}"}
    ),
    "GET /v1/students/{student_id}/attendance": Rule(
        here=PRINCIPAL, own=(*TEACHERS, "guardian", "student")
    ),
    "GET /v1/me/today": Rule(anywhere=("guardian", "student")),
}

MONITOR: Final = {
    f"GET {_SCHOOL}/monitor/today": Rule(here=PRINCIPAL),
    f"GET {_SCHOOL}/monitor/stream": Rule(here=PRINCIPAL),
    "GET /v1/monitor/department": Rule(anywhere=DEPARTMENT),
    f"GET {_SCHOOL}/deliveries/funnel": Rule(
        here=PRINCIPAL, own=DEPARTMENT, query={"from": "2026-11-16", "to": "2026-11-16"}
    ),
    "GET /v1/deliveries/funnel": Rule(
        anywhere=DEPARTMENT, query={"from": "2026-11-16", "to": "2026-11-16"}
    ),
    f"GET {_SCHOOL}/dead-letters": Rule(here=PRINCIPAL, own=DEPARTMENT),
    "GET /v1/dead-letters": Rule(anywhere=DEPARTMENT),
    "POST /v1/dead-letters/replay": Rule(anywhere=DEPARTMENT, body={}),
    "GET /v1/stations/{station_id}/arrivals": Rule(own=("display",)),
}

REVIEWS: Final = {
    f"GET {_SCHOOL}/reviews": Rule(here=PRINCIPAL),
    f"GET {_SCHOOL}/reviews/summary": Rule(here=PRINCIPAL),
    f"POST {_SCHOOL}/reviews/decisions": Rule(
        here=PRINCIPAL,
        body={"event_ids": ["{uncertain_id}"], "decision": "reject", "reason": "Không ở cổng"},
    ),
}

_MONTH: Final = {"month": "2026-11"}
_HOURS: Final = _SCHOOL + "/staff/{staff_id}/hours-corrections"

STAFF_HOURS: Final = {
    f"GET {_SCHOOL}/staff-hours": Rule(here=PRINCIPAL, query=_MONTH),
    f"GET {_SCHOOL}/staff-hours.xlsx": Rule(here=PRINCIPAL, query=_MONTH),
    "GET /v1/me/staff-hours": Rule(anywhere=STAFF, query=_MONTH),
    f"POST {_HOURS}": Rule(
        here=PRINCIPAL,
        body={"day": "2026-11-16", "kind": "in", "at": "06:30", "reason": "Quên điện thoại"},
    ),
    f"POST {_HOURS}/{{correction_id}}/void": Rule(
        here=PRINCIPAL,
        body={"reason": "Nhầm người"},
        ids={"correction_id": "hours_correction_id"},
    ),
}

_PICKUPS: Final = _STUDENT + "/pickups"
# The person who is named was proposed by the guardian.
_PICKUP: Final = _PICKUPS + "/{pickup_id}"
_FACE: Final = (picture(size=(150, 200)), "image/jpeg")
_PHOTOS: Final = ("anh.zip", zipped({"0123456789.jpg": _FACE[0]}), "application/zip")
_FAMILY: Final[Roles] = (*LEADER, "guardian")

PHOTOS: Final = {
    f"PUT {_STUDENT}/photo": Rule(here=PRINCIPAL, own=LEADER, raw=_FACE),
    f"DELETE {_STUDENT}/photo": Rule(here=PRINCIPAL, own=LEADER),
    f"POST {_SCHOOL}/imports/photos": Rule(here=PRINCIPAL, file=_PHOTOS),
    "GET /v1/photos/{token}": Rule(public=True, answer=_NO_PHOTO),
    f"GET {_PICKUPS}": Rule(here=PRINCIPAL, own=_FAMILY),
    f"POST {_PICKUPS}": Rule(
        here=PRINCIPAL, own=_FAMILY, body={"name": "Lê Thị Dì", "relation": "aunt_or_uncle"}
    ),
    f"PATCH {_PICKUP}": Rule(here=PRINCIPAL, own=LEADER, body={"relation": "neighbour"}),
    f"DELETE {_PICKUP}": Rule(here=PRINCIPAL, own=_FAMILY),
    f"POST {_PICKUP}/decision": Rule(here=PRINCIPAL, own=LEADER, body={"decision": "approve"}),
    f"PUT {_PICKUP}/photo": Rule(here=PRINCIPAL, own=_FAMILY, raw=_FACE),
}

_LEAVE: Final = {"from_day": "2026-11-25", "to_day": "2026-11-26", "part": "day"}
_CLOSED: Final = {"from_day": "2026-11-16", "to_day": "2026-11-17", "kind": "storm"}

LEAVE: Final = {
    "POST /v1/leave-requests": Rule(
        own=("guardian",),
        door_is_for=STAFF,
        body={"student_id": "{student_id}", **_LEAVE, "reason": "Việc nhà"},
    ),
    "GET /v1/leave-requests": Rule(anywhere=("guardian", *STAFF, *DEPARTMENT)),
    # There is somebody in the school who may decide, so the department need not.
    "GET /v1/leave-requests/{request_id}": Rule(
        here=PRINCIPAL, own=("guardian", *LEADER), door_is_for=(*STAFF, *DEPARTMENT)
    ),
    "POST /v1/leave-requests/{request_id}/decision": Rule(
        here=PRINCIPAL, own=LEADER, door_is_for=DEPARTMENT, body={"decision": "approve"}
    ),
    "POST /v1/leave-requests/{request_id}/withdrawal": Rule(own=("guardian",), door_is_for=STAFF),
    # The paper that is named was sent by the guardian.
    "PUT /v1/leave-requests/{request_id}/paper": Rule(
        own=("guardian",), door_is_for=STAFF, raw=_FACE
    ),
    "GET /v1/leave-requests/{request_id}/paper": Rule(
        here=PRINCIPAL, own=("guardian", *LEADER), door_is_for=STAFF
    ),
    "POST /v1/closures": Rule(
        here=PRINCIPAL,
        own=DEPARTMENT,
        body={"school_id": "{school_id}", **_CLOSED, "reason": "Bão số 7"},
    ),
    "GET /v1/closures": Rule(anywhere=("department_admin", "guardian", "student", *STAFF)),
    "POST /v1/closures/{closure_id}/end": Rule(here=PRINCIPAL, own=DEPARTMENT, body={}),
}

RULES: Final[dict[str, Rule]] = (
    LEAVE
    | PUBLIC
    | MINE
    | DEPARTMENTS
    | PLACES
    | PEOPLE
    | LIFE
    | IMPORTS
    | PHOTOS
    | ATTENDANCE
    | MONITOR
    | REVIEWS
    | STAFF_HOURS
)
