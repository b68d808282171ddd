"""The medication list with its days and times, and reminders that are told once."""

from datetime import UTC, date, datetime

import pytest

from prescriptions.pharmacy import AMLODIPINE, line
from prescriptions.shops import Street, out, trace
from yitong.prescriptions.dispensing.jobs import send_reminders
from yitong.prescriptions.dispensing.plan import due

ZONE = "Asia/Shanghai"


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "after", "now", "expected"),
    [
        (1, moment(23, 0), moment(23, 0, 30), moment(23, 0, 15)),
        (1, moment(23, 0, 15), moment(23, 0, 30), None),
        (1, moment(23, 0), moment(25, 3), moment(25, 0, 15)),  # only the last, not one a day
        (2, moment(23, 1), moment(24, 23), None),
        (2, moment(23, 1), moment(25, 1), moment(25, 0, 15)),
        (1, moment(29, 1), moment(30, 9), moment(29, 12)),  # the drugs end on the 29th
    ],
)
@pytest.mark.unit
def test_when_a_reminder_is_due(every: int, after: datetime, now: datetime, expected: datetime | None) -> None:
    times = ["08:15"] if every == 2 or expected != moment(29, 12) else ["08:15", "20:00"]
    assert due(times, ZONE, date(2026, 11, 23), date(2026, 11, 29), every, after, now) == expected


async def test_the_list_and_its_reminders(street: Street) -> None:
    town = street.inside.town
    held = await street.held(line(AMLODIPINE, frequency="bid"))
    await street.act(street.near, held, "dispense", lines=[out(28, trace())], last=True, secret=held["secret"])
    patient = street.inside.patient
    path = f"/patients/{patient}/medications"
    found = (await street.inside.get(street.patient, path)).json()["items"]
    assert [(one["name"], one["times"], one["remind"], one["active"]) for one in found] == [
        (AMLODIPINE, ["08:00", "20:00"], False, True)
    ]
    assert (found[0]["from_day"], found[0]["until_day"]) == ("2026-11-23", "2026-11-29")
    one = found[0]
    place = f"{path}/{one['dispense_id']}/1/reminder"
    set_to = {"pharmacy_id": one["pharmacy_id"], "remind": True, "times": ["12:00", "20:30"]}
    kept = await street.inside.put(street.patient, place, set_to)
    assert (kept.json()["remind"], kept.json()["times"]) == (True, ["12:00", "20:30"]), kept.text
    assert await send_reminders(town.platform) == 0
    town.clock.advance(hours=4)  # half past twelve
    assert await send_reminders(town.platform) == 1
    assert await send_reminders(town.platform) == 0, "once"
    events = await town.rows("SELECT patient_id FROM event WHERE type = 'dispensing:reminder:due'")
    assert [row.patient_id for row in events] == [patient]
    off = await street.inside.put(street.patient, place, {"pharmacy_id": one["pharmacy_id"], "remind": False})
    assert off.json()["remind"] is False
    town.clock.advance(hours=10)
    assert await send_reminders(town.platform) == 0
    town.clock.advance(hours=24 * 8)
    assert (await street.inside.get(street.patient, path)).json()["items"][0]["active"] is False
    stranger = town.citizen(await town.patient("别人", phone="13900000009"))
    assert (await street.inside.get(stranger, path)).json()["code"] == "foreign-patient"
