import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import base45
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.attendance import codes
from app.attendance.codes import BadMac, BadToken, CardCode, PhoneCode, StationCode, UnknownKey
from app.attendance.qr import qr_matrix, qr_png, qr_svg
from app.keys import KeyRing

KEY_1, KEY_2, KEY_3 = (bytes([n]) * 32 for n in (1, 2, 3))
OLD = KeyRing.parse(f"1:{KEY_1.hex()}")
RING = KeyRing.parse(f"1:{KEY_1.hex()},2:{KEY_2.hex()}")
NEXT = KeyRing.parse(f"2:{KEY_2.hex()},3:{KEY_3.hex()}")
STRANGER = KeyRing.parse(f"1:{KEY_3.hex()},2:{KEY_3.hex()}")

school_ids = st.integers(0, 2**24 - 1)
card_ids = st.binary(min_size=8, max_size=8)
numbers = st.integers(0, 2**16 - 1)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def card_token(ring: KeyRing, school_id: int, card_id: bytes, _at: datetime, _n: int) -> str:
    return codes.issue_card(ring, school_id=school_id, card_id=card_id)


def phone_token(ring: KeyRing, school_id: int, card_id: bytes, at: datetime, _n: int) -> str:
    card = codes.parse(codes.issue_card(ring, school_id=school_id, card_id=card_id))
    assert isinstance(card, CardCode)
    key = codes.phone_key(ring, school_id=school_id, card_id=card_id, key_id=card.key_id)
    return codes.phone_code(key, card_prefix=card.prefix, at=at)


def station_token(ring: KeyRing, school_id: int, _card: bytes, at: datetime, number: int) -> str:
    step, key_id = codes.station_step(at), ring.current_id
    day_key = codes.station_day_key(
        ring, school_id=school_id, number=number, day=codes.step_day(step), key_id=key_id
    )
    return codes.station_code(day_key, key_id=key_id, school_id=school_id, number=number, step=step)


Maker = Callable[[KeyRing, int, bytes, datetime, int], str]
every_kind = pytest.mark.parametrize("make", [card_token, phone_token, station_token])


