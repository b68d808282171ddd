"""The national prescription platform as the hospital's prescriptions know it: one upload is D001, D002 and D003."""

import base64
from datetime import timedelta

import msgspec

from yitong.gateways.insurance.amounts import BEIJING, written
from yitong.gateways.insurance.circulation import wire
from yitong.gateways.insurance.circulation.client import PARTY, PrescriptionPlatform
from yitong.kernel.clock import age_in_years
from yitong.kernel.outside import GatewayUnavailable
from yitong.prescriptions.facts import frequencies, routes
from yitong.prescriptions.national.ports import Registered, Revocation, Upload
from yitong.prescriptions.schemas import SheetLine

_KINDS = {"western": "11", "patent": "12", "herbal": "13"}
_GENDERS = {"male": "1", "female": "2"}
_DAY = timedelta(days=1)


class NationalCentre:
    """Plays ``prescriptions.national.ports.PrescriptionCentre``."""

    def __init__(self, platform: PrescriptionPlatform) -> None:
        self._platform = platform

    async def upload(self, given: Upload) -> Registered:
        """Check, have signed, upload; each answers the same again. Raises GatewayRefused or GatewayUnavailable."""
        asked = _prescription(given)
        checked = await self._platform.check(asked)
        value = msgspec.json.encode({"hiRxno": checked.hi_rxno, "hospRxno": given.number})
        file = base64.b64encode(given.file).decode()
        signed = await self._platform.sign(
            wire.SigningAsked(given.hospital_code, base64.b64encode(value).decode(), file)
        )
        uploaded = await self._platform.upload(
            wire.FileUpload(
                rx_trace_code=checked.rx_trace_code,
                hi_rxno=checked.hi_rxno,
                mdtrt_id=given.visit,
                fixmedins_code=given.hospital_code,
                phar_dept_name="药学部",
                phar_code=given.pharmacist.licence_no,
                phar_name=given.pharmacist.name,
                phar_prac_cert_no=given.pharmacist.licence_no,
                phar_chk_time=written(given.reviewed_at),
                rx_file=signed.rx_file,
                sign_digest=signed.sign_digest,
            )
        )
        if uploaded.hi_rxno != checked.hi_rxno:
            raise GatewayUnavailable(PARTY, f"an answer about {uploaded.hi_rxno} instead of {checked.hi_rxno}")
        return Registered(checked.hi_rxno, checked.rx_trace_code)

    async def undo(self, given: Revocation) -> None:
        """Take it back. Raises GatewayRefused once it was fetched, or GatewayUnavailable."""
        await self._platform.undo(
            wire.Undoing(
                hi_rxno=given.rxno,
                fixmedins_code=given.hospital_code,
                dr_code=given.prescriber.licence_no,
                undo_dr_name=given.prescriber.name,
                undo_dr_cert_type="99",
                undo_dr_certno=given.prescriber.licence_no,
                undo_rea=given.reason,
                undo_time=written(given.at),
            )
        )

    async def fetched(self, hospital_code: str, rxno: str) -> bool:
        """Whether a pharmacy has handed it out. Raises GatewayRefused or GatewayUnavailable."""
        told = await self._platform.fetched(wire.Naming(fixmedins_code=hospital_code, hi_rxno=rxno))
        return told.rx_used_stas_codg == wire.USED


def _prescription(given: Upload) -> wire.PrescriptionUpload:
    days = max(1, -(-(given.valid_until - given.signed_at) // _DAY))
    main = given.diagnoses[0]
    return wire.PrescriptionUpload(
        mdtrt_cert_type="02",
        mdtrt_cert_no=given.citizen_number,
        hosp_rxno=given.number,
        prsc_time=written(given.signed_at),
        rx_drug_cnt=len(given.lines),
        vali_days=days,
        vali_end_time=written(given.valid_until),
        rept_flag="1" if given.repeats else "0",
        max_rept_cnt=given.repeats,
        min_inrv_days=given.repeat_every_days if given.repeats else 0,
        long_rx_flag="1" if given.long_term else "0",
        rxdrugdetail=[_drug(line) for line in given.lines],
        mdtrtinfo=wire.VisitDetail(
            fixmedins_code=given.hospital_code,
            fixmedins_name=given.hospital_name,
            mdtrt_id=given.visit,
            med_type="11",
            ipt_otp_no=given.visit,
            patn_name=given.patient_name,
            certno=given.citizen_number,
            patn_age=age_in_years(given.patient_birth_date, given.signed_at.astimezone(BEIJING).date()),
            gend=_GENDERS.get(given.patient_sex, "9"),
            prsc_dept_name=given.department,
            dr_code=given.prescriber.licence_no,
            prsc_dr_name=given.prescriber.name,
            mdtrt_time=written(given.signed_at),
            maindiag_code=main.code,
            maindiag_name=main.name,
        ),
        diseinfo=[
            wire.DiagnosisDetail(
                diag_type="1",
                maindiag_flag="1" if place == 1 else "0",
                diag_srt_no=place,
                diag_code=one.code,
                diag_name=one.name,
            )
            for place, one in enumerate(given.diagnoses, start=1)
        ],
    )


def _drug(line: SheetLine) -> wire.DrugDetail:
    often, way = frequencies()[line.frequency], routes()[line.route]
    return wire.DrugDetail(
        med_list_codg=line.national_code,
        fixmedins_hilist_id=line.drug_code,
        rx_item_type_code=_KINDS.get(line.kind, "11"),
        drug_genname=line.name,
        drug_spec=line.spec,
        medc_way_codg=line.route,
        medc_way_dscr=way.name,
        medc_days=line.days,
        sin_dosunt=line.dose_unit,
        sin_doscnt=f"{line.dose_milli / 1000:g}",
        used_frqu_codg=line.frequency,
        used_frqu_name=often.name,
        drug_dosunt=line.unit if line.split else line.package[-1:] or line.unit,
        drug_cnt=line.quantity,
    )
