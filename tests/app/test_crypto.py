import base64
import hashlib
import hmac
import json
import pickle
from datetime import UTC, date, datetime

import jwt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto import Undecryptable, Vault
from app.keys import KeyRing, UnknownKey

KEY_1, KEY_2 = bytes(range(32)), bytes(range(100, 132))
OLD = KeyRing.parse(f"1:{KEY_1.hex()}")
BOTH = KeyRing.parse(f"1:{KEY_1.hex()},2:{KEY_2.hex()}")
NEW = KeyRing.parse(f"2:{KEY_2.hex()}")
PHONE = "+84900000001"


@pytest.mark.parametrize(
    "text",
    [
        KEY_1.hex(),
        KEY_1.hex().upper(),
        base64.b64encode(KEY_1).decode(),
        base64.urlsafe_b64encode(KEY_1).decode().rstrip("="),
        f" 1:{KEY_1.hex()}\n",
    ],
)
def test_one_key_may_be_written_in_every_usual_way(text: str) -> None:
    assert KeyRing.parse(text).derive("x") == OLD.derive("x")


def test_a_generated_key_can_be_used() -> None:
    ring = KeyRing.parse(f"255:{KeyRing.generate()}")
    assert ring.ids == (255,)


def test_the_highest_id_is_the_current_key() -> None:
    swapped = KeyRing.parse(f"2:{KEY_2.hex()}, 1:{KEY_1.hex()}")
    assert (swapped.current_id, swapped.ids) == (2, (2, 1))
    assert swapped.derive("x") == NEW.derive("x")
    assert swapped.derive("x", key_id=1) == OLD.derive("x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "32 bytes"),
        ("0123456789abcdef", "32 bytes"),
        ("not a key at all!", "base64"),
        (f"256:{KEY_1.hex()}", "0 to 255"),
        (f"-1:{KEY_1.hex()}", "0 to 255"),
        (f"1:{KEY_1.hex()},1:{KEY_2.hex()}", "twice"),
        (f"{KEY_1.hex()},2:{KEY_2.hex()}", "each needs its id"),
        (f"1:{KEY_1.hex()},2:{KEY_2.hex()},3:{KEY_1.hex()}", "at most two"),
    ],
)
def test_a_bad_master_key_is_refused_in_words_that_do_not_show_it(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        KeyRing.parse(text)
    assert KEY_1.hex() not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_ring_never_shows_its_secrets() -> None:
    secret = KEY_1.hex()
    shown = repr(OLD) + str(OLD) + repr(list(OLD.__rich_repr__())) + repr(Vault(OLD))
    assert secret not in shown
    assert repr(KEY_1) not in shown
    with pytest.raises(TypeError):
        msgspec.json.encode(OLD)
    with pytest.raises(TypeError):
        pickle.dumps(OLD)


def test_derivation_is_hkdf_as_rfc_5869_says() -> None:
    """Pinned by hand: were it to change, every printed card in the province would be void."""
    info = b"".join(
        tag + len(raw).to_bytes(4, "big") + raw
        for tag, raw in [(b"s", b"card-code"), (b"i", b"1"), (b"i", b"42"), (b"d", b"2026-09-05")]
    )
    prk = hmac.digest(b"cong-truong/v1", KEY_1, "sha256")
    expected = hmac.digest(prk, info + b"\x01", "sha256")
    assert OLD.derive("card-code", 42, date(2026, 9, 5)) == expected
    assert OLD.derive("card-code", 42, date(2026, 9, 5), length=16) == expected[:16]


contexts = st.lists(st.one_of(st.integers(), st.text(), st.binary(), st.dates()), max_size=3)


@given(contexts, contexts)
def test_two_contexts_never_share_a_key(
    one: list[int | str | bytes | date], other: list[int | str | bytes | date]
) -> None:
    same = [(type(part), part) for part in one] == [(type(part), part) for part in other]
    assert (OLD.derive("x", *one) == OLD.derive("x", *other)) == same


def test_parts_of_a_context_do_not_run_together() -> None:
    assert OLD.derive("a", "bc") != OLD.derive("ab", "c")
    assert OLD.derive("a", 1) != OLD.derive("a", "1") != OLD.derive("a", b"1")


def test_a_key_context_is_a_day_and_never_an_instant() -> None:
    with pytest.raises(TypeError):
        OLD.derive("x", datetime(2026, 9, 5, tzinfo=UTC))


def test_a_retired_key_derives_nothing() -> None:
    with pytest.raises(UnknownKey):
        NEW.derive("x", key_id=1)


@given(st.text())
def test_what_is_sealed_opens_again_also_after_a_rotation(text: str) -> None:
    sealed = Vault(OLD).seal(text, purpose="account.phone")
    assert Vault(BOTH).open(sealed, purpose="account.phone") == text
    with pytest.raises(Undecryptable):
        Vault(NEW).open(sealed, purpose="account.phone")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    vault = Vault(OLD)
    assert len({vault.seal(PHONE, purpose="p") for _ in range(100)}) == 100


def test_any_flipped_bit_and_any_cut_make_it_undecryptable() -> None:
    vault = Vault(BOTH)
    sealed = vault.seal(PHONE, purpose="p")
    school = vault.school_box(vault.new_school_key(), 7)
    boxed = school.seal(PHONE, field="f")
    for bit in range(len(sealed) * 8):
        with pytest.raises(Undecryptable):
            vault.open(_flipped(sealed, bit), purpose="p")
    for bit in range(len(boxed) * 8):
        with pytest.raises(Undecryptable):
            school.open(_flipped(boxed, bit), field="f")
    for size in range(len(sealed)):
        with pytest.raises(Undecryptable):
            vault.open(sealed[:size], purpose="p")
    for size in range(len(boxed)):
        with pytest.raises(Undecryptable):
            school.open(boxed[:size], field="f")


def test_a_value_moved_to_another_purpose_field_or_school_does_not_open() -> None:
    vault = Vault(OLD)
    with pytest.raises(Undecryptable):
        vault.open(vault.seal(PHONE, purpose="account.phone"), purpose="otp.phone")
    wrapped = vault.new_school_key()
    here, there = vault.school_box(wrapped, 1), vault.school_box(wrapped, 11)
    sealed = here.seal("Dị ứng đậu phộng", field="student.health")
    assert here.open(sealed, field="student.health") == "Dị ứng đậu phộng"
    with pytest.raises(Undecryptable):
        there.open(sealed, field="student.health")
    with pytest.raises(Undecryptable):
        here.open(sealed, field="student.phone")
    with pytest.raises(Undecryptable):
        vault.school_box(vault.new_school_key(), 1).open(sealed, field="student.health")


def test_a_school_key_outlives_the_master_key_that_wrapped_it() -> None:
    wrapped = Vault(OLD).new_school_key()
    sealed = Vault(OLD).school_box(wrapped, 1).seal(PHONE, field="f")
    rewrapped = Vault(BOTH).rewrap_school_key(wrapped)
    assert Vault(NEW).school_box(rewrapped, 1).open(sealed, field="f") == PHONE
    with pytest.raises(Undecryptable):
        Vault(NEW).school_box(wrapped, 1)


def test_a_sealed_text_does_not_pass_as_a_school_key() -> None:
    with pytest.raises(Undecryptable):
        Vault(OLD).school_box(Vault(OLD).seal("x" * 32, purpose="account.phone"), 1)


def test_a_phone_is_found_under_every_live_key() -> None:
    assert Vault(OLD).phone_index(PHONE) in Vault(BOTH).phone_indexes(PHONE)
    assert Vault(BOTH).phone_indexes(PHONE)[0] == Vault(NEW).phone_index(PHONE)
    assert Vault(OLD).phone_index(PHONE) != Vault(NEW).phone_index(PHONE)
    assert Vault(OLD).phone_index(PHONE) != Vault(OLD).phone_index("+84900000002")


@pytest.mark.parametrize(
    "phone", ["0900000001", "84900000001", "+84 900 000 001", "", "+84٩00000001"]
)
def test_only_one_spelling_of_a_phone_is_indexed(phone: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164") as caught:
        Vault(OLD).phone_index(phone)
    assert not phone or phone not in str(caught.value)


def test_tokens_of_both_live_keys_are_verified_with_the_published_keys() -> None:
    published = {key.key_id: key for key in jwt.PyJWKSet.from_dict(Vault(BOTH).jwks()).keys}
    assert list(published) == list(Vault(BOTH).signing_keys())
    for ring in (OLD, NEW):
        kid, key = Vault(ring).current_signing_key()
        token = jwt.encode({"sub": "x"}, key, algorithm="EdDSA", headers={"kid": kid})
        assert jwt.decode(token, published[kid], algorithms=["EdDSA"]) == {"sub": "x"}
    assert Vault(BOTH).current_signing_key()[0] == Vault(NEW).current_signing_key()[0]


def test_the_published_keys_are_public_only_and_named_by_their_thumbprint() -> None:
    keys = Vault(BOTH).jwks()["keys"]
    for key in keys:
        assert set(key) == {"kty", "crv", "alg", "use", "kid", "x"}
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == (
            "OKP",
            "Ed25519",
            "EdDSA",
            "sig",
        )
        members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": key["x"]}, separators=(",", ":"))
        digest = hashlib.sha256(members.encode()).digest()
        assert key["kid"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert len({key["kid"] for key in keys}) == 2


def _flipped(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
