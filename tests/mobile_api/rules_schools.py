"""Who gets in where, of departments and schools: their places, hours and screens."""

from typing import Final

from tests.mobile_api.rule import DEPARTMENT, PRINCIPAL, SCHOOL, STAFF, Rule

_FENCE: Final = {"type": "circle", "lat": 16.46, "lng": 107.59, "radius_m": 80}
_SHIFT: Final = {
    "name": "Ca chiều",
    "starts_at": "13:00",
    "ends_at": "17:00",
    "late_after": "13:05",
    "cut_off": "13:30",
    "weekdays": [1, 2, 3],
}
_SPARE_CAMPUS: Final = {"campus_id": "spare_campus_id"}
_SPARE_SHIFT: Final = {"shift_id": "spare_shift_id"}

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
    f"GET {SCHOOL}": Rule(
        door_is_open=True, here=(*STAFF, "guardian", "student", "display"), own=DEPARTMENT
    ),
    f"PATCH {SCHOOL}": Rule(own=DEPARTMENT, body={"name": "Trường cũ"}),
    f"PUT {SCHOOL}/contact": Rule(here=PRINCIPAL, body={"phone": "0234 382 1234"}),
    f"GET {SCHOOL}/setup": Rule(here=PRINCIPAL, own=DEPARTMENT),
    "GET /v1/setup": Rule(anywhere=DEPARTMENT),
    f"DELETE {SCHOOL}": Rule(own=DEPARTMENT),
}

PLACES: Final = {
    f"GET {SCHOOL}/campuses": Rule(here=STAFF),
    f"POST {SCHOOL}/campuses": Rule(here=PRINCIPAL, body={"name": "Cơ sở 3", "fence": _FENCE}),
    f"GET {SCHOOL}/campuses/{{campus_id}}": Rule(here=STAFF),
    f"PATCH {SCHOOL}/campuses/{{campus_id}}": Rule(here=PRINCIPAL, body={"name": "Cơ sở"}),
    f"DELETE {SCHOOL}/campuses/{{campus_id}}": Rule(here=PRINCIPAL, ids=_SPARE_CAMPUS),
    f"GET {SCHOOL}/shifts": Rule(here=STAFF),
    f"POST {SCHOOL}/shifts": Rule(here=PRINCIPAL, body=_SHIFT),
    f"GET {SCHOOL}/shifts/{{shift_id}}": Rule(here=STAFF),
    f"PATCH {SCHOOL}/shifts/{{shift_id}}": Rule(here=PRINCIPAL, body={"name": "Ca"}),
    f"DELETE {SCHOOL}/shifts/{{shift_id}}": Rule(here=PRINCIPAL, ids=_SPARE_SHIFT),
    f"GET {SCHOOL}/calendar": Rule(here=STAFF, query={"from": "2026-11-01", "to": "2026-11-30"}),
    f"PUT {SCHOOL}/calendar/{{day}}": Rule(
        here=PRINCIPAL, body={"kind": "holiday", "name": "Ngày Nhà giáo"}
    ),
    f"DELETE {SCHOOL}/calendar/{{day}}": Rule(here=PRINCIPAL, ids={"day": "holiday"}),
    f"GET {SCHOOL}/stations": Rule(here=STAFF),
    f"POST {SCHOOL}/stations": Rule(
        here=PRINCIPAL, body={"campus_id": "{campus_id}", "name": "Cổng phụ", "kind": "gate"}
    ),
    f"GET {SCHOOL}/stations/{{station_id}}": Rule(here=STAFF),
    f"PATCH {SCHOOL}/stations/{{station_id}}": Rule(here=PRINCIPAL, body={"name": "Cổng"}),
    f"DELETE {SCHOOL}/stations/{{station_id}}": Rule(here=PRINCIPAL),
    "POST /v1/stations/{station_id}/pairing": Rule(here=PRINCIPAL),
    "GET /v1/stations/{station_id}/code": Rule(here=PRINCIPAL, own=("display",)),
    "GET /v1/stations/{station_id}/day-key": Rule(own=("display",)),
}
