"""Who gets in where, of the contact book: announcements, daily book, messages, feed."""

from typing import Final

from tests.mobile_api.rule import (
    DEPARTMENT,
    FACE,
    LEADER,
    PRINCIPAL,
    SCHOOL,
    STUDENT,
    TEACHERS,
    Roles,
    Rule,
)

_BOOK: Final = "/v1/contact-book"
_WRITERS: Final[Roles] = (*PRINCIPAL, *TEACHERS)
_SENDERS: Final[Roles] = (*_WRITERS, "guardian")
# Of a homeroom teacher's thread about the pupil.
_TALKERS: Final[Roles] = ("guardian", "homeroom_teacher")
_THREAD: Final = f"{_BOOK}/threads/{{thread_id}}"
_MESSAGE: Final = f"{_THREAD}/messages/{{message_id}}"
_STAND_IN: Final = f"{SCHOOL}/staff/{{staff_id}}/stand-in"
_COVERED: Final = {"staff_id": "covered_id"}
_HERE: Final = {"school_id": "{school_id}"}

_ONE: Final = f"{_BOOK}/announcements/{{announcement_id}}"
_DRAFT: Final = {"announcement_id": "draft_id"}
_GROUPS: Final = f"{SCHOOL}/groups"
_SAID: Final = {
    "school_id": "{school_id}",
    "title": "Họp phụ huynh",
    "body": "Thứ bảy, 8 giờ.",
    "audience": [{"kind": "class", "ref": "{class_id}"}],
    "answer_kind": "yes_no",
}
# The announcement that is named was sent by the principal to the families of 6A1; the draft is the
# principal's own, as is the group.
_ANNOUNCEMENTS: Final[dict[str, Rule]] = {
    f"POST {_BOOK}/announcements": Rule(
        here=PRINCIPAL, own=TEACHERS, door_is_for=DEPARTMENT, body=_SAID
    ),
    f"POST {_BOOK}/announcements/preview": Rule(
        here=PRINCIPAL, own=TEACHERS, door_is_for=DEPARTMENT, body=_SAID
    ),
    f"GET {_BOOK}/announcements": Rule(here=_WRITERS, door_is_for=DEPARTMENT, query=_HERE),
    f"GET {_ONE}": Rule(here=PRINCIPAL, own=(*LEADER, "guardian", "student"), door_is_open=True),
    f"PATCH {_ONE}": Rule(
        own=PRINCIPAL,
        door_is_for=(*TEACHERS, *DEPARTMENT),
        ids=_DRAFT,
        body={"title": "Họp cha mẹ học sinh"},
    ),
    f"DELETE {_ONE}": Rule(own=PRINCIPAL, door_is_for=(*TEACHERS, *DEPARTMENT), ids=_DRAFT),
    f"POST {_ONE}/publish": Rule(
        own=PRINCIPAL, door_is_for=(*TEACHERS, *DEPARTMENT), ids=_DRAFT, body={}
    ),
    f"POST {_ONE}/withdrawal": Rule(
        here=PRINCIPAL, door_is_for=(*TEACHERS, *DEPARTMENT), body={"reason": "Gửi nhầm"}
    ),
    f"POST {_ONE}/read": Rule(own=("guardian", "student"), door_is_open=True, body={}),
    f"PUT {_ONE}/answer": Rule(own=("guardian",), door_is_open=True, body={"answer": "yes"}),
    f"GET {_ONE}/answers": Rule(here=PRINCIPAL, own=LEADER, door_is_for=(*TEACHERS, *DEPARTMENT)),
    f"GET {_ONE}/answers.xlsx": Rule(
        here=PRINCIPAL, own=LEADER, door_is_for=(*TEACHERS, *DEPARTMENT)
    ),
    f"POST {_ONE}/reminders": Rule(
        here=PRINCIPAL, own=LEADER, door_is_for=(*TEACHERS, *DEPARTMENT)
    ),
    f"GET {_GROUPS}": Rule(here=_WRITERS),
    f"POST {_GROUPS}": Rule(
        here=PRINCIPAL,
        own=TEACHERS,
        body={"name": "Ban phụ huynh", "students": ["{student_id}"]},
    ),
    f"GET {_GROUPS}/{{group_id}}": Rule(here=PRINCIPAL, door_is_for=TEACHERS),
    f"PATCH {_GROUPS}/{{group_id}}": Rule(
        here=PRINCIPAL, door_is_for=TEACHERS, body={"name": "Đội văn nghệ"}
    ),
    f"DELETE {_GROUPS}/{{group_id}}": Rule(here=PRINCIPAL, door_is_for=TEACHERS),
    f"PUT {_GROUPS}/{{group_id}}/members": Rule(
        here=PRINCIPAL, door_is_for=TEACHERS, body={"students": ["{student_id}"]}
    ),
}

