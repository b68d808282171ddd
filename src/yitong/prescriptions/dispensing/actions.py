"""Who may hand out, take back, deliver and recall, and who sees what became of a prescription."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION
_PHARMACY = {Role.PHARMACIST: _AT}

DISPENSE = action("dispensing:part:dispense", "调配发药", "Dispense", _PHARMACY)
CLOSE = action("dispensing:part:close", "结束发药", "End the custody of a prescription", _PHARMACY)
RETURN = action("dispensing:part:return", "办理退药", "Take goods back", _PHARMACY)
DELIVER = action("dispensing:delivery:send", "配送药品", "Send goods out", _PHARMACY)
SETTLE = action("dispensing:part:settle", "药店医保结算", "Settle with the insurance at a pharmacy", _PHARMACY)
RESUME = action(
    "dispensing:settlement:resume",
    "继续未完成的药店医保结算",
    "Carry on settlements whose answer was lost",
    {Role.SYSTEM: Scope.REGION},
)
TRACE = action(
    "dispensing:package:trace",
    "查询药品追溯码",
    "Look a package up by its trace code",
    {Role.PHARMACIST: Scope.REGION, Role.REGULATOR: Scope.REGION},
)
RECALL = action(
    "dispensing:recall:search",
    "查询召回涉及的患者",
    "Find who has drugs of a recalled batch",
    {Role.PHARMACIST: _AT, Role.REGULATOR: Scope.REGION},
)
MEDICATIONS = action(
    "dispensing:medication:read",
    "查看用药清单与提醒",
    "See a patient's medication and reminders",
    {Role.PATIENT: Scope.OWN},
)
REMIND = action("dispensing:reminder:send", "发送用药提醒", "Remind of drugs", {Role.SYSTEM: Scope.REGION})
RESULT = action(
    "dispensing:result:read",
    "查看取药结果",
    "See what was dispensed",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT, Role.PHARMACIST: _AT, Role.HOSPITAL_SYSTEM: _AT},
)
