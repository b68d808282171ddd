"""Stays at the insurer: admission, changes, discharge and taking either back (2401-2405)."""

import msgspec

from yitong.billing.stay_ports import InpatientStay
from yitong.gateways.insurance import wire, wire_stays
from yitong.gateways.insurance.amounts import written
from yitong.gateways.insurance.courier import PARTY, Courier, Output
from yitong.gateways.insurance.messages import wrapped
from yitong.kernel.outside import GatewayRefused

_AT_ADMISSION, _AT_DISCHARGE = "1", "3"


class FsiStays:
    """Plays ``billing.stay_ports.InpatientInsurer``. Every method raises GatewayRefused or InsurerSilent."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    async def admit(self, stay: InpatientStay) -> str:
        """Register an admission (2401); the same ``visit_no`` answers the same mdtrt_id."""
        asked = wire_stays.AdmissionInput(_admission(stay), _diagnoses(stay, _AT_ADMISSION))
        made = await self._ask("2401", stay, asked, wire_stays.AdmissionOutput)
        if made.result.psn_no != stay.psn_no or not made.result.mdtrt_id:
            raise GatewayRefused(PARTY, "answer-unsound", "the admission is somebody else's")
        return made.result.mdtrt_id

    async def change(self, stay: InpatientStay) -> None:
        """Tell what changed of an admission: department, bed, diagnoses (2403)."""
        asked = wire_stays.ChangeInput(_admission(stay), _diagnoses(stay, _AT_ADMISSION))
        await self._ask("2403", stay, asked, wire.Nothing)

    async def discharge(self, stay: InpatientStay) -> None:
        """Register a discharge (2402); again changes nothing. Raises ValueError for a stay that is not over."""
        if stay.discharged_at is None:
            raise ValueError("a stay that is not over")
        told = stay.discharge_diagnoses or stay.diagnoses
        main = told[0] if told else ("", "")
        info = wire_stays.DischargeInfo(
            mdtrt_id=stay.mdtrt_id,
            psn_no=stay.psn_no,
            insutype=stay.insutype,
            endtime=written(stay.discharged_at),
            dise_codg=main[0],
            dise_name=main[1],
            dscg_dept_codg=stay.department_code,
            dscg_dept_name=stay.department_name,
            dscg_bed=stay.bed,
            dscg_way=stay.dscg_way,
        )
        asked = wire_stays.DischargeInput(info, _diagnoses(stay, _AT_DISCHARGE))
        await self._ask("2402", stay, asked, wire.Nothing)

    async def withdraw_admission(self, stay: InpatientStay) -> None:
        """Take an admission back before anything was settled (2404); again changes nothing."""
        await self._ask("2404", stay, wrapped(wire_stays.Withdrawal(stay.mdtrt_id, stay.psn_no)), wire.Nothing)

    async def withdraw_discharge(self, stay: InpatientStay) -> None:
        """Take a discharge back before the stay was settled (2405); again changes nothing."""
        await self._ask("2405", stay, wrapped(wire_stays.Withdrawal(stay.mdtrt_id, stay.psn_no)), wire.Nothing)

    async def _ask(self, infno: str, stay: InpatientStay, content: msgspec.Struct, output: type[Output]) -> Output:
        return await self._courier.ask(infno, stay.fixmedins_code, content, output, insuplc=stay.insuplc_admdvs)


def _admission(stay: InpatientStay) -> wire_stays.AdmissionInfo:
    code, name = stay.diagnoses[0] if stay.diagnoses else ("", "")
    return wire_stays.AdmissionInfo(
        psn_no=stay.psn_no,
        insutype=stay.insutype,
        begntime=written(stay.admitted_at),
        mdtrt_cert_type=stay.credential.mdtrt_cert_type,
        mdtrt_cert_no=stay.credential.mdtrt_cert_no,
        med_type=stay.med_type,
        ipt_no=stay.visit_no,
        atddr_no=stay.doctor_no,
        chfpdr_name=stay.doctor_name,
        adm_diag_dscr=name,
        adm_dept_codg=stay.department_code,
        adm_dept_name=stay.department_name,
        adm_bed=stay.bed,
        dise_codg=code,
        dise_name=name,
        mdtrt_id=stay.mdtrt_id,
    )


def _diagnoses(stay: InpatientStay, kind: str) -> list[wire_stays.StayDiagnosis]:
    leaving = kind == _AT_DISCHARGE
    told = (stay.discharge_diagnoses or stay.diagnoses) if leaving else stay.diagnoses
    moment = written(stay.discharged_at if leaving and stay.discharged_at else stay.admitted_at)
    return [
        wire_stays.StayDiagnosis(
            psn_no=stay.psn_no,
            diag_type=kind,
            maindiag_flag="1" if number == 1 else "0",
            diag_srt_no=str(number),
            diag_code=code,
            diag_name=name,
            diag_dept=stay.department_name,
            dise_dor_no=stay.doctor_no,
            dise_dor_name=stay.doctor_name,
            diag_time=moment,
        )
        for number, (code, name) in enumerate(told, 1)
    ]
