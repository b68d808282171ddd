"""A person, a bill's lines and a credential that the tests of insurance share."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from yitong.billing.ports import Credential, FeeLine, InsuranceBill
from yitong.directory.demo import DEMO_PATIENTS
from yitong.kernel.ids import new_id

HOSPITAL = "01110003"
ELDER, MOTHER, FATHER, CHILD = DEMO_PATIENTS[:4]
NOW = datetime.now(UTC).replace(microsecond=0)
MakeBill = Callable[..., Awaitable[InsuranceBill]]
Trouble = Callable[..., Awaitable[None]]


def identity_card(number: str = ELDER.id_number, name: str = ELDER.name) -> Credential:
    """What an identity card says."""
    return Credential("02", number, certno=number, psn_name=name)


def fee(amount: int, code: str, number: str = "", *, cnt: int = 1000) -> FeeLine:
    """A line of a bill; the code is the catalogue's."""
    return FeeLine(number or new_id().hex, code, code, "项目", "03", cnt, amount, amount, NOW)


LINES = (fee(5_000, "00BJ3-general"), fee(80_000, "0021020000100"), fee(1_250, ""))
"""A visit's fee, a scan of class B, something that is in no catalogue."""
