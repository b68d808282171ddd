"""A won offer's price holds at the counter, and the chain gets the secret of the custody that an event ended."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prescriptions.pharmacy import AMLODIPINE, line
from prescriptions.shops import Shop, Street, out, trace
from yitong.kernel.ids import UUID
from yitong.prescriptions.circulation import codes
from yitong.prescriptions.circulation.agreed import due_fen, shared
from yitong.prescriptions.circulation.chain_facts import disclosed_secret

TWO = {"frequency": "bid", "days": 28, "quantity": 2}


async def won(street: Street, total_fen: int, *lines: dict[str, Any], **more: Any) -> Any:
    """A part that the near shop got for its offer."""
    request = await street.published(await street.part(*lines, **more), mode="best_price")
    wish = {"total_fen": total_fen, "ready_minutes": 5}
    offer = await street.at(street.near, f"/purchase-requests/{request['id']}/offers", **wish)
    chosen = await street.post(
        street.patient, f"/purchase-requests/{request['id']}/choose", offer_id=offer.json()["id"]
    )
    assert chosen.json()["state"] == "matched", chosen.text
    return (await seen(street, street.near, request["part_id"])).json()


async def seen(street: Street, shop: Shop, part_id: str) -> Any:
    return await street.inside.get(shop.pharmacist, f"/custodies/{part_id}", pharmacy_id=str(shop.id))


async def test_more_than_the_offer_is_refused_and_the_shelf_does_not_matter(street: Street) -> None:
    held = await won(street, 777)
    assert (held["agreed_fen"], [one["amount_fen"] for one in held["lines"]]) == (777, [777])
    rows = [{"drug_code": held["lines"][0]["line"]["drug_code"], "units": 1000, "price_fen": 99_900}]
    raised = await street.at(street.near, f"/pharmacies/{street.near.id}/shelf", rows=rows)
    assert raised.status_code == 200, raised.text
    last = {"lines": [out(28, trace())], "last": True, "secret": held["secret"]}
    dear = await street.act(street.near, held, "dispense", **last, total_fen=778)
    assert (dear.status_code, dear.json()["code"]) == (409, "above-agreed-price")
    assert "7.77" in dear.json()["message"]["en"]
    done = await street.act(street.near, held, "dispense", **last)
    assert done.json()["dispenses"][0]["amount_fen"] == 777, done.text


async def test_partial_hand_outs_together_cost_what_was_agreed(street: Street) -> None:
    held = await won(street, 1001, line(AMLODIPINE, **TWO), supply_reason="慢性病长期用药")
    first = (await street.act(street.near, held, "dispense", lines=[out(28, trace())])).json()
    assert first["dispenses"][0]["amount_fen"] == 500
    rest = {"lines": [out(28, trace())], "last": True, "secret": held["secret"]}
    dear = await street.act(street.near, first, "dispense", **rest, total_fen=502)
    assert dear.json()["code"] == "above-agreed-price"
    done = await street.act(street.near, first, "dispense", **rest)
    assert [one["amount_fen"] for one in done.json()["dispenses"]] == [500, 501]


async def test_without_an_offer_the_shelf_is_the_most(street: Street) -> None:
    held = await street.held()
    price = held["lines"][0]["amount_fen"]
    assert held["agreed_fen"] is None
    last = {"lines": [out(28, trace())], "last": True, "secret": held["secret"]}
    dear = await street.act(street.near, held, "dispense", **last, total_fen=price + 1)
    assert dear.json()["code"] == "above-agreed-price"
    done = await street.act(street.near, held, "dispense", **last, total_fen=price - 1)
    assert done.json()["dispenses"][0]["amount_fen"] == price - 1, "less is the pharmacy's own affair"


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_total_is_divided_to_the_fen(total: int, amounts: list[int]) -> None:
    assert sum(shared(total, amounts)) == total
    assert min(shared(total, amounts)) >= 0


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**5), min_size=1, max_size=6))
def test_shares_never_pass_what_was_agreed(agreed: int, hand_outs: list[int]) -> None:
    paid = 0
    for place, shelf in enumerate(hand_outs, start=1):
        paid += due_fen(agreed, paid, shelf, sum(hand_outs), rest=place == len(hand_outs))
        assert paid <= agreed
    assert paid == agreed


async def test_two_custodies_at_one_moment_keep_their_secrets_apart(street: Street) -> None:
    """The clock stands: taken, given back and taken again have the same time."""
    first = await street.held()
    back = await street.act(street.near, first, "give-back", secret=first["secret"], reason="out_of_stock")
    assert back.status_code == 200, back.text
    part = {"id": first["part_id"]}
    again = await street.at(street.cheap, "/custodies", code=(await street.show(part))["take_url"])
    assert again.status_code == 200, again.text
    second = again.json()
    assert first["secret"] != second["secret"]
    gone = await street.act(street.cheap, second, "give-back", secret=second["secret"], reason="error")
    assert gone.status_code == 200, gone.text
    town = street.inside.town
    ended = await town.rows("SELECT id, at FROM event WHERE type = 'circulation:part:given_back' ORDER BY position")
    assert ended[0].at == ended[1].at, "else the test shows nothing"
    async with town.platform.transaction() as tx:
        told = [await disclosed_secret(tx, town.hospital_id, UUID(first["part_id"]), one.id) for one in ended]
    assert [codes.written(one) for one in told] == [first["secret"], second["secret"]]
