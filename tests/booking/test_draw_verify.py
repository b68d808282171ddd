"""``yitong verify draw`` and the stranger's script on the same published files, honest and tampered with."""

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from booking.published import Ask, publish, salt
from yitong.booking.draw.publication import Outcome, Publication
from yitong.cli.main import app
from yitong.kernel.crypto import sm3
from yitong.kernel.ids import UUID

pytestmark = pytest.mark.unit
STRANGER = Path(__file__).resolve().parents[2] / "docs" / "capabilities" / "verify_draw.py"
FATES: list[Outcome] = ["claimed", "lapsed", "declined", "blocked", "claimed"]


@pytest.fixture
def honest() -> Publication:
    """Thirty people, two slots, three classes, some places given up and passed on."""
    classes = ("first", "kept", "general")
    asks = [Ask(n, classes[n % 3], [0, 1] if n % 2 else [1]) for n in range(1, 31)]
    strata = (("first", None), ("kept", 3), ("general", None))
    return publish(asks, [8, 7], strata=strata, beacon="3 1 4", outcome=lambda n: FATES[n % 5])


def tampered(found: Publication, *path: Any, value: Any) -> bytes:
    """The file with one value changed."""
    document = msgspec.to_builtins(found)
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return json.dumps(document, ensure_ascii=False).encode()


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "draw.json"
    path.write_bytes(content)
    return path


def ours(path: Path, *options: str) -> tuple[int, str]:
    """Exit status and output of the command."""
    result = CliRunner().invoke(app, ["verify", "draw", str(path), *options])
    return result.exit_code, result.stdout


def stranger(*arguments: Path) -> tuple[int, str]:
    """Exit status and output of the script, run by a Python that sees none of our packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(STRANGER), *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_both_agree_with_an_honest_file(honest: Publication, tmp_path: Path) -> None:
    assert any(one.after for one in honest.offers), "some places were passed on"
    path = saved(tmp_path, msgspec.json.encode(honest))
    assert ours(path)[0] == 0
    code, said = stranger(path)
    assert (code, "order, allocation and offers agree" in said) == (0, True), said


def test_both_check_a_closed_draw_as_far_as_it_goes(tmp_path: Path) -> None:
    path = saved(tmp_path, msgspec.json.encode(publish([Ask(1, "general", [0])], [1], drawn=False)))
    assert (ours(path)[0], stranger(path)[0]) == (0, 0)
    assert "not drawn yet" in stranger(path)[1]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("terms", "slots", 0, "places"), 9),
        (("terms", "strata", 1, "places"), 4),
        (("requests", 3, "stratum"), "nobody"),
        (("requests", 5, "choices"), ["01900000-0000-7000-8000-00000000a000"]),
        (("requests", 6, "identity"), "ab" * 32),
        (("root",), "ab" * 32),
        (("seed",), "ab" * 32),
        (("beacon",), "9 9 9"),
        (("results", 0, "ticket"), "00" * 32),
        (("results", 29, "slot_id"), "01900000-0000-7000-8000-00000000a000"),
        (("results",), []),
        (("offers",), []),
        (("offers", 16, "after"), None),
    ],
)
def test_both_find_what_was_changed(honest: Publication, tmp_path: Path, path: tuple[Any, ...], value: Any) -> None:
    content = tampered(honest, *path, value=value)
    assert json.loads(content) != msgspec.to_builtins(honest)
    file = saved(tmp_path, content)
    code, said = ours(file, "--json")
    assert (code, json.loads(said)["ok"]) == (1, False)
    assert json.loads(said)["difference"]["detail"]
    assert stranger(file)[0] == 1
    assert "DIFFERENCE" in stranger(file)[1]


def test_a_place_passed_to_a_friend_is_found_by_both(honest: Publication, tmp_path: Path) -> None:
    number = next(i for i, one in enumerate(honest.offers) if one.after is not None)
    friend = honest.offers[-1].leaf
    assert honest.offers[number].leaf != friend
    file = saved(tmp_path, tampered(honest, "offers", number, "leaf", value=friend))
    assert "next in the order" in " ".join(ours(file)[1].split())
    assert stranger(file)[0] == 1


def test_what_a_reader_noted_is_compared(honest: Publication, tmp_path: Path) -> None:
    path = saved(tmp_path, msgspec.json.encode(honest))
    assert ours(path, "--root", honest.root, "--commitment", honest.terms.commitment)[0] == 0
    assert ours(path, "--root", "00" * 32)[0] == 1
    assert ours(path, "--commitment", "00" * 32)[0] == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format":"yitong-draw-2"}', b"\xff\xfe"])
def test_what_is_no_published_file_is_refused(tmp_path: Path, content: bytes) -> None:
    code, said = ours(saved(tmp_path, content), "--json")
    assert (code, json.loads(said)["difference"]["check"]) == (1, "the format of the file")


def test_a_receipt_finds_its_request(honest: Publication, tmp_path: Path) -> None:
    path, receipt = saved(tmp_path, msgspec.json.encode(honest)), tmp_path / "mine.json"
    person = 7
    leaf = next(one.leaf for one in honest.requests if one.leaf in _leaves_of(person))
    receipt.write_text(json.dumps({"patient_id": str(UUID(int=person)), "salt": salt(person).hex(), "leaf": leaf}))
    code, said = stranger(path, receipt)
    assert (code, "your request is in the list" in said) == (0, True)
    receipt.write_text(json.dumps({"patient_id": str(UUID(int=99)), "salt": salt(99).hex(), "leaf": leaf}))
    assert stranger(path, receipt)[0] == 1


def _leaves_of(person: int) -> set[str]:
    classes = ("first", "kept", "general")
    return {one.leaf for one in publish([Ask(person, classes[person % 3], [0, 1])], [1, 1], strata=STRATA).requests}


STRATA = (("first", None), ("kept", 3), ("general", None))


@given(st.binary(max_size=200))
def test_the_digest_by_hand_is_the_digest(data: bytes) -> None:
    assert BY_HAND(data) == sm3(data)


BY_HAND = runpy.run_path(str(STRANGER))["sm3_by_hand"]
