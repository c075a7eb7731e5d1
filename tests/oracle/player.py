"""Plays a story to the running school: one request after another, at the story's own time.

The clock stands still until a request is answered, however often it has to be sent: so what the
server hears when is the story's, even while parts of it are killed.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.ids import new_id
from tests.notifications.news import until
from tests.oracle import facts as f
from tests.oracle.clock import SharedClock
from tests.oracle.stage import FENCES, Stage
from tests.world import Person, Student

_EPOCH = datetime(2026, 1, 1, tzinfo=f.ZONE)
_TRIES_FOR_S = 300


class Unexpected(AssertionError):
    """An answer that the story does not know."""


class Player:
    """`answers` counts what the server said, `ids` holds its ids of the story's keys."""

    def __init__(self, http: httpx.AsyncClient, stage: Stage, clock: SharedClock) -> None:
        self.http, self.stage, self.clock = http, stage, clock
        self.answers: Counter[str] = Counter()
        self.outcomes: dict[str, str] = {}
        self.events: dict[str, UUID] = {}
        self.ids: dict[str, str] = {}
        self._class_of = {
            each.key: each.enrolments[0].class_key for each in _pupils(stage) if each.enrolments
        }
        self._closed: dict[str, f.ClosureDeclared] = {}
        self._seq = 0
        self._plays: dict[type, Callable[[Any], Awaitable[None]]] = {
            f.ScansSent: self._scans,
            f.Beat: self._beat,
            f.Undone: self._undo,
            f.RunDue: self._run,
            f.AbsenceDecided: self._absence,
            f.LeaveAsked: self._ask,
            f.LeaveDecided: self._decide,
            f.LeaveWithdrawn: self._withdraw,
            f.StaffLeave: self._staff_leave,
            f.ClosureDeclared: self._close,
            f.ClosureEnded: self._open,
            f.Corrected: self._correct,
            f.CorrectionDecided: self._second,
            f.Reviewed: self._review,
            f.Disputed: self._dispute,
            f.DisputeAnswered: self._answer,
            f.TransferredOut: self._out,
            f.TransferredIn: self._in,
            f.ClassChanged: self._move,
            f.CheckedIn: self._check_in,
        }

    async def play(self, happening: f.Happening) -> None:
        self.clock.set(happening.at)
        await self._plays[type(happening)](happening)

    # Talking to the server.

    async def send(
        self, method: str, path: str, who: Person, body: Any = None, *, ok: tuple[int, ...] = (200,)
    ) -> Any:
        """The answer; a request that breaks or is refused for the moment is sent again."""
        headers = who.headers | {"Idempotency-Key": str(uuid4())}
        if method == "GET" or path.startswith("/v1/attendance/scans"):
            del headers["Idempotency-Key"]
        async with asyncio.timeout(_TRIES_FOR_S):
            while True:
                try:
                    answer = await self.http.request(method, path, json=body, headers=headers)
                except httpx.TransportError:
                    self.answers["broken"] += 1
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code in (502, 503):
                    self.answers["away"] += 1
                    await asyncio.sleep(0.05)
                    continue
                break
        if answer.status_code not in ok:
            raise Unexpected(f"{method} {path} {body}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    @property
    def _sid(self) -> int:
        return self.stage.school.id

    @property
    def _principal(self) -> Person:
        return self.stage.principals[0]

    # The gate.

    async def _scans(self, sent: f.ScansSent) -> None:
        phone = sent.phone
        body = {
            "sent_at": sent.sent_wall.isoformat(),
            "sent_mono_ms": _mono_ms(sent.at, sent.boot),
            "boot_id": f"{phone}/{sent.boot}",
            "scans": [self._scan(phone, scan) for scan in sent.scans],
        }
        who = self.stage.guards[phone]
        times = 2 if sent.is_doubled else 1
        answers = await asyncio.gather(
            *(self.send("POST", "/v1/attendance/scans", who, body) for _ in range(times))
        )
        for answer in answers:
            assert answer["results"] == answers[0]["results"], "two answers to one scan"
        for scan, result in zip(sent.scans, answers[0]["results"], strict=True):
            before = self.outcomes.setdefault(scan.event, result["outcome"])
            assert before == result["outcome"], f"{scan}: {before}, then {result['outcome']}"
            self.answers[result["outcome"]] += 1

    def _scan(self, phone: str, scan: f.Scan) -> dict[str, Any]:
        self._seq += 1
        event_id = self.events.setdefault(scan.event, new_id())
        return {
            "event_id": str(event_id),
            "token": self.stage.cards[scan.pupil],
            "direction": scan.direction,
            "scanned_at": scan.wall_at.isoformat(),
            "mono_ms": _mono_ms(scan.made_at, scan.boot),
            "device_seq": int(event_id) % 1_000_000,
            "station_id": str(self.stage.gates[phone]),
            "boot_id": f"{phone}/{scan.boot}",
            "location": self._location(phone, scan),
        }

    def _location(self, phone: str, scan: f.Scan) -> dict[str, Any] | None:
        if scan.fix == "none":
            return None
        campus = phone.split("-")[0]
        away = 0.05 if scan.fix == "outside" else 0.0
        return _fix(campus, scan.wall_at, away=away)

    async def _beat(self, beat: f.Beat) -> None:
        who = self.stage.guards[beat.phone]
        body = {
            "station_id": str(self.stage.gates[beat.phone]),
            "pending": beat.pending,
            "oldest_at": beat.oldest_at.isoformat() if beat.oldest_at else None,
            "closed": beat.closed,
        }
        await self.send("PUT", f"/v1/attendance/scanners/{who.device_id}", who, body)

    async def _undo(self, undo: f.Undone) -> None:
        who = self.stage.guards[undo.phone]
        path = f"/v1/attendance/scans/{self.events[undo.event]}/undo"
        # Of a scan that was not recorded there is nothing to take back.
        await self.send("POST", path, who, ok=(200, 404))

    async def _check_in(self, check: f.CheckedIn) -> None:
        event_id = self.events.setdefault(check.event, new_id())
        answer = await self.send(
            "POST",
            "/v1/attendance/check-ins",
            self.stage.staff[check.staff],
            {
                "event_id": str(event_id),
                "station_token": self.stage.station_code(check.campus, check.at),
                "direction": check.direction,
                "scanned_at": check.at.isoformat(),
                "location": _fix(check.campus, check.at),
            },
        )
        self.answers[f"check-in {answer['outcome']}"] += 1

    # Absence.

    async def _run(self, run: f.RunDue) -> None:
        """Until the worker has held it: the story goes on only then."""
        if any(each.first <= run.day <= each.last for each in self._closed.values()):
            return
        await until(lambda: self._is_held(run), within_s=_TRIES_FOR_S)

    async def _is_held(self, run: f.RunDue) -> bool:
        path = f"/v1/schools/{self._sid}/absences/{run.day}"
        day = await self.send("GET", path, self._principal)
        shift_id = str(self.stage.shifts[run.shift])
        return any(each["shift_id"] == shift_id for each in day["runs"])

    async def _absence(self, decided: f.AbsenceDecided) -> None:
        ids = None
        if decided.pupils is not None:
            ids = [str(self.stage.pupils[each]) for each in decided.pupils]
        path = f"/v1/schools/{self._sid}/absences/{decided.day}/decisions"
        body = {
            "decision": decided.decision,
            "shift_id": str(self.stage.shifts[decided.shift]),
            "student_ids": ids,
        }
        # 404: the day was closed, no run was held.
        await self.send("POST", path, self._principal, body, ok=(200, 201, 404))

    # Leave.

    async def _ask(self, asked: f.LeaveAsked) -> None:
        body = {
            "student_id": str(self.stage.pupils[asked.pupil]),
            "from_day": asked.first.isoformat(),
            "to_day": asked.last.isoformat(),
            "part": asked.part,
            "reason": "Con bị sốt",
        }
        if asked.exit_at is not None:
            body["exit_at"] = asked.exit_at.isoformat("minutes")
        who = self.stage.guardians[asked.guardian]
        made = await self.send("POST", "/v1/leave-requests", who, body, ok=(201,))
        self.ids[asked.leave] = made["id"]
        self.ids[f"{asked.leave} pupil"] = asked.pupil
        self.ids[f"{asked.leave} guardian"] = asked.guardian

    async def _decide(self, decided: f.LeaveDecided) -> None:
        pupil = self.ids[f"{decided.leave} pupil"]
        who = self._principal
        if decided.by == "homeroom":
            who = self._homeroom(pupil)
        body = {"decision": "approve" if decided.is_approved else "reject", "reason": ""}
        path = f"/v1/leave-requests/{self.ids[decided.leave]}/decision"
        await self.send("POST", path, who, body)

    async def _withdraw(self, withdrawn: f.LeaveWithdrawn) -> None:
        who = self.stage.guardians[self.ids[f"{withdrawn.leave} guardian"]]
        path = f"/v1/leave-requests/{self.ids[withdrawn.leave]}/withdrawal"
        await self.send("POST", path, who)

    async def _staff_leave(self, leave: f.StaffLeave) -> None:
        body = {
            "school_id": self._sid,
            "from_day": leave.first.isoformat(),
            "to_day": leave.last.isoformat(),
            "part": leave.part,
            "reason": "Việc nhà",
        }
        who = self.stage.staff[leave.staff]
        made = await self.send("POST", "/v1/leave-requests", who, body, ok=(201,))
        path = f"/v1/leave-requests/{made['id']}/decision"
        await self.send("POST", path, self._principal, {"decision": "approve", "reason": ""})

    async def _close(self, closed: f.ClosureDeclared) -> None:
        body = {
            "school_id": self._sid,
            "from_day": closed.first.isoformat(),
            "to_day": closed.last.isoformat(),
            "kind": "storm",
            "reason": "Bão số 9",
        }
        made = await self.send("POST", "/v1/closures", self._principal, body, ok=(201,))
        self.ids[closed.closure] = made["id"]
        self._closed[closed.closure] = closed
        await self._until_told()

    async def _open(self, opened: f.ClosureEnded) -> None:
        path = f"/v1/closures/{self.ids[opened.closure]}/end"
        await self.send("POST", path, self._principal, {"opens_on": None})
        # Its last day is today: tomorrow the school is open.
        said = self._closed.pop(opened.closure)
        today = opened.at.astimezone(f.ZONE).date()
        self._closed[opened.closure] = replace(said, last=today)
        await self._until_told()

    async def _until_told(self) -> None:
        """Until the worker has settled the school's days and told its people."""
        sql = "select not exists (select from closure_fanout where done_at is null)"
        await until(lambda: self.stage.world.owner.fetchval(sql), within_s=_TRIES_FOR_S)

    # Corrections.

    async def _correct(self, said: f.Corrected) -> None:
        body: dict[str, Any] = {
            "student_id": str(self.stage.pupils[said.pupil]),
            "day": said.day.isoformat(),
            "shift_id": str(self.stage.shifts[said.shift]),
            "state": said.state,
            "reason": "Em có trong lớp, thẻ không quét được",
        }
        if said.state == "late":
            body["late_minutes"] = said.late_minutes
        who = self._homeroom(said.pupil) if said.by == "homeroom" else self._principal
        if said.dispute is not None:
            body["dispute_id"] = self.ids[said.dispute]
        path = "/v1/attendance/corrections"
        # 422: the school was closed, there is no such shift.
        made = await self.send("POST", path, who, body, ok=(200, 201, 202, 422))
        if "id" in made:
            self.ids[said.correction] = made["id"]
            assert (made["status"] == "pending") == said.is_pending, made

    async def _second(self, decided: f.CorrectionDecided) -> None:
        if decided.correction not in self.ids:
            return
        path = f"/v1/attendance/corrections/{self.ids[decided.correction]}/decision"
        body = {"decision": "approve" if decided.is_approved else "reject"}
        await self.send("POST", path, self.stage.principals[1], body)

    async def _review(self, reviewed: f.Reviewed) -> None:
        body = {
            "event_ids": [str(self.events[each]) for each in reviewed.events],
            "decision": reviewed.verdict,
            "reason": "Đã xem camera",
        }
        path = f"/v1/schools/{self._sid}/reviews/decisions"
        # 404: it was a duplicate, and nothing waits for a verdict.
        await self.send("POST", path, self._principal, body, ok=(200, 404))

    async def _dispute(self, disputed: f.Disputed) -> None:
        body = {
            "student_id": str(self.stage.pupils[disputed.pupil]),
            "day": disputed.day.isoformat(),
            "kind": "was_there",
        }
        who = self.stage.guardians[disputed.guardian]
        made = await self.send("POST", "/v1/attendance/disputes", who, body, ok=(201,))
        self.ids[disputed.dispute] = made["id"]

    async def _answer(self, answered: f.DisputeAnswered) -> None:
        path = f"/v1/schools/{self._sid}/disputes/{self.ids[answered.dispute]}/answer"
        body = {"answer": answered.verdict, "message": "Trường đã sửa"}
        await self.send("POST", path, self._principal, body)

    # People.

    def _homeroom(self, pupil: str) -> Person:
        return self.stage.homerooms[self._class_of[pupil]]

    async def _out(self, left: f.TransferredOut) -> None:
        path = f"/v1/schools/{self._sid}/students/{self.stage.pupils[left.pupil]}/transfer-out"
        body = {"reason": "Chuyển nhà", "last_day": left.last.isoformat()}
        # Who has left is told no more: what came before has been told by then, hours ago.
        told = "select not exists (select from outbox where dead_at is null)"
        await until(lambda: self.stage.world.owner.fetchval(told), within_s=_TRIES_FOR_S)
        await self.send("POST", path, self._principal, body)

    async def _in(self, came: f.TransferredIn) -> None:
        body = {
            "moet_code": self.stage.moet[came.pupil],
            "class_id": str(self.stage.classes[came.class_key]),
            "from_day": came.first.isoformat(),
            "name": f"Em {came.pupil}",
        }
        path = f"/v1/schools/{self._sid}/students/transfer-in"
        made = await self.send("POST", path, self._principal, body, ok=(201,))
        self.stage.pupils[came.pupil] = UUID(made["id"])
        self._class_of[came.pupil] = came.class_key
        await self.stage.read_card(came.pupil)
        pupil = Student(
            id=UUID(made["id"]),
            school_id=self._sid,
            name=made["name"],
            class_id=self.stage.classes[came.class_key],
            card_id=b"",
            token=self.stage.cards[came.pupil],
        )
        for guardian in next(
            each for each in _pupils(self.stage) if each.key == came.pupil
        ).guardians:
            await self.stage.world.guardian(pupil, person=self.stage.guardians[guardian])

    async def _move(self, moved: f.ClassChanged) -> None:
        path = f"/v1/schools/{self._sid}/students/{self.stage.pupils[moved.pupil]}/enrolment"
        body = {
            "class_id": str(self.stage.classes[moved.class_key]),
            "from_day": moved.first.isoformat(),
        }
        await self.send("POST", path, self._principal, body, ok=(200, 201))
        self._class_of[moved.pupil] = moved.class_key


def _pupils(stage: Stage) -> tuple[f.Pupil, ...]:
    return stage.story_school.pupils


def _mono_ms(at: datetime, boot: int) -> int:
    """Each start of a phone counts from a zero of its own."""
    return int((at - _EPOCH - timedelta(hours=boot)) / timedelta(milliseconds=1))


def _fix(campus: str, at: datetime, *, away: float = 0.0) -> dict[str, Any]:
    fence = FENCES[campus]
    return {
        "lat": fence["lat"] + away,
        "lng": fence["lng"],
        "accuracy_m": 10.0,
        "fixed_at": at.isoformat(),
        "provider": "android",
        "is_mock": False,
    }
