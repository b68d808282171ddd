"""The house's own rules: floors and neighbours, names, docstrings, nothing of a machine in a tracked file."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "yitong"
FLOORS = [
    {"kernel"},
    {"directory", "identity", "planning", "assistant", "ledger"},
    {"booking", "visits", "billing", "prescriptions", "records", "care", "hospital"},
    {"journey", "region", "gateways"},
    {"sandbox", "simulation"},
    {"app", "cli", "migrations"},
]
# The top floor assembles; everybody below keeps to services and events.
GUARDED = {room for floor in FLOORS[:-1] for room in floor}
FORBIDDEN_NAMES = {"utils", "util", "common", "manager", "helper", "helpers", "misc"}


def modules() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py") if "versions" not in p.parts)


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("yitong."):
            for name in node.names:
                yield f"{node.module}.{name.name}"
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("yitong."))


def neighbours() -> dict[str, list[str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["yitong"]["neighbours"]


def test_a_room_uses_only_service_and_events_of_listed_neighbours() -> None:
    floor_of = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    wrong: list[str] = []
    for path in modules():
        room = room_of(path)
        for target in imported(ast.parse(path.read_text("utf-8"))):
            parts = target.split(".")
            other = parts[1]
            if other == room or floor_of.get(other) != floor_of.get(room):
                continue
            open_rooms = {"service", "events"} & set(parts[2:])
            if other not in neighbours().get(room, []) or (not open_rooms and room in GUARDED):
                wrong.append(f"{path.relative_to(ROOT)} imports {target}")
    assert wrong == []


def test_every_room_stands_on_a_floor() -> None:
    rooms = {room_of(path) for path in modules()} - {"__init__"}
    assert rooms <= set().union(*FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_modules_are_short_named_and_described(path: Path) -> None:
    text = path.read_text("utf-8")
    assert path.stem not in FORBIDDEN_NAMES
    assert len(text.splitlines()) <= 500, "a room over 500 lines becomes a folder"
    assert ast.get_docstring(ast.parse(text)), "a module says in a sentence what it is for"


def test_public_functions_and_classes_are_described() -> None:
    bare: list[str] = []
    for path in modules():
        for node in ast.parse(path.read_text("utf-8")).body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                bare.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert bare == []


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in {".png", ".ico", ".woff2"} or not path.is_file():
            continue
        yield name, path.read_text("utf-8", errors="ignore")


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    machine = re.compile(r"(?<![\w.$}])/(work|root|home/[a-z]+|Users/[a-z]+)/")
    registry = re.compile(
        "|".join(["pypi" + r"\.org", "files\\.python" + "hosted", "registry\\." + "npmjs", "npm" + "mirror"])
    )
    found = [name for name, text in tracked_texts() if machine.search(text) or registry.search(text)]
    assert found == []
