"""Inputs of a pharmacy's settlement (2101, 2102, 2103), with the interface's own field names; amounts are yuan."""

from decimal import Decimal

import msgspec


class DrugInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """2101, and with the checked amounts 2102: the sale."""

    psn_no: str
    mdtrt_cert_type: str
    mdtrt_cert_no: str
    begntime: str
    medfee_sumamt: Decimal
    invono: str
    insutype: str
    acct_used_flag: str
    med_type: str = "41"
    dise_codg: str = ""
    dise_name: str = ""
    fulamt_ownpay_amt: Decimal | None = None
    overlmt_selfpay: Decimal | None = None
    preselfpay_amt: Decimal | None = None
    inscp_scp_amt: Decimal | None = None


class SoldDrug(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One drug of the sale; ``rxno`` is the circulated prescription's number, with ``rx_circ_flag`` 1."""

    feedetl_sn: str
    rxno: str = ""
    rx_circ_flag: str = "0"
    fee_ocur_time: str
    med_list_codg: str
    medins_list_codg: str
    medins_list_name: str = ""
    med_chrgitm_type: str = ""
    det_item_fee_sumamt: Decimal
    cnt: Decimal
    pric: Decimal
    drug_trac_info: list[str] = []  # trace codes of its packages


class Sale(msgspec.Struct, frozen=True):
    """2101's and 2102's input."""

    druginfo: DrugInfo
    drugdetail: list[SoldDrug]
