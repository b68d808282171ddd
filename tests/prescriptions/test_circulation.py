"""From the patient's hand into a pharmacy's: code, wall, grab, offers, withdrawal, repeats, expiry."""

from datetime import timedelta

from prescriptions.pharmacy import AMLODIPINE, line
from prescriptions.shops import HOME, Street, out, trace
from yitong.prescriptions.circulation.chain_facts import accept_facts, disclosed_secret
from yitong.prescriptions.circulation.clock import conclude_biddings, write_down
from yitong.prescriptions.circulation.codes import digest_of, secret_kept

STABLE = {"stable": True, "educated": True, "confirmed": True, "note": "血压连续三月达标"}


async def states(street: Street, prescription: str) -> list[str]:
    found = await street.get(street.patient, f"/prescriptions/{prescription}/parts")
    return [one["state"] for one in found.json()["items"]]


async def test_a_code_opens_a_part_for_one_pharmacy_and_its_holder_may_repeat_it(street: Street) -> None:
    released = await street.released()
    assert released["part"]["state"] == "released"
    assert released["take_url"].endswith(released["take_code"])
    assert "/pages/prescriptions/take?code=" in released["take_url"]
    taken = await street.at(street.near, "/custodies", code=released["take_url"])
    assert taken.status_code == 200, taken.text
    first = taken.json()
    assert (first["state"], first["patient_name"], len(first["secret"])) == ("accepted", "王小明", 43)
    again = await street.at(street.near, "/custodies", code=released["take_code"])
    assert again.json()["secret"] == first["secret"], "the holder may repeat it"
    other = await street.at(street.cheap, "/custodies", code=released["take_code"])
    assert (other.status_code, other.json()["code"]) == (409, "part-taken")
    seen = await street.show(released["part"])
    assert (seen["part"]["pharmacy_name"], seen["take_code"]) == ("近便药房", None)
    foreign = await street.inside.get(
        street.cheap.pharmacist, f"/custodies/{first['part_id']}", pharmacy_id=str(street.cheap.id)
    )
    assert foreign.json()["code"] == "not-holder"
    sheet = await street.get(street.patient, f"/prescriptions/{first and seen['part']['prescription_id']}")
    assert sheet.json()["state"] == "dispensing"


async def test_wrong_codes_open_nothing(street: Street) -> None:
    released = await street.released()
    wrong = await street.at(street.near, "/custodies", code="A" * 43)
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong-access-code")
    changed = await street.post(
        street.patient, f"/prescription-parts/{released['part']['id']}/release", version=released["part"]["version"]
    )
    assert changed.json()["take_code"] != released["take_code"]
    old = await street.at(street.near, "/custodies", code=released["take_code"])
    assert old.json()["code"] == "wrong-access-code", "a new code ends the old one"
    unsigned = await street.at(street.near, "/custodies", code="kein code, aber lang genug fuer das Schema hier")
    assert unsigned.json()["code"] == "wrong-access-code"


async def test_give_back_needs_the_secret_and_frees_the_part(street: Street) -> None:
    held = await street.held()
    wrong = await street.act(street.near, held, "give-back", secret="B" * 43, reason="out_of_stock")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong-custody-secret")
    foreign = await street.act(street.cheap, held, "give-back", secret=held["secret"], reason="out_of_stock")
    assert foreign.json()["code"] == "not-holder"
    back = await street.act(street.near, held, "give-back", secret=held["secret"], reason="out_of_stock")
    assert back.json()["state"] == "released", back.text
    seen = (await street.get(street.patient, f"/prescription-parts/{held['part_id']}")).json()
    taken = await street.at(street.cheap, "/custodies", code=seen["take_code"])
    assert taken.status_code == 200, taken.text
    assert taken.json()["secret"] != held["secret"]