_REMARK: Final = f"{_BOOK}/remarks/{{remark_id}}"
_HOMEWORK: Final = f"{_BOOK}/homework/{{homework_id}}"
_DAY: Final = f"{_BOOK}/classes/{{class_id}}/days/{{day}}"
_NEW: Final = "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a31"
_OF_PUPIL: Final = {"student_id": "{student_id}"}
_FAMILY: Final[Roles] = ("guardian", "student")
# The remark is the homeroom teacher's, and of no subject; the homework the subject teacher's.
_DAILY_BOOK: Final[dict[str, Rule]] = {
    f"GET {_DAY}": Rule(here=PRINCIPAL, own=TEACHERS),
    f"PUT {_DAY}": Rule(
        here=PRINCIPAL,
        own=TEACHERS,
        body={"lessons": [{"id": _NEW, "subject": "Toán", "text": "Phân số"}]},
    ),
    f"POST {_BOOK}/remarks": Rule(
        here=PRINCIPAL,
        own=TEACHERS,
        body={"id": _NEW, "student_id": "{student_id}", "kind": "praise", "text": "Con ngoan"},
    ),
    f"GET {_BOOK}/remarks": Rule(
        here=PRINCIPAL, own=(*TEACHERS, *_FAMILY), door_is_open=True, query=_OF_PUPIL
    ),
    f"GET {_REMARK}": Rule(here=PRINCIPAL, own=(*LEADER, *_FAMILY), door_is_open=True),
    f"PATCH {_REMARK}": Rule(
        here=PRINCIPAL, own=LEADER, door_is_for=TEACHERS, body={"text": "Con rất ngoan"}
    ),
    f"POST {_REMARK}/withdrawal": Rule(here=PRINCIPAL, own=LEADER, door_is_for=TEACHERS, body={}),
    f"POST {_BOOK}/homework": Rule(
        here=PRINCIPAL,
        own=TEACHERS,
        body={
            "id": _NEW,
            "class_id": "{class_id}",
            "subject": "Toán",
            "text": "Bài 1",
            "due_day": "2026-11-18",
        },
    ),
    f"GET {_BOOK}/homework": Rule(
        here=PRINCIPAL, own=(*TEACHERS, *_FAMILY), door_is_open=True, query=_OF_PUPIL
    ),
    f"GET {_HOMEWORK}": Rule(here=PRINCIPAL, own=(*TEACHERS, *_FAMILY), door_is_open=True),
    f"PATCH {_HOMEWORK}": Rule(here=PRINCIPAL, own=TEACHERS, body={"text": "Bài 1 và 2"}),
    f"POST {_HOMEWORK}/withdrawal": Rule(here=PRINCIPAL, own=TEACHERS),
    f"PUT {_HOMEWORK}/done": Rule(own=_FAMILY, body={"student_id": "{student_id}", "done": True}),
    f"GET {SCHOOL}/phrases": Rule(here=_WRITERS),
    f"PUT {SCHOOL}/phrases": Rule(
        here=PRINCIPAL, body={"items": [{"id": _NEW, "kind": "praise", "text": "Con ngoan"}]}
    ),
    f"GET {_BOOK}/lessons/{{lesson_id}}": Rule(
        here=PRINCIPAL, own=(*TEACHERS, *_FAMILY), door_is_open=True
    ),
    f"GET {_BOOK}/summaries": Rule(
        here=PRINCIPAL, own=(*TEACHERS, *_FAMILY), door_is_open=True, query=_OF_PUPIL
    ),
}

_WRITTEN: Final = _ANNOUNCEMENTS | _DAILY_BOOK

