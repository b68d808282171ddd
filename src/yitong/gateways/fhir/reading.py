"""Reads FHIR R4 resources into the few facts Yitong has a place for, and names every element it left unread. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

Json = Mapping[str, Any]
MEDICAL_RECORD = "MR"  # identifier type codes of HL7 table 0203
PASSPORT = "PPN"
# Elements that carry nothing to take over: they describe the resource itself.
_ABOUT_ITSELF = frozenset({"resourceType", "id", "meta", "text", "implicitRules", "language"})


class NotABundle(Exception):
    """The JSON is not a FHIR Bundle."""


@dataclass(frozen=True)
class OrganizationDraft:
    """What an Organization resource tells."""

    key: str
    code: str
    name: str
    phone: str
    address: str
    unread: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class PractitionerDraft:
    """What a Practitioner resource tells."""

    key: str
    licence_no: str
    name: str
    gender: str
    unread: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class PatientDraft:
    """What a Patient resource tells; the local number is the medical record number where there is one."""

    key: str
    local_number: str
    name: str
    sex: str
    birth_date: date | None
    passport: str | None
    phone: str
    address: str
    unread: list[str] = field(default_factory=list[str])


def resources(bundle: Json) -> Iterator[Json]:
    """Every resource of a bundle in its order. Raises NotABundle."""
    if bundle.get("resourceType") != "Bundle" or not isinstance(bundle.get("entry"), list):
        raise NotABundle
    for entry in cast("list[Json]", bundle["entry"]):
        resource = entry.get("resource")
        if isinstance(resource, dict) and "resourceType" in resource:
            yield cast("Json", resource)


def key_of(resource: Json) -> str:
    """The resource's id at its source; bundles refer to it as ``urn:uuid:<id>`` or ``<type>/<id>``."""
    return str(resource.get("id") or "")


def serving_organization(all_resources: list[Json], patient_key: str) -> str | None:
    """The key of the organization that saw the patient most often (Encounter.serviceProvider); ties to the first."""
    seen: dict[str, int] = {}
    for resource in all_resources:
        if resource["resourceType"] != "Encounter" or _reference(resource, "subject") != patient_key:
            continue
        provider = _reference(resource, "serviceProvider")
        if provider:
            seen[provider] = seen.get(provider, 0) + 1
    return max(seen, key=lambda key: seen[key]) if seen else None


def read_organization(resource: Json) -> OrganizationDraft:
    """The organization's facts; its code is the first identifier, else its id at the source."""
    read = {"name", "active"}
    phone = _telecom(resource, "phone", read)
    address = _address(resource, read)
    identifier = _identifiers(resource, read)
    return OrganizationDraft(
        key=key_of(resource),
        code=identifier[0]["value"] if identifier else key_of(resource),
        name=str(resource.get("name") or ""),
        phone=phone,
        address=address,
        unread=_unread(resource, read),
    )


def read_practitioner(resource: Json) -> PractitionerDraft:
    """The practitioner's facts; the licence number is the first identifier with its issuing system's short name."""
    read = {"gender", "active"}
    name = _name(resource, read)
    identifiers = _identifiers(resource, read)
    licence = key_of(resource)
    if identifiers:
        licence = f"{str(identifiers[0].get('system') or 'id').rsplit('/', 1)[-1]}:{identifiers[0]['value']}"
    gender = str(resource.get("gender") or "unknown")
    return PractitionerDraft(key_of(resource), licence, name, gender, _unread(resource, read))


def read_patient(resource: Json) -> PatientDraft:
    """The patient's facts. Identifiers other than record number and passport stay unread: no document kind fits."""
    read = {"gender", "birthDate"}
    name = _name(resource, read)
    phone = _telecom(resource, "phone", read)
    address = _address(resource, read)
    numbers: dict[str, str] = {}
    unread_identifiers: list[str] = []
    for index, identifier in enumerate(_identifiers(resource, read)):
        code = _type_code(identifier)
        if code in (MEDICAL_RECORD, PASSPORT):
            numbers[code] = str(identifier["value"])
        else:
            unread_identifiers.append(f"identifier[{index}:{code or identifier.get('system') or ''}]")
    return PatientDraft(
        key=key_of(resource),
        local_number=numbers.get(MEDICAL_RECORD) or key_of(resource),
        name=name,
        sex=str(resource.get("gender") or "unknown"),
        birth_date=_date(resource.get("birthDate")),
        passport=numbers.get(PASSPORT),
        phone=phone,
        address=address,
        unread=_unread(resource, read) + unread_identifiers,
    )


def _unread(resource: Json, read: set[str]) -> list[str]:
    """Paths of the elements that nothing was taken from; extensions are named by the tail of their address."""
    found: list[str] = []
    for element, value in resource.items():
        if element in _ABOUT_ITSELF or element in read:
            continue
        if element == "extension":
            found += [f"extension[{str(one.get('url', '')).rsplit('/', 1)[-1]}]" for one in cast("list[Json]", value)]
        else:
            found.append(element)
    return found


def _list(resource: Json, element: str, read: set[str]) -> list[Json]:
    read.add(element)
    return [one for one in cast("list[Json]", resource.get(element) or []) if one]


def _identifiers(resource: Json, read: set[str]) -> list[Json]:
    return [one for one in _list(resource, "identifier", read) if one.get("value")]


def _type_code(identifier: Json) -> str:
    codings = cast("list[Json]", cast("Json", identifier.get("type") or {}).get("coding") or [])
    return str(codings[0].get("code") or "") if codings else ""


def _name(resource: Json, read: set[str]) -> str:
    names = _list(resource, "name", read)
    if not names:
        return ""
    official = next((one for one in names if one.get("use") == "official"), names[0])
    if official.get("text"):
        return str(official["text"])
    return " ".join(
        [*[str(given) for given in cast("list[str]", official.get("given") or [])], str(official.get("family") or "")]
    ).strip()


def _telecom(resource: Json, system: str, read: set[str]) -> str:
    return next((str(one["value"]) for one in _list(resource, "telecom", read) if one.get("system") == system), "")


def _address(resource: Json, read: set[str]) -> str:
    addresses = _list(resource, "address", read)
    if not addresses:
        return ""
    one = addresses[0]
    lines = [str(line) for line in cast("list[str]", one.get("line") or [])]
    return ", ".join(
        [*lines, *[str(one[part]) for part in ("city", "state", "postalCode", "country") if one.get(part)]]
    )


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None  # FHIR allows a year or a month; the master index needs a day


def _reference(resource: Json, element: str) -> str | None:
    reference = str(cast("Json", resource.get(element) or {}).get("reference") or "")
    return reference.rsplit("/", 1)[-1].rsplit(":", 1)[-1] or None