async def test_what_the_chain_needs_follows_the_contract(street: Street) -> None:
    held = await street.held()
    await street.act(street.near, held, "give-back", secret=held["secret"], reason="error")
    rows = await street.inside.town.rows(
        "SELECT id, organization_id, type, payload FROM event WHERE type LIKE 'circulation:part:%' ORDER BY position"
    )
    released, accepted, given_back = rows
    async with street.inside.town.platform.transaction() as tx:
        facts = await accept_facts(tx, accepted.organization_id, accepted.id)
        assert digest_of(facts.code) == released.payload["access"] == accepted.payload["access"]
        assert facts.secret_digest.hex() == accepted.payload["secret_digest"]
        assert given_back.payload["access"] == facts.code.hex(), "the next code's digest is the disclosed code"
        part = accepted.payload
        row = await street.inside.town.one("SELECT part_id FROM custody")
        secret = await disclosed_secret(tx, accepted.organization_id, row.part_id, given_back.id)
    assert secret_kept(secret) == part["secret_digest"]
    said = str([row.payload for row in rows])
    assert held["secret"] not in said
    issued = await street.inside.town.one("SELECT payload FROM event WHERE type = 'prescriptions:sheet:signed'")
    assert [one["quantities"] for one in issued.payload["parts"]] == [[28]]


async def test_the_first_pharmacy_on_the_wall_gets_it(street: Street) -> None:
    part = await street.part()
    address = {"text": "幸福路 8 号", "name": "王小明", "phone": "13900000001"}
    request = await street.published(part, handover="delivery", address=address)
    wall = await street.wall(street.near)
    assert [(one["id"], one["complete"], one["lines"][0]["name"]) for one in wall["requests"]] == [
        (request["id"], True, AMLODIPINE)
    ]
    assert "王小明" not in str(wall)
    assert (await street.wall(street.cheap))["requests"] == [], "it does not deliver"
    assert (await street.wall(street.far))["requests"] == [], "too far away"
    got = await street.grab(street.near, request)
    assert got.status_code == 200, got.text
    assert got.json()["address"]["text"] == "幸福路 8 号"
    late = await street.grab(street.far, request)
    assert late.json()["code"] == "part-taken"
    wall = await street.wall(street.near)
    assert (wall["requests"], wall["held"][0]["patient_name"]) == ([], "王*明")
    seen = await street.show(part)
    assert (seen["request"]["state"], seen["pharmacy"]["name"]) == ("matched", "近便药房")


async def test_the_best_price_wins_when_the_window_ends(street: Street) -> None:
    town = street.inside.town
    request = await street.published(mode="best_price", bidding_minutes=10)
    assert (await street.grab(street.near, request)).json()["code"] == "bidding"
    for shop, total in ((street.near, 900), (street.cheap, 700), (street.near, 800)):
        made = await street.at(shop, f"/purchase-requests/{request['id']}/offers", total_fen=total, ready_minutes=5)
        assert made.status_code == 200, made.text
    seen = await street.get(street.patient, f"/purchase-requests/{request['id']}")
    assert [(one["pharmacy_name"], one["total_fen"]) for one in seen.json()["offers"]] == [
        ("平价药房", 700),
        ("近便药房", 800),
    ]
    assert await conclude_biddings(town.platform) == 0
    town.clock.advance(minutes=11)
    late = await street.at(street.near, f"/purchase-requests/{request['id']}/offers", ready_minutes=5)
    assert late.json()["code"] == "bidding-over"
    assert await conclude_biddings(town.platform) == 1
    seen = await street.get(street.patient, f"/purchase-requests/{request['id']}")
    assert (seen.json()["state"], seen.json()["pharmacy"]["name"]) == ("matched", "平价药房")
    assert {one["state"] for one in seen.json()["offers"]} == {"won", "lost"}
    assert len((await street.wall(street.cheap))["held"]) == 1


async def test_the_patient_may_take_an_offer_early_or_get_none(street: Street) -> None:
    town = street.inside.town
    request = await street.published(mode="best_price")
    made = await street.at(street.near, f"/purchase-requests/{request['id']}/offers", ready_minutes=5)
    chosen = await street.post(street.patient, f"/purchase-requests/{request['id']}/choose", offer_id=made.json()["id"])
    assert chosen.json()["state"] == "matched", chosen.text
    lonely = await street.published(mode="best_price", bidding_minutes=1)
    town.clock.advance(minutes=2)
    assert await conclude_biddings(town.platform) == 1
    seen = await street.get(street.patient, f"/purchase-requests/{lonely['id']}")
    assert (seen.json()["state"], seen.json()["mode"]) == ("open", "first"), "then the first to come gets it"