CONTACT_BOOK: Final[dict[str, Rule]] = _WRITTEN | {
    # How well it is kept.
    f"GET {SCHOOL}/contact-book/completeness": Rule(here=PRINCIPAL),
    f"GET {SCHOOL}/contact-book/today": Rule(here=_WRITERS),
    f"GET {_BOOK}/completeness": Rule(anywhere=DEPARTMENT),
    # Files: sent in by who writes, opened by an address that asks again.
    f"POST {_BOOK}/attachments": Rule(here=_SENDERS, raw=FACE, query=_HERE),
    f"DELETE {_BOOK}/attachments/{{attachment_id}}": Rule(
        own=("guardian",), door_is_for=_WRITERS, query=_HERE
    ),
    f"POST {_BOOK}/department-attachments": Rule(anywhere=DEPARTMENT, raw=FACE),
    f"DELETE {_BOOK}/department-attachments/{{attachment_id}}": Rule(
        own=DEPARTMENT, ids={"attachment_id": "department_file_id"}
    ),
    f"GET {_BOOK}/files/{{token}}": Rule(
        public=True, ids={"token": "file_token"}, answer=(404, "no-such-attachment")
    ),
    # Messages. The principals of the walk have said why they read.
    f"GET {_BOOK}/threads": Rule(signed_in=True),
    f"GET {_BOOK}/thread-partners": Rule(
        own=("guardian", *TEACHERS), query={"student_id": "{student_id}"}
    ),
    f"POST {_BOOK}/threads": Rule(
        own=_TALKERS,
        door_is_for=TEACHERS,
        body={"student_id": "{student_id}", "kind": "homeroom"},
    ),
    f"GET {_THREAD}": Rule(here=PRINCIPAL, own=_TALKERS, door_is_open=True),
    f"GET {_THREAD}/messages": Rule(here=PRINCIPAL, own=_TALKERS, door_is_open=True),
    f"GET {_MESSAGE}/edits": Rule(here=PRINCIPAL, own=_TALKERS, door_is_open=True),
    f"POST {_THREAD}/read": Rule(here=PRINCIPAL, own=_TALKERS, door_is_open=True, body={"seq": 1}),
    f"POST {_THREAD}/messages": Rule(
        own=_TALKERS,
        door_is_for=TEACHERS,
        body={"id": "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a21", "text": "Cháu đã khoẻ"},
    ),
    f"PATCH {_MESSAGE}": Rule(
        own=("guardian",), door_is_for=TEACHERS, body={"text": "Cháu đã khoẻ"}
    ),
    f"POST {_MESSAGE}/taken-back": Rule(own=("guardian",), door_is_for=TEACHERS),
    f"POST {_THREAD}/reports": Rule(
        own=_TALKERS,
        door_is_for=TEACHERS,
        body={"message_id": "{fathers_message_id}", "reason": "Lời lẽ thô tục"},
    ),
    f"POST {_THREAD}/blocks": Rule(
        here=PRINCIPAL,
        own=("homeroom_teacher",),
        door_is_for=TEACHERS,
        body={"message_id": "{message_id}", "reason": "Doạ nạt"},
    ),
    f"POST {_THREAD}/blocks/{{block_id}}/lift": Rule(here=PRINCIPAL, body={"reason": "Đã xin lỗi"}),
    f"POST {_THREAD}/access": Rule(here=PRINCIPAL, body={"reason": "Gia đình đề nghị"}),
    f"GET {SCHOOL}/message-reports": Rule(here=PRINCIPAL),
    f"POST {SCHOOL}/message-reports/{{report_id}}/decision": Rule(
        here=PRINCIPAL, body={"decision": "upheld"}
    ),
    f"GET {SCHOOL}/message-blocks": Rule(here=PRINCIPAL),
    f"GET {STUDENT}/separate-threads": Rule(here=PRINCIPAL),
    f"PUT {STUDENT}/separate-threads": Rule(here=PRINCIPAL, body={"reason": "Toà án"}),
    f"DELETE {STUDENT}/separate-threads": Rule(here=PRINCIPAL),
    f"GET {_STAND_IN}": Rule(here=PRINCIPAL, ids=_COVERED),
    f"PUT {_STAND_IN}": Rule(
        here=PRINCIPAL,
        ids=_COVERED,
        body={"stand_in_id": "{stand_in_id}", "until_at": "2026-11-20T17:00:00+07:00"},
    ),
    f"DELETE {_STAND_IN}": Rule(here=PRINCIPAL, ids=_COVERED),
    "GET /v1/me/contact-hours": Rule(anywhere=TEACHERS),
    "PUT /v1/me/contact-hours": Rule(
        here=TEACHERS,
        body={
            "school_id": "{school_id}",
            "from_time": "07:00",
            "until_time": "17:00",
            "weekdays": [1, 2, 3, 4, 5],
        },
    ),
    # What is the caller's own, in whatever school.
    f"GET {_BOOK}/feed": Rule(signed_in=True),
    f"GET {_BOOK}/search": Rule(signed_in=True, query={"q": "họp"}),
    f"GET {_BOOK}/unread": Rule(signed_in=True),
}
