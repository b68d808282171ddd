"""Sealing, look-up and masked display of personal identifiers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yitong.kernel.crypto import (
    CryptoError,
    DecryptionFailed,
    InvalidInput,
    InvalidKey,
    Masked,
    Sealer,
    UnknownKeyId,
    mask,
)

OLD, NEW = b"o" * 32, b"n" * 32
SEALER = Sealer(OLD)
PLACE = "person.id_number:1"


@given(st.text(), st.text())
@settings(deadline=None)
def test_what_was_sealed_opens_in_its_place_only(text: str, context: str) -> None:
    sealed = SEALER.seal(text, context)
    assert SEALER.open(sealed, context) == text
    assert SEALER.seal(text, context) != sealed
    with pytest.raises(DecryptionFailed):
        SEALER.open(sealed, context + "2")


def test_every_changed_character_is_noticed() -> None:
    sealed = SEALER.seal("110101199003071234", PLACE)
    for position, character in enumerate(sealed):
        changed = sealed[:position] + ("A" if character != "A" else "B") + sealed[position + 1 :]
        with pytest.raises((DecryptionFailed, UnknownKeyId)):
            SEALER.open(changed, PLACE)


@pytest.mark.parametrize(
    "text",
    ["", "s1", "s1.k1.", "s1.k1.AAAA", "s1.k1.!!!!", "s2.k1." + "A" * 60, "s1.k1.甲", "110101199003071234"],
)
def test_other_texts_are_not_sealed_texts(text: str) -> None:
    with pytest.raises(DecryptionFailed):
        SEALER.open(text, PLACE)


@given(st.text())
@settings(deadline=None)
def test_no_text_ever_raises_anything_else(text: str) -> None:
    for candidate in (text, f"s1.k1.{text}"):
        with pytest.raises(CryptoError):
            SEALER.open(candidate, PLACE)


def test_rotation_opens_old_texts_seals_with_the_new_key_and_keeps_look_ups() -> None:
    old_text = SEALER.seal("张三丰", PLACE)
    rotated = Sealer(NEW, key_id="k2", older={"k1": OLD}, lookup_key_id="k1")
    new_text = rotated.seal("张三丰", PLACE)
    assert rotated.open(old_text, PLACE) == rotated.open(new_text, PLACE) == "张三丰"
    assert rotated.stale(old_text)
    assert not rotated.stale(new_text)
    assert rotated.lookup_hash("phone", "13812345678") == SEALER.lookup_hash("phone", "13812345678")
    assert rotated.fingerprint() == SEALER.fingerprint()
    with pytest.raises(UnknownKeyId):
        SEALER.open(new_text, PLACE)


def test_a_sealed_text_does_not_open_under_another_key_with_the_same_id() -> None:
    with pytest.raises(DecryptionFailed):
        Sealer(NEW).open(SEALER.seal("x", PLACE), PLACE)
    assert Sealer(NEW).fingerprint() != SEALER.fingerprint()


def test_look_up_hashes_are_equal_for_equal_values_of_one_kind_only() -> None:
    value = SEALER.lookup_hash("id_number", "11010119900307123X")
    assert len(value) == 32
    assert value == Sealer(OLD).lookup_hash("id_number", "11010119900307123X")
    others = {
        SEALER.lookup_hash("phone", "11010119900307123X"),
        SEALER.lookup_hash("id_number", "110101199003071231"),
        SEALER.lookup_hash("id_number1", "1010119900307123X"),
        Sealer(NEW).lookup_hash("id_number", "11010119900307123X"),
    }
    assert value not in others
    assert len(others) == 4


@pytest.mark.parametrize(("kind", "value"), [("", "1"), ("a\0b", "1"), ("phone", "")])
def test_look_up_needs_a_kind_and_a_value(kind: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        SEALER.lookup_hash(kind, value)


def test_half_a_surrogate_pair_is_bad_input() -> None:
    for text, context in (("\ud800", PLACE), ("x", "\ud800")):
        with pytest.raises(InvalidInput):
            SEALER.seal(text, context)
    with pytest.raises(InvalidInput):
        SEALER.lookup_hash("name", "\ud800")


def test_bad_key_settings_are_refused() -> None:
    with pytest.raises(InvalidKey):
        Sealer(b"short")
    with pytest.raises(InvalidKey):
        Sealer(NEW, key_id="a.b")
    with pytest.raises(InvalidKey):
        Sealer(NEW, older={"k1": OLD}, lookup_key_id="k1")
    with pytest.raises(InvalidKey):
        Sealer(NEW, key_id="k2", older={"k1": OLD})
    with pytest.raises(InvalidKey):
        Sealer(NEW, key_id="k2", older={"k1": OLD}, lookup_key_id="k3")


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Masked.ID_NUMBER, "110101199003071234", "110101********1234"),
        (Masked.ID_NUMBER, "11010119900307123X", "110101********123X"),
        (Masked.ID_NUMBER, "110101900307123", "110101******123"),
        (Masked.ID_NUMBER, "E12345678", "E1*****78"),
        (Masked.ID_NUMBER, "1234", "****"),
        (Masked.PHONE, "13812345678", "138****5678"),
        (Masked.PHONE, "01012345678", "010****5678"),
        (Masked.PHONE, "12345678", "12****78"),
        (Masked.NAME, "张三丰", "张*丰"),
        (Masked.NAME, "张三", "张*"),
        (Masked.NAME, "欧阳震华", "欧**华"),
        (Masked.NAME, "张", "*"),
        (Masked.NAME, "", ""),
    ],
)
def test_masks(kind: Masked, value: str, shown: str) -> None:
    assert mask(kind, value) == shown


@given(st.sampled_from(Masked), st.text(max_size=40))
@settings(deadline=None)
def test_a_mask_keeps_the_length_and_hides_something(kind: Masked, value: str) -> None:
    shown = mask(kind, value)
    assert len(shown) == len(value)
    assert value == "" or "*" in shown
