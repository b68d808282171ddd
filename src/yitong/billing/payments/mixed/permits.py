"""The permission to pay from somebody's insurance, which the payer gives in the insurer's own page."""

from typing import Protocol

import msgspec

from yitong.billing.ports import MixedPerson


class PayPermit(msgspec.Struct, frozen=True):
    """A permission (payAuthNo), good for minutes; where its giver stood, and in which of Tencent's cities."""

    pay_auth_no: str
    geo_location: str  # "longitude,latitude"
    city_id: str
    user_name: str = ""


class PayPermits(Protocol):
    """The insurer's page for permissions. Methods raise GatewayRefused or GatewayUnavailable."""

    def address(self, fixmedins_code: str) -> str:
        """The page; the payer comes back to the ``redirectUrl`` that is added to it, with an ``authCode``."""
        ...

    async def redeem(self, auth_code: str, openid: str) -> PayPermit:
        """The permission behind a code, which is good once and only for the one who brought it."""
        ...


class MixedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a mixed order needs beside the bill: who pays for whom, by which permission, at which hospital."""

    openid: str
    payer: MixedPerson
    relative: MixedPerson | None  # the patient, when somebody else pays
    patient: MixedPerson
    permit: PayPermit
    order_type: str
    visit_no: str
    hospital_name: str
    department_code: str = ""
    department_name: str = ""
