"""Deliveries: claimed once, sent outside of a transaction, retried with growing pauses, given up in the end."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from journey.scene import Scene
from yitong.booking.events import BookingEvent
from yitong.journey.notices import Notice
from yitong.journey.service.delivery import LEASE, MOST_ATTEMPTS, NoticeChannel, claim, deliver_due
from yitong.kernel.clock import SetClock
from yitong.kernel.problems import FORBIDDEN, UNAVAILABLE, Problem


class Phone:
    """A channel that keeps what it gets; ``trouble`` is raised instead while set."""

    def __init__(self) -> None:
        self.got: list[Notice] = []
        self.trouble: Problem | None = None

    async def send(self, notice: Notice) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.got.append(notice)


@pytest.fixture
def phone(scene: Scene) -> Phone:
    made = Phone()
    scene.platform.connect(NoticeChannel, made)
    return made


async def rows(scene: Scene) -> list[tuple[str, int, str | None]]:
    async with scene.platform.transaction() as tx:
        found = await tx.session.execute(text("SELECT state, attempts, error FROM delivery ORDER BY id"))
        return [(row.state, row.attempts, row.error) for row in found]


async def told(scene: Scene) -> None:
    await scene.bind_wechat("openid-1")
    await scene.happen(BookingEvent.BOOKED)
    await scene.listen()


async def test_a_message_reaches_the_account_at_wechat(scene: Scene, phone: Phone) -> None:
    await told(scene)
    assert await deliver_due(scene.platform) == 1
    (notice,) = phone.got
    assert notice.recipient == "openid-1"
    assert (notice.fields.hospital, notice.fields.patient) == ("市一医院", "张*丰")
    assert await rows(scene) == [("sent", 1, None)]
    assert await deliver_due(scene.platform) == 0


async def test_without_wechat_there_is_nothing_to_deliver(scene: Scene, phone: Phone) -> None:
    await scene.happen(BookingEvent.BOOKED)
    await scene.listen()
    assert await deliver_due(scene.platform) == 0
    assert phone.got == []


async def test_the_address_at_rest_is_sealed(scene: Scene, phone: Phone) -> None:
    await told(scene)
    async with scene.platform.transaction() as tx:
        stored = (await tx.session.execute(text("SELECT recipient_sealed FROM delivery"))).scalar_one()
    assert "openid" not in stored
    assert phone.got == []


async def test_who_has_claimed_keeps_others_away_until_the_lease_is_over(
    scene: Scene, phone: Phone, clock: SetClock
) -> None:
    await told(scene)
    assert len(await claim(scene.platform)) == 1
    assert await deliver_due(scene.platform) == 0
    clock.moment += LEASE
    assert await deliver_due(scene.platform) == 1
    assert len(phone.got) == 1


async def test_troubles_are_retried_with_growing_pauses_and_given_up(
    scene: Scene, phone: Phone, clock: SetClock
) -> None:
    await told(scene)
    phone.trouble = UNAVAILABLE()
    pause = timedelta(seconds=30)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        await deliver_due(scene.platform)
        ((state, attempts, _),) = await rows(scene)
        assert (state, attempts) == ("waiting" if attempt < MOST_ATTEMPTS else "given_up", attempt)
        clock.moment += pause - timedelta(seconds=1)
        await deliver_due(scene.platform)
        assert (await rows(scene))[0][1] == attempt
        clock.moment += timedelta(seconds=1)
        pause *= 4
    phone.trouble = None
    assert await deliver_due(scene.platform) == 0


async def test_a_refusal_is_final_at_once(scene: Scene, phone: Phone) -> None:
    await told(scene)
    phone.trouble = FORBIDDEN()
    await deliver_due(scene.platform)
    ((state, attempts, error),) = await rows(scene)
    assert (state, attempts, error) == ("given_up", 1, "forbidden")


async def test_every_end_of_a_delivery_is_in_the_history(scene: Scene, phone: Phone) -> None:
    await told(scene)
    await deliver_due(scene.platform)
    async with scene.platform.transaction() as tx:
        moves = await tx.session.execute(
            text("SELECT from_state, to_state FROM transition WHERE machine = 'delivery' ORDER BY sequence")
        )
        assert [tuple(row) for row in moves] == [("new", "waiting"), ("waiting", "sent")]
    assert len(phone.got) == 1