@every_kind
@given(school_ids, card_ids, instants, numbers)
def test_a_genuine_code_says_what_was_put_in_and_passes(
    make: Maker, school_id: int, card_id: bytes, at: datetime, number: int
) -> None:
    code = codes.parse(make(RING, school_id, card_id, at, number))
    codes.verify(RING, code)
    assert (code.key_id, code.school_id) == (2, school_id)
    match code:
        case CardCode():
            assert code.card_id == card_id
        case PhoneCode():
            assert (code.card_id, code.unix_s) == (card_id, int(at.timestamp()))
        case StationCode():
            assert (code.number, code.step) == (number, int(at.timestamp()) // 10)


@every_kind
@given(school_ids, card_ids, instants, numbers, st.data())
def test_any_flipped_bit_is_noticed(
    make: Maker, school_id: int, card_id: bytes, at: datetime, number: int, data: st.DataObject
) -> None:
    raw = _raw(make(RING, school_id, card_id, at, number))
    bits = data.draw(st.sets(st.integers(0, len(raw) * 8 - 1), min_size=1, max_size=4))
    with pytest.raises((BadToken, BadMac, UnknownKey)):
        codes.verify(RING, codes.parse(_token(_flipped(raw, *bits))))


@every_kind
def test_every_single_flipped_bit_has_the_right_outcome(make: Maker) -> None:
    raw = _raw(make(RING, 42, b"card-id!", datetime(2026, 9, 7, tzinfo=UTC), 3))
    for bit in range(len(raw) * 8):
        token = _token(_flipped(raw, bit))
        # Byte 1 is the key id: one flip leads from 2 to 0, 3, 6, ..., and never to the live 1.
        expected: type[Exception] = UnknownKey if bit // 8 == 1 else BadMac
        try:
            code = codes.parse(token)
        except BadToken:
            assert bit // 8 == 0
            continue
        with pytest.raises(expected):
            codes.verify(RING, code)


@every_kind
@given(school_ids, card_ids, instants, numbers)
def test_a_code_made_with_a_stranger_s_master_key_is_a_forgery(
    make: Maker, school_id: int, card_id: bytes, at: datetime, number: int
) -> None:
    with pytest.raises(BadMac):
        codes.verify(RING, codes.parse(make(STRANGER, school_id, card_id, at, number)))


@every_kind
@given(school_ids, school_ids, card_ids, instants, numbers)
def test_another_school_s_key_makes_no_code_for_this_school(
    make: Maker, one: int, other: int, card_id: bytes, at: datetime, number: int
) -> None:
    raw = _raw(make(RING, one, card_id, at, number))
    claimed = _token(raw[:2] + other.to_bytes(3, "big") + raw[5:])
    if one == other:
        codes.verify(RING, codes.parse(claimed))
    else:
        with pytest.raises(BadMac):
            codes.verify(RING, codes.parse(claimed))


@every_kind
def test_an_old_key_id_lives_as_long_as_its_key(make: Maker) -> None:
    code = codes.parse(make(OLD, 42, b"card-id!", datetime(2026, 9, 7, tzinfo=UTC), 3))
    codes.verify(RING, code)
    with pytest.raises(UnknownKey):
        codes.verify(NEXT, code)


@every_kind
def test_a_code_relabelled_with_the_other_live_key_is_a_forgery(make: Maker) -> None:
    raw = _raw(make(RING, 42, b"card-id!", datetime(2026, 9, 7, tzinfo=UTC), 3))
    with pytest.raises(BadMac):
        codes.verify(RING, codes.parse(_token(raw[:1] + b"\x01" + raw[2:])))


def test_a_card_is_printed_again_the_same_also_under_the_older_key() -> None:
    first = codes.issue_card(OLD, school_id=42, card_id=b"card-id!")
    assert codes.issue_card(RING, school_id=42, card_id=b"card-id!", key_id=1) == first
    assert codes.issue_card(RING, school_id=42, card_id=b"card-id!") != first


def test_the_bytes_of_the_codes_never_change() -> None:
    """Cards are printed once a year; a change of format must be a new version."""
    at = datetime(2026, 9, 7, 0, 0, 1, tzinfo=UTC)
    made = [make(OLD, 42, b"card-id!", at, 3) for make in (card_token, phone_token, station_token)]
    assert made == PINNED


def test_a_phone_s_code_begins_as_its_card_does_but_for_the_type() -> None:
    at = datetime(2026, 9, 7, tzinfo=UTC)
    card = _raw(card_token(RING, 42, b"card-id!", at, 0))
    phone = _raw(phone_token(RING, 42, b"card-id!", at, 0))
    assert (card[0], phone[0]) == (0x11, 0x21)
    assert card[1:13] == phone[1:13]


@given(card_ids, card_ids)
def test_the_key_of_one_card_s_phone_makes_no_code_of_another_card(
    one: bytes, other: bytes
) -> None:
    key = codes.phone_key(RING, school_id=42, card_id=one, key_id=2)
    prefix = _raw(codes.issue_card(RING, school_id=42, card_id=other))[:13]
    token = codes.phone_code(key, card_prefix=prefix, at=datetime(2026, 9, 7, tzinfo=UTC))
    if one == other:
        codes.verify(RING, codes.parse(token))
    else:
        with pytest.raises(BadMac):
            codes.verify(RING, codes.parse(token))


def test_a_display_s_day_key_makes_no_code_of_another_day_or_station() -> None:
    # 16:59:50 UTC is the last step of 7 September in Vietnam.
    last = codes.station_step(datetime(2026, 9, 7, 16, 59, 50, tzinfo=UTC))
    day_key = codes.station_day_key(
        RING, school_id=42, number=3, day=codes.step_day(last), key_id=2
    )
    assert codes.step_day(last) == datetime(2026, 9, 7, tzinfo=UTC).date()
    for step, number, passes in ((last, 3, True), (last + 1, 3, False), (last, 4, False)):
        token = codes.station_code(day_key, key_id=2, school_id=42, number=number, step=step)
        if passes:
            codes.verify(RING, codes.parse(token))
        else:
            with pytest.raises(BadMac):
                codes.verify(RING, codes.parse(token))


@given(
    st.text()
    | st.text(alphabet="CT1:0123456789ABCDEFGHIJ $%*+-./", max_size=70).map("CT1:".__add__)
)
def test_any_text_is_a_code_or_a_bad_token_and_never_passes(text: str) -> None:
    with pytest.raises((BadToken, BadMac, UnknownKey)):
        codes.verify(RING, codes.parse(text))


@every_kind
@given(school_ids, card_ids, instants, numbers, st.text(alphabet=" \t\r\n", max_size=8))
def test_whitespace_that_a_scanner_adds_is_dropped_and_nothing_else_is_mended(
    make: Maker, school_id: int, card_id: bytes, at: datetime, number: int, space: str
) -> None:
    token = make(RING, school_id, card_id, at, number)
    assert codes.parse(space + token + space) == codes.parse(token)
    assert token[-1] in "012345"
    for broken in (token.lower(), token[1:], token[:-1], token + "0", "CT2:" + token[4:]):
        with pytest.raises(BadToken):
            codes.parse(broken)


def test_a_long_token_is_refused_before_it_is_read() -> None:
    token = card_token(RING, 42, b"card-id!", datetime(2026, 9, 7, tzinfo=UTC), 0)
    assert codes.parse(token + " " * (64 - len(token))) == codes.parse(token)
    for long in (token + " " * (65 - len(token)), "CT1:" + "0" * 10_000_000):
        with pytest.raises(BadToken):
            codes.parse(long)


@pytest.mark.parametrize(
    ("school_id", "card_id"), [(2**24, b"card-id!"), (-1, b"card-id!"), (1, b"")]
)
def test_what_does_not_fit_a_card_is_refused(school_id: int, card_id: bytes) -> None:
    with pytest.raises(ValueError, match="bytes"):
        codes.issue_card(RING, school_id=school_id, card_id=card_id)


@given(instants, st.integers(-400, 400))
def test_a_phone_s_code_is_good_for_90_seconds_either_way(at: datetime, age_s: int) -> None:
    at = at.replace(microsecond=0)
    code = codes.parse(phone_token(RING, 42, b"card-id!", at, 0))
    assert isinstance(code, PhoneCode)
    expected = "ok" if abs(age_s) <= 90 else "expired" if age_s > 0 else "future"
    assert codes.phone_window(code, at + timedelta(seconds=age_s)) == expected


@given(instants, st.integers(-6, 6), st.integers(-6, 6))
def test_a_station_s_code_is_good_from_two_steps_back_to_one_ahead(
    now: datetime, ahead: int, claimed_ahead: int
) -> None:
    at = now + timedelta(seconds=10 * ahead)
    code = codes.parse(station_token(RING, 42, b"", at, 3))
    assert isinstance(code, StationCode)
    scanned_at = at - timedelta(seconds=10 * claimed_ahead)
    if -2 <= ahead <= 1:
        expected = "ok"
    elif ahead > 1:
        expected = "future"
    else:
        expected = "late" if -2 <= claimed_ahead <= 1 else "expired"
    assert codes.station_window(code, now, scanned_at) == expected


def test_a_step_is_shown_for_ten_seconds() -> None:
    step = codes.station_step(datetime(2026, 9, 7, 0, 0, 19, 999_999, tzinfo=UTC))
    assert codes.step_start(step) == datetime(2026, 9, 7, 0, 0, 10, tzinfo=UTC)


@every_kind
def test_every_code_fits_its_qr_version_at_level_m_and_an_independent_decoder_reads_it(
    make: Maker,
) -> None:
    for n in range(25):
        at = datetime(2026, 9, 7, tzinfo=UTC) + timedelta(seconds=9_973 * n)
        token = make(RING, n * 671_088, bytes([n * 10] * 8), at, n * 2_600)
        side = len(qr_matrix(token))
        assert side == (29 if make is phone_token else 25)
        assert len(token) == (45 if make is phone_token else 36)
        image = Image.open(io.BytesIO(qr_png(token, scale=3)))
        image.load()
        assert image.size == ((side + 8) * 3,) * 2
        (found,) = zxingcpp.read_barcodes(image)
        assert (found.text, found.ec_level) == (token, "M")
        codes.verify(RING, codes.parse(found.text))


def test_a_token_too_long_or_in_lower_case_makes_no_qr() -> None:
    with pytest.raises(ValueError, match="QR version 4"):
        qr_matrix("A" * 62)
    with pytest.raises(ValueError, match="mode"):
        qr_matrix("ct1:abc")


def test_the_svg_has_the_modules_of_the_matrix() -> None:
    token = card_token(RING, 42, b"card-id!", datetime(2026, 9, 7, tzinfo=UTC), 0)
    for quiet in (0, 4):
        svg = qr_svg(token, quiet_zone=quiet)
        assert f'viewBox="0 0 {25 + 2 * quiet} {25 + 2 * quiet}"' in svg
        drawn = set()
        for run in svg.split('<path d="M')[1].split('"')[0].removesuffix("z").split("zM"):
            start, length = run.split("v1")[0].split("h")
            x, y = (int(part) - quiet for part in start.split())
            drawn |= {(x + dx, y) for dx in range(int(length))}
        dark = {(x, y) for y, row in enumerate(qr_matrix(token)) for x, on in enumerate(row) if on}
        assert drawn == dark


def _raw(token: str) -> bytes:
    raw: bytes = base45.b45decode(token.removeprefix("CT1:"))
    return raw


def _token(raw: bytes) -> str:
    encoded: bytes = base45.b45encode(raw)
    return "CT1:" + encoded.decode()


def _flipped(raw: bytes, *bits: int) -> bytes:
    changed = bytearray(raw)
    for bit in bits:
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


# Computed from the specification by a script that shares no code with ours.
PINNED = [
    "CT1:X620006G5GEC+TCPEDKC4/3E L7A8PY2",
    "CT1:Y740006G5GEC+TCPED4A4 /J1IG-F80*79WS-1A01",
    "CT1:Z86000.D5DH0VILV98L0NDXQ:4TQRC95",
]
