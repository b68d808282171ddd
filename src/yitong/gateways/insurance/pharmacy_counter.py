"""The insurer as a pharmacy's counter knows it: who shows the credential, then 2101, 2102 and 2103."""

from yitong.billing.ports import Credential, FeeLine, InsuranceBill, InsuranceSplit
from yitong.gateways.insurance.client import FsiInsurer
from yitong.gateways.insurance.courier import PARTY
from yitong.gateways.insurance.pharmacies import PHARMACY, FsiPharmacies
from yitong.kernel.outside import GatewayRefused
from yitong.prescriptions.dispensing.ports import Sale, SaleSettled, SaleSplit

_CATEGORIES = {"western": "09", "patent": "11", "herbal": "10"}
"""med_chrgitm_type: western medicine, Chinese patent medicine, herbs."""


class PharmacyCounter:
    """Plays ``prescriptions.dispensing.ports.PharmacyInsurer``."""

    def __init__(self, insurer: FsiInsurer, pharmacies: FsiPharmacies) -> None:
        self._insurer = insurer
        self._pharmacies = pharmacies

    async def ask(self, sale: Sale) -> SaleSplit:
        """How a sale would be divided now. Raises GatewayRefused or InsurerSilent."""
        return _split(await self._pharmacies.pre_settle(await self._bill(sale), sale.invono, sale.rxno, _traces(sale)))

    async def settle(self, sale: Sale, agreed: SaleSplit) -> SaleSettled:
        """Settle what was agreed. Raises GatewayRefused or InsurerSilent.

        The split is asked anew first: its parts go with the settlement and have to be what the person agreed to.
        """
        bill = await self._bill(sale)
        present = await self._pharmacies.pre_settle(bill, sale.invono, sale.rxno, _traces(sale))
        if _paid(_split(present)) != _paid(agreed):
            raise GatewayRefused(PARTY, "split-changed", "the year's sums have moved since the split was asked for")
        made = await self._pharmacies.settle(bill, present, sale.invono, sale.rxno, _traces(sale))
        return SaleSettled(
            setl_id=made.setl_id,
            mdtrt_id=made.mdtrt_id,
            psn_no=bill.psn_no,
            at=made.setl_time,
            split=_split(made.split),
        )

    async def reverse(self, sale: Sale, settled: SaleSettled) -> str:
        """Take a settlement back. Raises GatewayRefused or InsurerSilent."""
        return await self._pharmacies.reverse(
            sale.fixmedins_code, settled.psn_no, settled.mdtrt_id, settled.setl_id, sale.invono
        )

    async def _bill(self, sale: Sale) -> InsuranceBill:
        card = sale.credential_type == "02"
        shown = Credential(
            sale.credential_type,
            sale.credential,
            sale.card_serial,
            certno=sale.credential if card else "",
            psn_name=sale.patient_name if card else "",
        )
        person = await self._insurer.person(sale.fixmedins_code, shown, sale.at)
        if person.psn_name != sale.patient_name:
            raise GatewayRefused(PARTY, "another-person", "the credential is somebody else's")
        active = next((one for one in person.insurances if one.psn_insu_stas == "1"), None)
        if active is None:
            raise GatewayRefused(PARTY, "not-insured", "no insurance of this person is in force")
        return InsuranceBill(
            fixmedins_code=sale.fixmedins_code,
            psn_no=person.psn_no,
            insutype=active.insutype,
            insuplc_admdvs=active.insuplc_admdvs,
            credential=shown,
            med_type=PHARMACY,
            mdtrt_id="",
            chrg_bchno=sale.invono,
            acct_used_flag=sale.use_account,
            lines=[
                FeeLine(
                    feedetl_sn=one.number,
                    med_list_codg=one.national_code,
                    medins_list_codg=one.drug_code,
                    name=one.name,
                    med_chrgitm_type=_CATEGORIES.get(one.kind, "09"),
                    cnt_milli=1000,
                    pric=one.amount_fen,
                    det_item_fee_sumamt=one.amount_fen,
                    fee_ocur_time=sale.at,
                )
                for one in sale.lines
            ],
        )


def _traces(sale: Sale) -> dict[str, list[str]]:
    return {one.number: one.trace_codes for one in sale.lines}


def _paid(split: SaleSplit) -> tuple[int, int, int]:
    return split.fund_fen, split.account_fen, split.cash_fen


def _split(split: InsuranceSplit) -> SaleSplit:
    return SaleSplit(
        total_fen=split.medfee_sumamt,
        fund_fen=split.fund_pay_sumamt,
        account_fen=split.acct_pay,
        cash_fen=split.psn_cash_pay,
        balance_fen=split.balc,
        notes=split.notes,
    )