async def test_a_named_pharmacy_alone_may_take_it(street: Street) -> None:
    part = await street.part()
    request = await street.published(part, mode="chosen", pharmacy_id=str(street.cheap.id))
    assert (await street.wall(street.near))["requests"] == []
    assert [one["for_us"] for one in (await street.wall(street.cheap))["requests"]] == [True]
    assert (await street.grab(street.near, request)).json()["code"] == "other-pharmacy"
    code = (await street.show(part))["take_code"]
    assert (await street.at(street.near, "/custodies", code=code)).json()["code"] == "other-pharmacy"
    assert (await street.grab(street.cheap, request)).status_code == 200


async def test_requests_are_withdrawn_while_pharmacies_look(street: Street) -> None:
    part = await street.part()
    request = await street.published(part)
    code = (await street.show(part))["take_code"]
    assert (await street.wall(street.near))["requests"]
    gone = await street.post(street.patient, f"/purchase-requests/{request['id']}/withdraw")
    assert gone.json()["state"] == "withdrawn", gone.text
    assert (await street.wall(street.near))["requests"] == []
    assert (await street.grab(street.near, request)).json()["code"] == "request-closed"
    assert (await street.at(street.near, "/custodies", code=code)).json()["code"] == "wrong-access-code"
    now = await street.show(part)
    ended = await street.post(
        street.patient, f"/prescription-parts/{part['id']}/withdraw", version=now["part"]["version"]
    )
    assert ended.json()["part"]["state"] == "withdrawn"
    sheet = await street.get(street.patient, f"/prescriptions/{part['prescription_id']}")
    assert sheet.json()["state"] == "withdrawn"


async def test_nobody_takes_back_what_a_pharmacy_holds_but_the_doctor_stops_it(street: Street) -> None:
    held = await street.held()
    path = f"/prescription-parts/{held['part_id']}/withdraw"
    assert (await street.post(street.patient, path, version=held["version"])).json()["code"] == "wrong-state"
    seen = await street.show({"id": held["part_id"]})
    sheet = (await street.get(street.patient, f"/prescriptions/{seen['part']['prescription_id']}")).json()
    town = street.inside.town
    stopped = await street.inside.act(town.doctor, sheet, "withdraw", reason="adverse_reaction")
    assert stopped.json()["state"] == "withdrawn", stopped.text
    assert (await street.show({"id": held["part_id"]}))["part"]["state"] == "revoked"
    late = await street.act(street.near, held, "dispense", lines=[out(28, trace())])
    assert late.json()["code"] == "not-holder"


async def test_repeats_are_parts_with_windows_of_their_own(street: Street) -> None:
    town = street.inside.town
    month = line(AMLODIPINE, days=28, quantity=1)
    part = await street.part(month, repeats=2, repeat_every_days=28, assessment=STABLE, supply_reason="慢性病长期用药")
    found = (await street.get(street.patient, f"/prescriptions/{part['prescription_id']}/parts")).json()["items"]
    assert sorted((one["number"], one["of"], one["state"]) for one in found) == [
        (1, 3, "approved"),
        (2, 3, "approved"),
        (3, 3, "approved"),
    ]
    second = next(one for one in found if one["number"] == 2)
    released = await street.post(
        street.patient, f"/prescription-parts/{second['id']}/release", version=second["version"]
    )
    early = await street.at(street.near, "/custodies", code=released.json()["take_code"])
    assert early.json()["code"] == "part-too-early"
    signed = await town.rows("SELECT digest, signature FROM prescription_part")
    assert len({row.digest for row in signed}) == len({bytes(row.signature) for row in signed}) == 3
    town.clock.advance(hours=26 * 24)
    assert await write_down(town.platform) == 1, "the first window is over"
    taken = await street.at(street.near, "/custodies", code=released.json()["take_code"])
    assert taken.status_code == 200, taken.text
    assert sorted(await states(street, part["prescription_id"])) == ["accepted", "approved", "expired"]


