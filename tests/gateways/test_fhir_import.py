"""FHIR import: people and places are taken over once, the rest is kept as it came, nothing is lost."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from worlds import World
from yitong.gateways.fhir import reading
from yitong.gateways.fhir.service import Report, import_bundle
from yitong.kernel.platform import Platform

# Synthetic patients made by others; the folder is not part of the repository.
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "fhir" / "bundles"


def patient(key: str = "p1", **changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": key,
        "extension": [{"url": "http://example.test/eye-colour", "valueString": "brown"}],
        "identifier": [
            {"type": {"coding": [{"code": "MR"}]}, "value": f"MR-{key}"},
            {"type": {"coding": [{"code": "PPN"}]}, "value": f"X{key}12345"},
            {"type": {"coding": [{"code": "DL"}]}, "value": "S999"},
        ],
        "name": [{"family": "Gómez", "given": ["Raúl"]}],
        "gender": "male",
        "birthDate": "1980-02-29",
        "maritalStatus": {"text": "M"},
        **changes,
    }


def bundle(*extra: dict[str, Any]) -> dict[str, Any]:
    resources: list[dict[str, Any]] = [
        {"resourceType": "Organization", "id": "o1", "identifier": [{"value": "org-1"}], "name": "Harbour Hospital"},
        {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Brakus"}], "gender": "female"},
        {
            "resourceType": "Encounter",
            "id": "e1",
            "subject": {"reference": "urn:uuid:p1"},
            "serviceProvider": {"reference": "urn:uuid:o1"},
        },
        patient(),
        *extra,
    ]
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def test_a_patient_is_read_and_the_rest_named() -> None:
    draft = reading.read_patient(patient())
    assert (draft.name, draft.local_number, draft.passport) == ("Raúl Gómez", "MR-p1", "Xp112345")
    assert set(draft.unread) == {"extension[eye-colour]", "maritalStatus", "identifier[2:DL]"}


@pytest.mark.parametrize("value", ["1980", "1980-02", "soon", None])
def test_an_inexact_birth_date_is_none(value: str | None) -> None:
    assert reading.read_patient(patient(birthDate=value)).birth_date is None


@pytest.mark.parametrize("thing", [{}, {"resourceType": "Patient"}, {"resourceType": "Bundle"}])
def test_what_is_no_bundle_is_refused(thing: dict[str, Any]) -> None:
    with pytest.raises(reading.NotABundle):
        list(reading.resources(thing))


async def test_people_and_places_enter_and_originals_are_kept(
    platform: Platform, town: World, database_url: str
) -> None:
    report = Report()
    await import_bundle(platform, "one.json", bundle(), report)
    assert {kind: report.count(kind) for kind in ("taken", "kept", "refused")} == {"taken": 3, "kept": 1, "refused": 0}
    owner = await asyncpg.connect(database_url)
    linked = await owner.fetchval("SELECT count(*) FROM patient_link l JOIN patient p ON p.id = l.patient_id")
    cards = await owner.fetchval("SELECT count(*) FROM health_card c JOIN patient_link l USING (patient_id)")
    originals = await owner.fetch("SELECT id, resource_type, body_sealed FROM foreign_resource")
    await owner.close()
    assert (linked, cards, len(originals)) == (1, 1, 4)
    row = next(one for one in originals if one["resource_type"] == "Patient")
    opened = platform.sealer.open(row["body_sealed"], f"foreign_resource.body:{row['id']}")
    assert msgspec.json.decode(opened) == patient()


async def test_a_second_import_makes_nothing_twice(platform: Platform, town: World, database_url: str) -> None:
    await import_bundle(platform, "one.json", bundle(), Report())
    again = Report()
    await import_bundle(platform, "one.json", bundle(), again)
    assert (again.count("taken"), again.count("known"), again.count("kept")) == (0, 3, 1)


async def test_an_unusable_patient_is_refused_and_kept(platform: Platform, town: World, database_url: str) -> None:
    report = Report()
    await import_bundle(platform, "two.json", bundle(patient("p2", gender="unknown")), report)
    assert report.count("refused") == 1
    assert report.refused[0].startswith("Patient/p2: ")
    owner = await asyncpg.connect(database_url)
    kept = await owner.fetchval("SELECT count(*) FROM foreign_resource WHERE outcome = 'refused'")
    await owner.close()
    assert kept == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder with the larger FHIR samples is not here")
async def test_every_shared_bundle_enters(platform: Platform, town: World) -> None:
    report, files = Report(), sorted(SHARED.glob("*.json"))[:8]
    for path in files:
        await import_bundle(platform, path.name, json.loads(path.read_text("utf-8")), report)
    assert report.outcomes["Patient", "taken"] == len(files)
    assert report.refused == []
