"""Who gets in where, of the people of a school: classes, pupils, families, staff, photos."""

from typing import Final

from tests.mobile_api.rule import (
    DEPARTMENT,
    FACE,
    LEADER,
    PHONE,
    PRINCIPAL,
    SCHOOL,
    STAFF,
    STUDENT,
    TEACHERS,
    WHOLE_SCHOOL,
    Roles,
    Rule,
)
from tests.pictures import zipped

_CLASS: Final = {
    "school_year": "2026-2027",
    "grade": 6,
    "name": "6A9",
    "campus_id": "{campus_id}",
    "shift_ids": ["{shift_id}"],
}
_GUARDIAN: Final = STUDENT + "/guardians/{guardian_id}"
_SPARE_CLASS: Final = {"class_id": "spare_class_id"}
_VICE: Final = {"staff_id": "vice_id"}

PEOPLE: Final = {
    f"GET {SCHOOL}/classes": Rule(here=STAFF),
    f"POST {SCHOOL}/classes": Rule(here=PRINCIPAL, body=_CLASS),
    f"GET {SCHOOL}/classes/{{class_id}}": Rule(here=WHOLE_SCHOOL, own=TEACHERS),
    f"PATCH {SCHOOL}/classes/{{class_id}}": Rule(here=PRINCIPAL, body={"name": "6A8"}),
    f"DELETE {SCHOOL}/classes/{{class_id}}": Rule(here=PRINCIPAL, ids=_SPARE_CLASS),
    f"GET {SCHOOL}/classes/{{class_id}}/cards.pdf": Rule(here=PRINCIPAL, own=LEADER),
    f"GET {SCHOOL}/classes/{{class_id}}/activation-sheet.pdf": Rule(here=PRINCIPAL, own=LEADER),
    f"GET {SCHOOL}/students": Rule(here=STAFF),
    f"POST {SCHOOL}/students": Rule(
        here=PRINCIPAL, body={"name": "Lê Thị Dung", "class_id": "{class_id}"}
    ),
    f"GET {STUDENT}": Rule(here=WHOLE_SCHOOL, own=TEACHERS),
    f"PATCH {STUDENT}": Rule(here=PRINCIPAL, body={"name": "Nguyễn Văn Ân"}),
    f"DELETE {STUDENT}": Rule(here=PRINCIPAL),
    f"GET {STUDENT}/enrolments": Rule(here=PRINCIPAL, own=LEADER),
    f"POST {STUDENT}/enrolment": Rule(here=PRINCIPAL, body={"class_id": "{next_class_id}"}),
    f"PUT {STUDENT}/account": Rule(here=PRINCIPAL, body={"phone": PHONE}),
    f"DELETE {STUDENT}/account": Rule(here=PRINCIPAL),
    f"POST {STUDENT}/card": Rule(here=PRINCIPAL, own=LEADER),
    f"DELETE {STUDENT}/card": Rule(here=PRINCIPAL, own=LEADER),
    "GET /v1/students/{student_id}/phone-code-key": Rule(own=("guardian", "student")),
    "POST /v1/students/{student_id}/card/loss": Rule(
        own=("guardian", "student"), body={"reason": "Rơi trên đường"}
    ),
    f"GET {STUDENT}/guardians": Rule(here=PRINCIPAL, own=LEADER),
    f"POST {STUDENT}/guardians": Rule(
        here=PRINCIPAL, body={"name": "Lê Văn Ba", "phone": PHONE, "relation": "father"}
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
    f"GET {SCHOOL}/guardians": Rule(here=PRINCIPAL),
    f"GET {SCHOOL}/staff": Rule(here=PRINCIPAL, own=DEPARTMENT),
    f"POST {SCHOOL}/staff": Rule(
        here=PRINCIPAL,
        own=DEPARTMENT,
        body={"name": "Phan Thị Hiệu", "phone": PHONE, "roles": ["principal"]},
    ),
    f"GET {SCHOOL}/staff/{{staff_id}}": Rule(here=PRINCIPAL),
    f"PATCH {SCHOOL}/staff/{{staff_id}}": Rule(here=PRINCIPAL, body={"name": "Trần Bảo"}),
    f"DELETE {SCHOOL}/staff/{{staff_id}}": Rule(here=PRINCIPAL, own=DEPARTMENT, ids=_VICE),
    f"DELETE {SCHOOL}/staff/{{staff_id}}/device-binding": Rule(here=PRINCIPAL),
    f"POST {SCHOOL}/staff/{{staff_id}}/revoke-sessions": Rule(here=PRINCIPAL),
    "GET /v1/jobs/{job_id}": Rule(door_is_open=True, here=PRINCIPAL),
}

_AGAIN: Final = {"moet_code": "0123456789", "class_id": "{class_id}", "name": "Lê Thị Dung"}
_STEPS: Final = [
    {"from_class_id": "{class_id}", "to": {"name": "7A1", "grade": 7}},
    {"from_class_id": "{next_class_id}", "to": {"name": "7A2", "grade": 7}},
]
_FOR_A_WHILE: Final = {"valid_until": "2026-11-20T17:00:00+07:00"}

LIFE: Final = {
    f"GET {SCHOOL}/life-events": Rule(here=PRINCIPAL),
    f"POST {STUDENT}/transfer-out": Rule(here=PRINCIPAL, body={"reason": "Theo gia đình"}),
    f"POST {SCHOOL}/students/transfer-in": Rule(here=PRINCIPAL, body=_AGAIN),
    f"POST {SCHOOL}/promotion": Rule(
        here=PRINCIPAL, body={"from_year": "2026-2027", "to_year": "2027-2028", "map": _STEPS}
    ),
    f"POST {SCHOOL}/cards/revoke": Rule(
        here=PRINCIPAL, body={"scope": "school", "reason": "Hết năm học"}
    ),
    f"POST {SCHOOL}/cards/issue": Rule(here=PRINCIPAL, body={"scope": "school"}),
    f"GET {SCHOOL}/devices": Rule(here=PRINCIPAL),
    f"POST {SCHOOL}/devices/{{device_id}}/revoke": Rule(
        here=PRINCIPAL, body={}, ids={"device_id": "guards_device_id"}
    ),
    f"POST {SCHOOL}/devices/{{device_id}}/restore": Rule(
        here=PRINCIPAL, ids={"device_id": "lost_device_id"}
    ),
    f"GET {SCHOOL}/substitutes": Rule(here=PRINCIPAL),
    f"POST {SCHOOL}/substitutes": Rule(
        here=PRINCIPAL, body={**_FOR_A_WHILE, "name": "Lê Văn Tư", "phone": PHONE}
    ),
    f"DELETE {SCHOOL}/substitutes/{{staff_id}}": Rule(
        here=PRINCIPAL, ids={"staff_id": "substitute_id"}
    ),
}

_IMPORTS: Final = SCHOOL + "/imports"


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

_PICKUPS: Final = STUDENT + "/pickups"
# The person who is named was proposed by the guardian.
_PICKUP: Final = _PICKUPS + "/{pickup_id}"
_PHOTOS: Final = ("anh.zip", zipped({"0123456789.jpg": FACE[0]}), "application/zip")
_FAMILY: Final[Roles] = (*LEADER, "guardian")
_NO_PHOTO: Final = (404, "no-such-photo")

PHOTOS: Final = {
    f"PUT {STUDENT}/photo": Rule(here=PRINCIPAL, own=LEADER, raw=FACE),
    f"DELETE {STUDENT}/photo": Rule(here=PRINCIPAL, own=LEADER),
    f"POST {SCHOOL}/imports/photos": Rule(here=PRINCIPAL, file=_PHOTOS),
    "GET /v1/photos/{token}": Rule(public=True, answer=_NO_PHOTO),
    f"GET {_PICKUPS}": Rule(here=PRINCIPAL, own=_FAMILY),
    f"POST {_PICKUPS}": Rule(
        here=PRINCIPAL, own=_FAMILY, body={"name": "Lê Thị Dì", "relation": "aunt_or_uncle"}
    ),
    f"PATCH {_PICKUP}": Rule(here=PRINCIPAL, own=LEADER, body={"relation": "neighbour"}),
    f"DELETE {_PICKUP}": Rule(here=PRINCIPAL, own=_FAMILY),
    f"POST {_PICKUP}/decision": Rule(here=PRINCIPAL, own=LEADER, body={"decision": "approve"}),
    f"PUT {_PICKUP}/photo": Rule(here=PRINCIPAL, own=_FAMILY, raw=FACE),
}