async def test_time_ends_a_part_and_a_custody(street: Street) -> None:
    town = street.inside.town
    waiting = await street.released()
    held = await street.held(line("氯雷他定片"))
    town.clock.advance(hours=30)
    assert (await street.show(waiting["part"]))["part"]["state"] == "expired", "decided at reading"
    assert (await street.at(street.near, "/custodies", code=waiting["take_code"])).json()["code"] == "part-ran-out"
    assert (await street.show({"id": held["part_id"]}))["part"]["state"] == "accepted", "held a while longer"
    assert await write_down(town.platform) == 1
    town.clock.advance(hours=72)
    assert await write_down(town.platform) == 1
    assert (await street.show({"id": held["part_id"]}))["part"]["state"] == "expired"
    assert (await town.one("SELECT ended_by FROM custody")).ended_by == "expired"
    sheets = await town.rows("SELECT DISTINCT state FROM prescription")
    assert [row.state for row in sheets] == ["expired"]


async def test_pharmacies_are_found_with_stock_price_and_hours(street: Street) -> None:
    part = await street.part()
    here = {"latitude": HOME[0], "longitude": HOME[1]}
    found = (await street.inside.get(street.patient, "/pharmacies", part_id=part["id"], **here)).json()["items"]
    assert [(one["name"], one["in_stock"]) for one in found] == [("近便药房", "all"), ("平价药房", "all")]
    assert found[0]["distance_m"] == 1112
    cheapest = await street.inside.get(street.patient, "/pharmacies", part_id=part["id"], sort="price", **here)
    assert cheapest.json()["items"][0]["name"] == "平价药房"
    insured = await street.inside.get(street.patient, "/pharmacies", insured=True, **here)
    assert [one["name"] for one in insured.json()["items"]] == ["近便药房"]
    prices = (await street.get(street.patient, f"/prescription-parts/{part['id']}/prices", **here)).json()
    assert [(one["pharmacy"]["name"], one["cheapest"]) for one in prices["pharmacies"]] == [
        ("平价药房", True),
        ("近便药房", False),
    ]
    assert prices["pharmacies"][0]["total_fen"] == 50
    street.inside.town.clock.moment += timedelta(hours=14)  # half past ten in the evening
    closed = await street.inside.get(street.patient, "/pharmacies", open_now=True, **here)
    assert closed.json()["items"] == []


async def test_a_pharmacy_keeps_its_card_and_shelf(street: Street) -> None:
    shop, code = street.near, (await street.wall(street.near)) and "nothing"
    path = f"/pharmacies/{shop.id}"
    card = (await street.inside.get(shop.pharmacist, path)).json()
    fields = ("version", "hours", "insured", "dual_channel", "delivers", "delivery_radius_m", "delivery_fee_fen")
    change = {name: card[name] for name in fields} | {"taking": False}
    kept = await street.inside.put(shop.pharmacist, path, change)
    assert (kept.json()["taking"], kept.json()["version"]) == (False, 2), kept.text
    assert (await street.inside.put(shop.pharmacist, path, change)).json()["code"] == "prescription-changed"
    wrong = change | {"version": 2, "hours": [{"weekday": 1, "opens": "10:00", "closes": "09:00"}]}
    assert (await street.inside.put(shop.pharmacist, path, wrong)).json()["code"] == "validation-failed"
    assert (await street.inside.put(street.cheap.pharmacist, path, change)).json()["code"] == "forbidden"
    drug = (await street.inside.get(shop.pharmacist, f"{path}/shelf", q=AMLODIPINE)).json()["items"][0]
    table = f"drug_code,units,price_fen\n{drug['drug_code']},14,1234\n{code},1,1\n{drug['drug_code']},x,\n"
    done = await street.inside.post(shop.pharmacist, f"{path}/shelf", csv=table)
    assert done.json()["accepted"] == 1, done.text
    assert [(one["row"], one["code"]) for one in done.json()["refused"]] == [(2, "unknown"), (3, "unreadable")]
    again = (await street.inside.get(shop.pharmacist, f"{path}/shelf", q=AMLODIPINE)).json()["items"][0]
    assert (again["units"], again["price_fen"]) == (14, 1234)
    refused = await street.at(shop, "/custodies", code=(await street.released())["take_code"])
    assert refused.json()["code"] == "pharmacy-not-taking"
