"""Inputs and outputs of D001–D008 with the interface's own field names; amounts are yuan as text, times Beijing's."""

import msgspec

UPLOAD_CHECK = "/fixmedins/uploadChk"
SIGN = "/fixmedins/rxFixmedinsSign"
UPLOAD = "/fixmedins/rxFileUpld"
UNDO = "/fixmedins/rxUndo"
DETAIL = "/fixmedins/hospRxDetlQuery"
REVIEW_RESULT = "/fixmedins/rxChkInfoQuery"
SETTLED = "/fixmedins/rxSetlInfoQuery"
CATALOGUE = "/fixmedins/circDrugQuery"
NUMBERS = {
    UPLOAD_CHECK: "D001",
    SIGN: "D002",
    UPLOAD: "D003",
    UNDO: "D004",
    DETAIL: "D005",
    REVIEW_RESULT: "D006",
    SETTLED: "D007",
    CATALOGUE: "D008",
}
VALID, LAPSED, UNDONE, VOID = "1", "2", "3", "4"
"""rxStasCodg: in effect, run out, undone, void."""
UNUSED, USED = "1", "2"
"""rxUsedStasCodg."""
PASSED, NOT_PASSED = "1", "2"
"""rxChkStasCodg."""


class DrugDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One drug (rxdrugdetail)."""

    med_list_codg: str
    fixmedins_hilist_id: str
    rx_item_type_code: str  # 11 western, 12 patent, 13 herbal
    drug_genname: str
    drug_spec: str
    drug_dosform: str = ""
    medc_way_codg: str
    medc_way_dscr: str
    medc_days: int
    sin_dosunt: str
    sin_doscnt: str
    used_frqu_codg: str
    used_frqu_name: str
    drug_dosunt: str
    drug_cnt: int
    hosp_appr_flag: str = "1"


class VisitDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The visit and its people (mdtrtinfo)."""

    fixmedins_code: str
    fixmedins_name: str
    mdtrt_id: str
    med_type: str
    ipt_otp_no: str
    otp_ipt_flag: str = "1"
    psn_no: str = ""
    patn_name: str
    psn_cert_type: str = "01"
    certno: str
    patn_age: int
    gend: str
    prsc_dept_name: str
    prsc_dept_code: str = ""
    dr_code: str
    prsc_dr_name: str
    mdtrt_time: str
    maindiag_code: str
    maindiag_name: str


class DiagnosisDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One diagnosis (diseinfo)."""

    diag_type: str
    maindiag_flag: str
    diag_srt_no: int
    diag_code: str
    diag_name: str


class PrescriptionUpload(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """D001: everything that is checked before a prescription is uploaded."""

    mdtrt_cert_type: str
    mdtrt_cert_no: str
    biz_type_code: str = "01"  # 01 in a hospital, 02 online
    rx_exra_attr_code: str = "02"  # 01 dual channel, 02 outpatient pooling
    mdtrtarea_no: str = ""
    hosp_rxno: str
    init_rxno: str = ""
    rx_type_code: str = "1"
    prsc_time: str
    rx_drug_cnt: int
    vali_days: int
    vali_end_time: str
    rept_flag: str = "0"
    max_rept_cnt: int = 0
    min_inrv_days: int = 0
    rx_cotn_flag: str = "0"
    long_rx_flag: str = "0"
    rxdrugdetail: list[DrugDetail]
    mdtrtinfo: VisitDetail
    diseinfo: list[DiagnosisDetail]


class Checked(msgspec.Struct, frozen=True, rename="camel"):
    """D001's answer."""

    rx_trace_code: str
    hi_rxno: str


class SigningAsked(msgspec.Struct, frozen=True, rename="camel"):
    """D002: the fields and the file, both Base64, that the institution signs."""

    fixmedins_code: str
    original_value: str
    original_rx_file: str


class SignedFile(msgspec.Struct, frozen=True, rename="camel"):
    """D002's answer."""

    rx_file: str
    sign_digest: str
    sign_cert_sn: str
    sign_cert_dn: str


class FileUpload(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """D003: the reviewed prescription with its signed file; the numbers come from D001."""

    rx_trace_code: str
    hi_rxno: str
    mdtrt_id: str
    fixmedins_code: str
    phar_dept_name: str
    phar_dept_code: str = ""
    phar_code: str
    phar_name: str
    phar_prac_cert_no: str
    phar_chk_time: str
    rx_file: str
    sign_digest: str


class Uploaded(msgspec.Struct, frozen=True, rename="camel"):
    """D003's answer."""

    hi_rxno: str
    rx_stas_codg: str
    rx_stas_name: str


class Undoing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """D004: who takes a prescription back, and why (at most 200 characters)."""

    hi_rxno: str
    fixmedins_code: str
    dr_code: str
    undo_dr_name: str
    undo_dr_cert_type: str = "01"
    undo_dr_certno: str
    undo_rea: str
    undo_time: str


class Naming(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """D005, D006, D007: which prescription."""

    fixmedins_code: str
    hi_rxno: str
    mdtrt_id: str = ""
    psn_name: str = ""
    certno: str = ""


class RxDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """D005's answer."""

    hi_rxno: str
    hosp_rxno: str
    rx_stas_codg: str
    rx_stas_name: str
    rx_used_stas_codg: str
    prsc_time: str
    vali_end_time: str
    rxdrugdetail: list[DrugDetail]


class ReviewResult(msgspec.Struct, frozen=True, rename="camel"):
    """D006's answer."""

    phar_name: str
    phar_code: str
    rx_chk_stas_codg: str
    rx_chk_opnn: str
    rx_chk_time: str


class SoldDrug(msgspec.Struct, frozen=True, rename="camel"):
    """A drug that was fetched (seltdelts)."""

    med_list_codg: str
    drug_genname: str
    cnt: int


class Fetched(msgspec.Struct, frozen=True, rename="camel"):
    """D007's answer."""

    hi_rxno: str
    setl_time: str
    rx_used_stas_codg: str
    seltdelts: list[SoldDrug] = []


class CatalogueAsked(msgspec.Struct, frozen=True, rename="camel"):
    """D008: a page of the drugs that may be circulated."""

    page_num: int = 1
    page_size: int = 100
    drug_genname: str = ""


class CatalogueDrug(msgspec.Struct, frozen=True, rename="camel"):
    """A drug that may be circulated."""

    med_list_codg: str
    drug_genname: str
    drug_spec: str
    drug_dosform: str


class Catalogue(msgspec.Struct, frozen=True, rename="camel"):
    """D008's answer."""

    total: int
    list_: list[CatalogueDrug] = msgspec.field(name="list", default_factory=list[CatalogueDrug])
