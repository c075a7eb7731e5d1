"""The codes against which the browser's own are tested are the server's."""

import json
from datetime import date
from pathlib import Path

from app.attendance.codes import StationCode, parse, station_code, station_day_key, verify
from app.keys import KeyRing
from app.schools.common import b64url

VECTORS = Path(__file__).parents[3] / "web" / "tests" / "station_codes.json"

RING = KeyRing.parse(f"1:{bytes(range(32)).hex()},7:{'a5' * 32}")


def _vectors() -> list[dict[str, object]]:
    """Three stations, the smallest and the largest numbers among them, over many steps."""
    made: list[dict[str, object]] = []
    for school_id, number, key_id, day in (
        (1, 1, 1, date(2026, 11, 16)),
        (16_777_215, 65_535, 7, date(2026, 12, 31)),
        (65_537, 258, 7, date(2027, 2, 28)),
    ):
        key = station_day_key(RING, school_id=school_id, number=number, day=day, key_id=key_id)
        # From the first second of the day in Vietnam to the last, and the ends of what fits.
        first = int((day - date(1970, 1, 1)).days * 8640 - 7 * 360)
        steps = [*range(first, first + 8640, 359), first + 8639, 0, 2**32 - 1]
        codes = [
            station_code(key, key_id=key_id, school_id=school_id, number=number, step=step)
            for step in steps
        ]
        made.append(
            {
                "key_id": key_id,
                "school_id": school_id,
                "number": number,
                "day": day.isoformat(),
                "key": b64url(key),
                "steps": steps,
                "codes": codes,
            }
        )
    return made


def test_the_servers_own_reading_takes_the_vectors() -> None:
    vector = json.loads(VECTORS.read_text())[1]
    for step, text in zip(vector["steps"][:-2], vector["codes"][:-2], strict=True):
        code = parse(text)
        assert isinstance(code, StationCode)
        assert (code.school_id, code.number, code.step) == (16_777_215, 65_535, step)
        verify(RING, code)


def test_the_vectors_of_the_browsers_test_are_what_the_server_makes() -> None:
    assert json.loads(VECTORS.read_text()) == _vectors()


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(_vectors(), indent=1) + "\n")
