"""The national prescription platform's desk: what D001–D008 do, and when they are refused."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from yitong.directory import facts
from yitong.gateways.insurance.amounts import read, written
from yitong.gateways.insurance.circulation import wire
from yitong.kernel.crypto import sm3
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.refusal import Refusal

if TYPE_CHECKING:
    from yitong.sandbox.insurer.desk import InsuranceDesk

_STATES = {wire.VALID: "有效", wire.LAPSED: "已失效", wire.UNDONE: "已撤销", wire.VOID: "已作废"}
_CONTROLLED = ("麻醉", "精神", "毒性", "放射")
MOST_DRUGS = 5


class CirculationDesk:
    """Takes contents whose envelope was opened already, and answers with what goes into one."""

    def __init__(self, desk: "InsuranceDesk") -> None:
        self._desk = desk
        self._drugs = {drug.code: drug for drug in facts.drugs()}
        self._tasks: dict[str, tuple[type[Any], Callable[[Any], msgspec.Struct]]] = {
            "D001": (wire.PrescriptionUpload, self._check),
            "D002": (wire.SigningAsked, self._sign),
            "D003": (wire.FileUpload, self._upload),
            "D004": (wire.Undoing, self._undo),
            "D005": (wire.Naming, self._detail),
            "D006": (wire.Naming, self._review),
            "D007": (wire.Naming, self._fetched),
            "D008": (wire.CatalogueAsked, self._catalogue),
        }

    def take(self, number: str, data: dict[str, Any]) -> dict[str, Any]:
        """The answer to one message. Raises Refusal."""
        if number not in self._tasks:
            raise Refusal(f"交易编号 {number} 不存在")
        asked, task = self._tasks[number]
        try:
            return msgspec.to_builtins(task(msgspec.convert(data, asked)))
        except (msgspec.MsgspecError, ValueError) as error:
            raise Refusal(f"入参有误：{error}") from error

    def in_effect(self, hi_rxno: str) -> bool:
        """Whether a pharmacy may hand a prescription out now."""
        known = self._desk.books.prescriptions.get(hi_rxno)
        return known is not None and self._state(known) == wire.VALID

    def _state(self, known: Any) -> str:
        if known.undone is not None:
            return wire.UNDONE
        over = read(known.checked.asked.vali_end_time) <= self._desk.books.now()
        return wire.LAPSED if over and not known.fetched else wire.VALID if known.uploaded is not None else ""

    def _check(self, asked: wire.PrescriptionUpload) -> wire.Checked:
        books = self._desk.books
        for known in books.prescriptions.values():
            before = known.checked.asked
            if (before.mdtrtinfo.fixmedins_code, before.hosp_rxno) == (asked.mdtrtinfo.fixmedins_code, asked.hosp_rxno):
                if before != asked:
                    raise Refusal("院内处方号重复")
                return wire.Checked(known.checked.rx_trace_code, known.checked.hi_rxno)
        self._refuse(asked)
        number = f"{books.written:06d}"
        day = f"{books.today():%Y%m%d}"
        made = e.RxChecked(
            hi_rxno=f"{asked.mdtrtinfo.fixmedins_code[:12]:0<12}{day}{number:0>10}",
            rx_trace_code=f"{day}{number:0>12}",
            asked=asked,
        )
        books.write(made)
        return wire.Checked(made.rx_trace_code, made.hi_rxno)

    def _refuse(self, asked: wire.PrescriptionUpload) -> None:
        """What is wrong with a prescription. Raises Refusal."""
        begins, ends = read(asked.prsc_time), read(asked.vali_end_time)
        if not asked.vali_days >= 1 or ends - begins > timedelta(days=asked.vali_days) or ends <= begins:
            raise Refusal("处方有效期与有效天数不符")
        if asked.rx_drug_cnt != len(asked.rxdrugdetail) or not 1 <= asked.rx_drug_cnt <= MOST_DRUGS:
            raise Refusal("处方药品数量与明细不符，或超过五种")
        if (asked.rept_flag == "1") != (asked.max_rept_cnt > 0 and asked.min_inrv_days > 0):
            raise Refusal("可重复使用的处方须填写次数与间隔")
        if not asked.diseinfo:
            raise Refusal("诊断信息为空")
        self._desk.seen(asked.mdtrtinfo.certno, asked.mdtrtinfo.patn_name)
        for drug in asked.rxdrugdetail:
            known = self._drugs.get(drug.fixmedins_hilist_id)
            if known is None:
                raise Refusal(f"{drug.drug_genname} 不在流转药品目录")
            if known.toxicity.startswith(_CONTROLLED):
                raise Refusal(f"{drug.drug_genname} 不得流转")

    def _sign(self, asked: wire.SigningAsked) -> wire.SignedFile:
        try:
            value = base64.b64decode(asked.original_value, validate=True)
            file = base64.b64decode(asked.original_rx_file, validate=True)
            msgspec.json.decode(value)
        except (binascii.Error, msgspec.MsgspecError) as error:
            raise Refusal("待签内容须为 Base64 编码的 JSON 与文件") from error
        return wire.SignedFile(asked.original_rx_file, _digest(file), "SN-SANDBOX-1", "CN=医保电子签名(演示)")

    def _upload(self, asked: wire.FileUpload) -> wire.Uploaded:
        known = self._known(asked.hi_rxno, asked.fixmedins_code)
        if known.checked.rx_trace_code != asked.rx_trace_code:
            raise Refusal("处方追溯码不符")
        try:
            digest = _digest(base64.b64decode(asked.rx_file, validate=True))
        except binascii.Error as error:
            raise Refusal("处方文件不是 Base64") from error
        if digest != asked.sign_digest:
            raise Refusal("处方文件与签名摘要不符")
        if known.undone is not None:
            raise Refusal("处方已撤销")
        if known.uploaded is None:
            self._desk.books.write(e.RxUploaded(hi_rxno=asked.hi_rxno, asked=asked))
        return self._standing(asked.hi_rxno)

    def _standing(self, hi_rxno: str) -> wire.Uploaded:
        state = self._state(self._desk.books.prescriptions[hi_rxno])
        return wire.Uploaded(hi_rxno, state, _STATES.get(state, "待上传"))

    def _known(self, hi_rxno: str, institution: str) -> Any:
        known = self._desk.books.prescriptions.get(hi_rxno)
        if known is None or known.checked.asked.mdtrtinfo.fixmedins_code != institution:
            raise Refusal("处方不存在")
        return known

    def _undo(self, asked: wire.Undoing) -> wire.Uploaded:
        known = self._known(asked.hi_rxno, asked.fixmedins_code)
        if known.fetched:
            raise Refusal("处方已使用，不能撤销")
        if len(asked.undo_rea) > 200 or not asked.undo_rea:
            raise Refusal("撤销原因为空或过长")
        if known.undone is None:
            self._desk.books.write(e.RxUndone(hi_rxno=asked.hi_rxno, asked=asked))
        return self._standing(asked.hi_rxno)

    def _detail(self, asked: wire.Naming) -> wire.RxDetail:
        known = self._known(asked.hi_rxno, asked.fixmedins_code)
        told, standing = known.checked.asked, self._standing(asked.hi_rxno)
        return wire.RxDetail(
            hi_rxno=asked.hi_rxno,
            hosp_rxno=told.hosp_rxno,
            rx_stas_codg=standing.rx_stas_codg,
            rx_stas_name=standing.rx_stas_name,
            rx_used_stas_codg=wire.USED if known.fetched else wire.UNUSED,
            prsc_time=told.prsc_time,
            vali_end_time=told.vali_end_time,
            rxdrugdetail=told.rxdrugdetail,
        )

    def _review(self, asked: wire.Naming) -> wire.ReviewResult:
        known = self._known(asked.hi_rxno, asked.fixmedins_code)
        if known.uploaded is None:
            raise Refusal("处方尚未上传")
        told = known.uploaded.asked
        return wire.ReviewResult(told.phar_name, told.phar_code, wire.PASSED, "审核通过", told.phar_chk_time)

    def _fetched(self, asked: wire.Naming) -> wire.Fetched:
        known = self._known(asked.hi_rxno, asked.fixmedins_code)
        drugs = [wire.SoldDrug(*drug) for sale in known.fetched for drug in sale.drugs]
        last = written(known.fetched[-1].at) if known.fetched else ""
        return wire.Fetched(asked.hi_rxno, last, wire.USED if known.fetched else wire.UNUSED, drugs)

    def _catalogue(self, asked: wire.CatalogueAsked) -> wire.Catalogue:
        if asked.page_num < 1 or not 1 <= asked.page_size <= 100:
            raise Refusal("页码从 1 开始，每页至多 100 条")
        found = [
            drug
            for drug in self._drugs.values()
            if asked.drug_genname in drug.name and not drug.toxicity.startswith(_CONTROLLED)
        ]
        begin = (asked.page_num - 1) * asked.page_size
        page = [
            wire.CatalogueDrug(drug.code, drug.name, drug.spec, drug.form)
            for drug in found[begin : begin + asked.page_size]
        ]
        return wire.Catalogue(len(found), page)


def _digest(file: bytes) -> str:
    return sm3(file).hex()
