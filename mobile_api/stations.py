"""Stations, their screens and the codes they show."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import changes_of
from app.schools.pairing import PAIRING_CODE_S, create_pairing
from app.schools.places import queries, service, station_codes
from app.schools.places.model import NoSuchStation, Station, StationKind
from app.schools.places.station_codes import DayKey, ShownCode
from mobile_api.access import STAFF, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.idempotency import KEEPS_NO_ANSWER
from mobile_api.inputs import Cursor, Limit, Name, PathId, PathSchool

_READ = {"who": only(*STAFF)}
_WRITE = {"who": only("principal")}


class NewStation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    campus_id: UUID
    name: Name
    kind: StationKind


class StationChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    campus_id: UUID | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    kind: StationKind | UnsetType = UNSET


class Pairing(Struct, frozen=True, kw_only=True):
    """Typed into the screen before `expires_at`, once."""

    pairing_code: str
    expires_at: datetime


class Stations(Controller):
    path = "/v1/schools/{school_id:int}/stations"
    tags = ("schools",)

    @get(opt=_READ)
    async def list_stations(
        self, tx: Tx, school_id: PathSchool, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
    ) -> Page[Station]:
        """The school's stations by number. For staff."""
        decoded = decode_cursor(cursor, tuple[Annotated[int, Meta(ge=0, le=65_535)]])
        rows = await queries.stations(
            tx, school_id=school_id, after_number=decoded[0] if decoded else 0, limit=limit + 1
        )
        return page_of(rows, limit=limit, key=lambda station: (station.number,))

    @post(opt=_WRITE)
    async def create_station(
        self, tx: Tx, school_id: PathSchool, data: JSONBody[NewStation]
    ) -> Station:
        """Add a station; it gets the school's next number. For the principal."""
        return await service.create_station(
            tx, school_id=school_id, campus_id=data.campus_id, name=data.name, kind=data.kind
        )

    @get("/{station_id:uuid}", opt=_READ)
    async def get_station(self, tx: Tx, school_id: PathSchool, station_id: PathId) -> Station:
        """One station, also an ended one. For staff."""
        return await service.station(tx, school_id=school_id, station_id=station_id)

    @patch("/{station_id:uuid}", opt=_WRITE)
    async def change_station(
        self, tx: Tx, school_id: PathSchool, station_id: PathId, data: JSONBody[StationChange]
    ) -> Station:
        """Rename a station, change its kind or campus. For the principal."""
        return await service.change_station(
            tx, school_id=school_id, station_id=station_id, changes=changes_of(data)
        )

    @delete("/{station_id:uuid}", opt=_WRITE)
    async def end_station(
        self, tx: Tx, now: Now, school_id: PathSchool, station_id: PathId
    ) -> None:
        """End a station and its screens. For the principal."""
        await service.end_station(tx, school_id=school_id, station_id=station_id, now=now)


class StationScreens(Controller):
    path = "/v1/stations/{station_id:uuid}"
    tags = ("attendance",)

    # A secret of ten minutes is not kept for days; a second call harms nobody.
    @post(
        "/pairing",
        operation_id="create_pairing_code",
        opt={**_WRITE, KEEPS_NO_ANSWER: True},
    )
    async def pair(self, tx: Tx, caller: Me, now: Now, station_id: PathId) -> Pairing:
        """A code that makes a screen this station's, good once, for ten minutes.

        For the station's principal. An earlier unused code of the station ends.
        """
        school_id = await station_codes.school_of_station(tx, caller=caller, station_id=station_id)
        code = await create_pairing(
            tx,
            school_id=school_id,
            station_id=station_id,
            created_by=caller.account_id,
            now=now,
        )
        return Pairing(pairing_code=code, expires_at=now + timedelta(seconds=PAIRING_CODE_S))

    @get("/code", operation_id="show_station_code", opt={"who": only("display", "principal")})
    async def code(
        self, tx: Tx, caller: Me, now: Now, resources: Res, station_id: PathId
    ) -> ShownCode:
        """The code that the station shows now. For the station's screen and its principal."""
        school_id = await station_codes.school_of_station(tx, caller=caller, station_id=station_id)
        return await station_codes.shown_code(
            tx, ring=resources.vault.ring, school_id=school_id, station_id=station_id, now=now
        )

    @get("/day-key", operation_id="show_day_key", opt={"who": only("display")})
    async def day_key(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        station_id: PathId,
        day: Annotated[
            date | None, QueryParameter(description="today, the default, or tomorrow")
        ] = None,
    ) -> DayKey:
        """The key by which the station's own screen works a day without a network."""
        school_id = await station_codes.school_of_station(tx, caller=caller, station_id=station_id)
        if caller.person_in(school_id, "display") != station_id:
            raise NoSuchStation
        return await station_codes.day_key(
            tx,
            ring=resources.vault.ring,
            school_id=school_id,
            station_id=station_id,
            day=day,
            now=now,
        )


HANDLERS = [Stations, StationScreens]
