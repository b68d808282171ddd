"""An insured prescription goes to the national platform when it is released, over a real socket, once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import insert

from insurance_cast import Trouble
from prescriptions.pharmacy import open_pharmacy
from prescriptions.shops import Street, open_street, out, trace
from worlds import World
from yitong.gateways.insurance.connecting import connect_insurer
from yitong.identity.model import PatientIdentifier
from yitong.kernel.ids import UUID
from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.reactors import REACTORS, run_once
from yitong.kernel.settings import Settings
from yitong.kernel.text import Bilingual
from yitong.prescriptions.national.carrying import carry
from yitong.prescriptions.national.ports import PrescriptionCentre, Registered, Upload

NUMBER = "110101199005010011"
NAMES = ("national: release", "national: withdrawal", "national: fetched")


@dataclass
class Desk:
    """The hospital, the shops, and what the clock does about the national platform."""

    street: Street
    town: World

    async def turn(self) -> int:
        """Reactors read what happened, then the job goes to the platform."""
        await self.read()
        done = await carry(self.town.platform)
        assert isinstance(done, int)
        return done

    async def read(self) -> None:
        """Reactors read what happened."""
        async with (await self.town.platform.database.raw()).acquire() as connection:
            await connection.execute("SELECT pg_current_xact_id()")
        for name in NAMES:
            while await run_once(self.town.platform, REACTORS[name]):
                pass

    async def stands(self, prescription: str) -> Any:
        answer = await self.street.get(self.town.doctor, f"/prescriptions/{prescription}/national")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def desk(client: httpx.AsyncClient, town: World, settings: Settings, sandbox_url: str) -> Desk:
    connect_insurer(town.platform, msgspec.structs.replace(settings, sandbox_url=sandbox_url))
    street = await open_street(await open_pharmacy(client, town))
    await identify(town, street.inside.patient)
    return Desk(street, town)


async def identify(town: World, patient: UUID) -> None:
    sealer = town.platform.sealer
    async with town.platform.transaction() as tx:
        await tx.session.execute(
            insert(PatientIdentifier).values(
                kind="01",
                value_hash=sealer.lookup_hash("id:01", NUMBER),
                patient_id=patient,
                value_sealed=sealer.seal(NUMBER, f"patient_identifier.value:{patient}:01"),
                created_at=tx.now,
            )
        )


async def test_uploaded_at_release_fetched_by_the_sale(desk: Desk) -> None:
    street = desk.street
    held = await street.held(insured=True)
    rx = (await street.show({"id": held["part_id"]}))["part"]["prescription_id"]
    assert (await desk.stands(rx))["state"] is None
    assert await desk.turn() == 1
    there = await desk.stands(rx)
    assert (there["state"], len(there["rxno"]), there["fetched_at"]) == ("uploaded", 30, None)
    last = {"lines": [out(28, trace())], "last": True, "secret": held["secret"]}
    done = (await street.act(street.near, held, "dispense", **last)).json()
    shown = {"credential_type": "02", "credential": NUMBER}
    settled = await street.act(street.near, done, "settlement", **shown)
    assert settled.json()["state"] == "settled", settled.text
    assert await desk.turn() == 1
    assert (await desk.stands(rx))["fetched_at"] is not None
    assert (await street.act(street.near, done, "settlement/reverse")).json()["state"] == "reversed"
    assert await desk.turn() == 1
    assert (await desk.stands(rx))["fetched_at"] is None
    assert await desk.turn() == 0


@pytest.mark.parametrize(("lost", "tries"), [("D001", 3), ("D002", 3), ("D003", 1)])
async def test_a_lost_answer_is_asked_for_again(desk: Desk, trouble: Trouble, lost: str, tries: int) -> None:
    """Every try of one turn is lost; after a pause the job comes again."""
    released = await desk.street.released(insured=True)
    rx = released["part"]["prescription_id"]
    await trouble(lost, "lost", times=tries)
    assert await desk.turn() == 0
    assert (await desk.stands(rx))["state"] == "waiting"
    desk.town.clock.advance(minutes=5)
    assert await desk.turn() == 1
    assert (await desk.stands(rx))["state"] == "uploaded"


async def test_taken_back_there_when_the_doctor_withdraws(desk: Desk) -> None:
    released = await desk.street.released(insured=True)
    rx = released["part"]["prescription_id"]
    assert await desk.turn() == 1
    seen = (await desk.street.get(desk.town.doctor, f"/prescriptions/{rx}")).json()
    gone = await desk.street.inside.act(desk.town.doctor, seen, "withdraw", reason="error")
    assert gone.status_code == 200, gone.text
    assert await desk.turn() == 1
    assert (await desk.stands(rx))["state"] == "undone"


async def test_what_nobody_insures_does_not_go_there(desk: Desk) -> None:
    await desk.street.released()
    assert await desk.turn() == 0
    assert await desk.town.rows("SELECT 1 FROM national_prescription") == []


class Slow:
    """The platform's port, with something that happens while an upload's answer is on its way."""

    def __init__(self, desk: Desk, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._real = desk.town.platform.port(PrescriptionCentre)
        self._meanwhile = meanwhile
        desk.town.platform.ports[PrescriptionCentre] = self

    async def upload(self, given: Upload) -> Registered:
        made = await self._real.upload(given)
        await self._meanwhile()
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("event_read", [False, True])
async def test_withdrawn_while_its_upload_is_on_its_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, event_read: bool, killed: bool
) -> None:
    """Whether its event is read before or after the answer, and the job dies after writing: nothing stays in effect."""
    released = await desk.street.released(insured=True)
    rx = released["part"]["prescription_id"]
    platform = desk.town.platform

    async def withdraw() -> None:
        seen = (await desk.street.get(desk.town.doctor, f"/prescriptions/{rx}")).json()
        gone = await desk.street.inside.act(desk.town.doctor, seen, "withdraw", reason="error")
        assert gone.status_code == 200, gone.text
        if event_read:
            await desk.read()
        if killed:
            monkeypatch.setattr(type(platform), "transaction", dies_after(1, type(platform).transaction))

    Slow(desk, withdraw)
    assert await desk.turn() == 1
    monkeypatch.undo()
    assert (await desk.stands(rx))["state"] == "undoing"
    assert await desk.turn() == 1
    assert (await desk.stands(rx))["state"] == "undone"


def dies_after(left: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """Transactions end the process once so many were opened."""

    def transaction(*given: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise GatewayUnavailable(Bilingual("平台", "The platform"), "killed")
        return real(*given, **named)

    return transaction
