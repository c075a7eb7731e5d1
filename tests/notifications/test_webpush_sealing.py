"""Encryption and signature against the examples of their RFCs."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from app.push_key import PushKey, point_of
from notifications.channels.webpush_sealing import (
    MAX_PLAINTEXT_BYTES,
    TooLarge,
    authorization,
    b64url,
    encrypt,
)
from tests.fakes.webpush_browser import Browser

# RFC 8291 §5 and appendix A.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
EPHEMERAL = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    number = int.from_bytes(b64url(EPHEMERAL), "big")
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh=P256DH,
        auth=AUTH,
        ephemeral=ec.derive_private_key(number, ec.SECP256R1()),
        salt=b64url(SALT),
        step=1,
    )
    assert base64.urlsafe_b64encode(body).rstrip(b"=").decode() == BODY


@given(st.text(max_size=600))
def test_what_is_sealed_the_browser_reads(text: str) -> None:
    browser = Browser("https://push.example", "key")
    plain = b'{"x":' + json.dumps(text).encode() + b"}"
    if len(plain) > MAX_PLAINTEXT_BYTES:
        return
    body = encrypt(plain, p256dh=browser.p256dh, auth=browser.auth)
    assert browser.read(body) == {"x": text}
    assert len(body) <= 4096


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    assert encrypt(b"x", p256dh=P256DH, auth=AUTH) != encrypt(b"x", p256dh=P256DH, auth=AUTH)


def test_short_and_shorter_look_the_same_from_outside() -> None:
    sizes = {len(encrypt(b"x" * n, p256dh=P256DH, auth=AUTH)) for n in (1, 200, 511)}
    assert len(sizes) == 1


def test_what_a_service_may_refuse_for_its_length_is_not_sealed() -> None:
    with pytest.raises(TooLarge):
        encrypt(b"x" * (MAX_PLAINTEXT_BYTES + 1), p256dh=P256DH, auth=AUTH)
    assert len(encrypt(b"x" * MAX_PLAINTEXT_BYTES, p256dh=P256DH, auth=AUTH)) <= 4096


@pytest.mark.parametrize(("p256dh", "auth"), [("k", AUTH), (P256DH[:-4], AUTH), (P256DH, "+?")])
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        encrypt(b"x", p256dh=p256dh, auth=auth)


def test_the_signature_names_the_service_the_sender_and_an_end_within_a_day() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    key = PushKey(public_key=point_of(private.public_key()), private_key=private)
    header = authorization(
        key, origin="https://fcm.googleapis.com", subject="mailto:it@so.example.vn", now=1e9
    )
    token = header.removeprefix("vapid t=").partition(", ")[0]
    assert header.endswith(f", k={key.public_key}")
    assert jwt.decode(
        token, private.public_key(), algorithms=["ES256"], options={"verify_exp": False},
        audience="https://fcm.googleapis.com",
    ) == {
        "aud": "https://fcm.googleapis.com",
        "exp": 1_000_000_000 + 12 * 3600,
        "sub": "mailto:it@so.example.vn",
    }  # fmt: skip
