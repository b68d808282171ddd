"""Commercial cover: what the journal has of it against the insurer's own list of the day, and asking again."""

from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import text

from billing.reconciliation.books import line
from billing.reconciliation.office import DAY, Office
from yitong.billing.commercial import CommercialAnswer, CoverMovement
from yitong.billing.payments.model import RefundPart
from yitong.billing.ports import PaymentFound
from yitong.kernel.clock import SetClock
from yitong.kernel.ids import new_id

PARTY = "commercial:DEMO-IN-02"


def claim(number: str, fen: int, at: datetime, kind: Any = "claim") -> CoverMovement:
    return CoverMovement(kind, number, f"D-{number}", fen, at)


async def paid(office: Office, number: str, fen: int, **more: Any) -> None:
    await office.books.paid(number, fen, kind="commercial", channel="DEMO-IN-02", **more)


async def test_each_kind_is_found(office: Office, clock: SetClock) -> None:
    cover, now = office.with_cover(), clock.now()
    for number, fen in (("SAME", 900), ("LESS", 900), ("LOST", 500)):
        await paid(office, number, fen)
    await paid(office, "OPEN", 300, state="unknown", booked=None)
    cover.movements = [
        claim("SAME", 900, now), claim("LESS", 800, now), claim("OPEN", 300, now), claim("STRANGE", 50, now)
    ]  # fmt: skip
    report = await office.compared()
    assert {one.number: one.kind for one in report.differences} == {
        "LESS": "amount", "LOST": "missing_there", "OPEN": "state", "STRANGE": "missing_here"
    }  # fmt: skip
    assert {one.party for one in report.differences} == {PARTY}
    (sums,) = [one for one in report.parties if one.party == PARTY]
    assert (sums.booked, sums.listed, sums.name.zh) == (2300, 2050, "商业保险 DEMO-IN-02")
    strange = next(one for one in report.differences if one.number == "STRANGE")
    assert strange.explanation.zh == "商业保险 DEMO-IN-02账单有一笔商保赔付 0.50 元，本院没有这个单号的任何记录。"
    await office.propose(strange, "suspend")
    signed = await office.sign(strange)
    assert [(one.account, one.fen) for one in signed.postings] == [(PARTY, 50), ("suspense:" + PARTY, -50)]
    again = await office.compared()
    assert {one.number for one in again.differences if one.state == "open"} == {"LESS", "LOST", "OPEN"}


async def test_a_claim_that_was_taken_back_stands_on_both_sides(office: Office, clock: SetClock) -> None:
    cover, now = office.with_cover(), clock.now()
    await paid(office, "K1", 900)
    await _taken_back(office, "K1", 900)
    cover.movements = [claim("K1", 900, now), claim("K1", 900, now, "cancellation")]
    report = await office.compared()
    assert (report.compared, report.differences, report.verdict) == (2, [], "agrees")
    cover.movements.pop()
    (found,) = (await office.compared()).differences
    assert (found.number, found.line_kind, found.kind) == ("K1", "cancellation", "missing_there")


async def _taken_back(office: Office, number: str, fen: int) -> None:
    """A refund of a claim as it stands in the tables."""
    back_id = new_id()
    async with office.town.platform.transaction() as tx:
        part = (await tx.session.execute(text("SELECT * FROM payment_part WHERE number = :n"), {"n": number})).one()
        refund_id = new_id()
        await tx.session.execute(
            text(
                "INSERT INTO refund (organization_id, id, order_id, bill_id, patient_id, kind, amount_fen, reason,"
                " asked_by, state, version, owed_fen, asked_at, ended_at) VALUES (:organization, :id, :order, :id,"
                " :patient, 'compensation', :fen, 'x', :patient, 'done', 1, 0, :now, :now)"
            ),
            {
                "organization": part.organization_id,
                "id": refund_id,
                "order": part.order_id,
                "patient": part.patient_id,
                "fen": fen,
                "now": tx.now,
            },
        )
        tx.session.add(
            RefundPart(
                organization_id=part.organization_id,
                id=back_id,
                refund_id=refund_id,
                order_id=part.order_id,
                part_id=part.id,
                patient_id=part.patient_id,
                seq=1,
                kind="commercial",
                channel="DEMO-IN-02",
                number="BACK1",
                amount_fen=fen,
                state="done",
                version=1,
                attempts=0,
                asked_at=tx.now,
                done_at=tx.now,
            )
        )
        await tx.session.execute(
            text(
                "INSERT INTO journal_entry (organization_id, id, at, day, kind, source, event_id, accounts, amounts)"
                " VALUES (:organization, :id, :now, :day, 'refund', 'refund:BACK1', :id,"
                " ARRAY['commercial:DEMO-IN-02', 'patient:' || :patient],"
                " ARRAY[-CAST(:fen AS bigint), CAST(:fen AS bigint)])"
            ),
            {
                "organization": part.organization_id,
                "id": new_id(),
                "now": tx.now,
                "day": DAY,
                "fen": fen,
                "patient": str(part.patient_id),
            },
        )


async def test_asking_again_over_http(office: Office, client: httpx.AsyncClient, clock: SetClock) -> None:
    """The route: a channel and a commercial insurer are asked, their answers kept, and the day compared anew."""
    cover, hospital = office.with_cover(), str(office.town.hospital_id)
    await paid(office, "K1", 900)
    await office.books.paid("P1", 1000)
    found = {one.number: one for one in (await office.compared()).differences}
    assert all(one.can_ask for one in found.values())
    cover.answers["K1"] = CommercialAnswer("K1", "D-K1", "complete", 900)
    office.wechat.found["P1"] = PaymentFound("P1", "paid", 1000, channel_no="4200")
    # Both list it by now: the comparison that follows the question finds nothing any more.
    office.wechat.all_lines = [line("P1", 1000, clock.now())]
    body = {"organization_id": hospital}
    for number, state, channel_no in (("K1", "done", "D-K1"), ("P1", "done", "4200")):
        address = f"/api/reconciliation-differences/{found[number].id}/ask"
        refused = await client.post(address, json=body, headers=office.town.headers(office.town.doctor))
        assert refused.status_code == 403
        asked = await client.post(address, json=body, headers=office.town.headers(office.first))
        assert asked.status_code == 200, asked.text
        answer = asked.json()["answer"]
        assert (answer["state"], answer["channel_no"], asked.json()["asked_at"] is not None) == (
            state,
            channel_no,
            True,
        )
    report = await office.report()
    assert [(one.number, one.state) for one in report.differences] == [("K1", "open")]
    foreign = {"organization_id": str(office.town.other_hospital_id)}
    gone = await client.post(
        f"/api/reconciliation-differences/{found['K1'].id}/ask",
        json=foreign,
        headers=office.town.headers(office.first),
    )
    assert gone.status_code == 403


async def test_what_cannot_be_asked(office: Office, client: httpx.AsyncClient, clock: SetClock) -> None:
    office.wechat.all_lines = [line("STRANGE", 2000, clock.now())]
    (found,) = (await office.compared()).differences
    assert not found.can_ask
    asked = await client.post(
        f"/api/reconciliation-differences/{found.id}/ask",
        json={"organization_id": str(office.town.hospital_id)},
        headers=office.town.headers(office.first),
    )
    assert (asked.status_code, asked.json()["code"]) == (409, "correction-unsuitable")
