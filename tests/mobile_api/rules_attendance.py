"""Who gets in where, of the school day: scans, absence, the board, reviews, hours, leave."""

from typing import Final

from tests.mobile_api.rule import (
    DEPARTMENT,
    FACE,
    LEADER,
    PRINCIPAL,
    SCANNERS,
    SCHOOL,
    STAFF,
    STUDENT,
    TEACHERS,
    Rule,
)

_AT: Final = "2026-11-16T06:52:00+07:00"
_EVENT: Final = "5b6f8d5e-52b5-4b3f-9a58-3f1f6f6b7a11"
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
    f"GET {SCHOOL}/disputes": Rule(here=PRINCIPAL, own=LEADER, query={"class_id": "{class_id}"}),
    f"POST {SCHOOL}/disputes/{{dispute_id}}/answer": Rule(
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
    f"GET {SCHOOL}/absences/{{day}}": Rule(
        here=PRINCIPAL, own=LEADER, query={"class_id": "{class_id}"}
    ),
    f"POST {SCHOOL}/absences/{{day}}/decisions": Rule(
        here=PRINCIPAL,
        body={"decision": "release", "shift_id": "{shift_id}"},
        answer=(404, "no-such-run"),
    ),
    f"GET {SCHOOL}/missing": Rule(here=PRINCIPAL, own=LEADER, query={"class_id": "{class_id}"}),
    f"POST {STUDENT}/calls": Rule(
        here=PRINCIPAL, own=LEADER, body={"guardian_id": "{guardian_id}"}
    ),
    f"GET {SCHOOL}/attendance-rules": Rule(here=PRINCIPAL),
    f"PUT {SCHOOL}/attendance-rules": Rule(
        here=PRINCIPAL,
        body={
            "alert_after_min": 20,
            "class_share": 0.4,
            "school_share": 0.2,
            "sms_budget_a_day": 50,
            "past_month_needs_two": True,
        },
    ),
    f"GET {SCHOOL}/attendance/{{day}}": Rule(
        here=PRINCIPAL, own=TEACHERS, query={"class_id": "{class_id}"}
    ),
    "GET /v1/students/{student_id}/attendance": Rule(
        here=PRINCIPAL, own=(*TEACHERS, "guardian", "student")
    ),
    "GET /v1/me/today": Rule(anywhere=("guardian", "student")),
}

MONITOR: Final = {
    f"GET {SCHOOL}/monitor/today": Rule(here=PRINCIPAL),
    f"GET {SCHOOL}/monitor/stream": Rule(here=PRINCIPAL),
    "GET /v1/monitor/department": Rule(anywhere=DEPARTMENT),
    f"GET {SCHOOL}/deliveries/funnel": Rule(
        here=PRINCIPAL, own=DEPARTMENT, query={"from": "2026-11-16", "to": "2026-11-16"}
    ),
    "GET /v1/deliveries/funnel": Rule(
        anywhere=DEPARTMENT, query={"from": "2026-11-16", "to": "2026-11-16"}
    ),
    f"GET {SCHOOL}/dead-letters": Rule(here=PRINCIPAL, own=DEPARTMENT),
    "GET /v1/dead-letters": Rule(anywhere=DEPARTMENT),
    "POST /v1/dead-letters/replay": Rule(anywhere=DEPARTMENT, body={}),
    "GET /v1/stations/{station_id}/arrivals": Rule(own=("display",)),
}

REVIEWS: Final = {
    f"GET {SCHOOL}/reviews": Rule(here=PRINCIPAL),
    f"GET {SCHOOL}/reviews/summary": Rule(here=PRINCIPAL),
    f"POST {SCHOOL}/reviews/decisions": Rule(
        here=PRINCIPAL,
        body={"event_ids": ["{uncertain_id}"], "decision": "reject", "reason": "Không ở cổng"},
    ),
}

_MONTH: Final = {"month": "2026-11"}
_HOURS: Final = SCHOOL + "/staff/{staff_id}/hours-corrections"

STAFF_HOURS: Final = {
    f"GET {SCHOOL}/staff-hours": Rule(here=PRINCIPAL, query=_MONTH),
    f"GET {SCHOOL}/staff-hours.xlsx": Rule(here=PRINCIPAL, query=_MONTH),
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
        own=("guardian",), door_is_for=STAFF, raw=FACE
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
