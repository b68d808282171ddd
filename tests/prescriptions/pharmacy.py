"""A hospital with a pharmacy on the tiny region: all drugs of the demo, two pharmacists, a visit, and requests."""

from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient as Client
from httpx import Response
from sqlalchemy import insert

from worlds import World
from yitong.directory.facts import drugs
from yitong.directory.model import Drug, Practitioner, PractitionerRole
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Actor, Role

CODES = {one.name: one.code for one in drugs()}
AMLODIPINE = "苯磺酸氨氯地平片"
I10 = {"code": "I10", "name": "高血压"}


def line(name: str, **more: Any) -> dict[str, Any]:
    """A drug for a week, as the editor sends it."""
    given = {"dose_milli": 1000, "dose_unit": "片", "frequency": "qd", "route": "po", "days": 7, "quantity": 1}
    return {"drug_code": CODES[name], **given, **more}


@dataclass(slots=True)
class Pharmacy:
    """The hospital's pharmacy and the way to its addresses."""

    town: World
    client: Client
    first: Actor
    second: Actor
    patient: UUID
    encounter: str

    async def post(self, actor: Actor, path: str, **body: Any) -> Response:
        """POST at the hospital."""
        given = {"organization_id": str(self.town.hospital_id), **body}
        return await self.client.post(f"/api{path}", json=given, headers=self.town.headers(actor))

    async def put(self, actor: Actor, path: str, body: dict[str, Any]) -> Response:
        """PUT a body as it is."""
        return await self.client.put(f"/api{path}", json=body, headers=self.town.headers(actor))

    async def get(self, actor: Actor, path: str, **query: Any) -> Response:
        """GET at the hospital."""
        given = {"organization_id": str(self.town.hospital_id), **query}
        return await self.client.get(f"/api{path}", params=given, headers=self.town.headers(actor))

    def sheet(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A sheet of the visit; without lines one usual drug."""
        written = {"lines": list(lines) or [line(AMLODIPINE)], "diagnoses": [I10]}
        return {
            "organization_id": str(self.town.hospital_id),
            "encounter_id": self.encounter,
            **written,
            **more,
        }

    async def draft(self, *lines: dict[str, Any], **more: Any) -> Any:
        """A draft."""
        answer = await self.post(self.town.doctor, "/prescriptions", **self.sheet(*lines, **more))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def act(self, actor: Actor, found: Any, verb: str, **body: Any) -> Response:
        """Do something with a prescription at the version that was seen."""
        return await self.post(actor, f"/prescriptions/{found['id']}/{verb}", **{"version": found["version"], **body})

    async def signed(self, *lines: dict[str, Any], **more: Any) -> Any:
        """A signed prescription."""
        answer = await self.act(self.town.doctor, await self.draft(*lines, **more), "sign")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def approved(self, *lines: dict[str, Any], **more: Any) -> Any:
        """An approved prescription."""
        answer = await self.act(self.first, await self.signed(*lines, **more), "review", decision="approve")
        assert answer.status_code == 200, answer.text
        return answer.json()


async def open_pharmacy(client: Client, town: World) -> Pharmacy:
    """Drugs on the list, two pharmacists at work, and a patient with the doctor."""
    async with town.platform.transaction() as tx:
        rows = [
            {
                "code": d.code,
                "name": d.name,
                "pinyin": d.pinyin,
                "spec": d.spec,
                "form": d.form,
                "dose_per_unit": d.dose_per_unit,
                "dose_unit": d.dose_unit,
                "package": d.package,
                "price_fen": d.price_fen,
                "insurance_class": d.insurance_class,
                "control_class": d.toxicity,
                "updated_at": tx.now,
            }
            for d in drugs()
        ]
        await tx.session.execute(insert(Drug), rows)
    first, second = [await pharmacist(town, name, f"P{n}") for n, name in enumerate(("唐药师", "宋药师"))]
    patient = await town.patient("王小明")
    return Pharmacy(town, client, first, second, patient, await visit(client, town, patient))


async def visit(client: Client, town: World, patient: UUID) -> str:
    """Somebody is called in: the encounter's id."""
    appointment = await town.book(patient)
    here = {"organization_id": str(town.hospital_id)}
    await client.post(
        f"/api/appointments/{appointment}/check-in", json=here, headers=town.headers(town.citizen(patient))
    )
    called = await client.post(f"/api/queues/{town.session.id}/call-next", json=here, headers=town.headers(town.doctor))
    return called.json()["encounter"]["id"]


async def pharmacist(town: World, name: str, licence: str, title: str = "主管药师", role: str = "pharmacist") -> Actor:
    """Somebody who works in the pharmacy."""
    practitioner = new_id()
    async with town.platform.transaction() as tx:
        await tx.session.execute(
            insert(Practitioner).values(
                id=practitioner,
                name=name,
                pinyin="YS",
                gender="female",
                licence_no=licence,
                introduction="",
                introduction_en="",
            )
        )
        await tx.session.execute(
            insert(PractitionerRole).values(
                organization_id=town.hospital_id,
                id=new_id(),
                practitioner_id=practitioner,
                department_id=town.department_id,
                role=role,
                title=title,
                title_en="Pharmacist",
                specialty_text="",
                active=True,
            )
        )
    return town.staff(Role.PHARMACIST, practitioner_id=practitioner)
