"""Who may do what with appointments and schedules."""

from yitong.kernel.permissions import Role, Scope, action

_DESK = {
    Role.REGISTRAR: Scope.ORGANIZATION,
    Role.NURSE: Scope.ORGANIZATION,
    Role.DOCTOR: Scope.ORGANIZATION,
    Role.HOSPITAL_ADMIN: Scope.ORGANIZATION,
    Role.HOSPITAL_SYSTEM: Scope.ORGANIZATION,
}
_PLANNERS = {
    Role.SCHEDULER: Scope.ORGANIZATION,
    Role.HOSPITAL_ADMIN: Scope.ORGANIZATION,
    Role.HOSPITAL_SYSTEM: Scope.ORGANIZATION,
}

HOLD = action("booking:appointment:hold", "占号", "Hold a place for a patient", {Role.PATIENT: Scope.OWN, **_DESK})
CONFIRM = action("booking:appointment:confirm", "确认预约", "Confirm a held place", {Role.PATIENT: Scope.OWN, **_DESK})
CANCEL = action("booking:appointment:cancel", "取消预约", "Cancel an appointment", {Role.PATIENT: Scope.OWN, **_DESK})
RESCHEDULE = action(
    "booking:appointment:reschedule",
    "改约",
    "Move an appointment to another time",
    {Role.PATIENT: Scope.OWN, **_DESK},
)
READ = action(
    "booking:appointment:read",
    "查看预约",
    "See an appointment and its history",
    {Role.PATIENT: Scope.OWN, **_DESK, Role.SCHEDULER: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)
LIST = action(
    "booking:appointment:list",
    "查看本机构预约",
    "List an organization's appointments",
    {**_DESK, Role.SCHEDULER: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)
CLOSE_DAY = action(
    "booking:appointment:close_day", "日终登记爽约", "Record no-shows after the day's end", {Role.SYSTEM: Scope.REGION}
)
PREPAY = action(
    "booking:appointment:prepay",
    "挂号费限时支付",
    "Ask for the fee before arrival, and end what was not paid in time",
    {Role.SYSTEM: Scope.REGION},
)
EXPIRE = action("booking:hold:expire", "释放过期占号", "Free holds that ran out", {Role.SYSTEM: Scope.REGION})
PLAN = action("booking:schedule:plan", "管理排班", "Make and change schedule templates and exceptions", _PLANNERS)
SEE_PLAN = action(
    "booking:schedule:read",
    "查看排班",
    "See schedule templates, exceptions and sessions",
    {**_PLANNERS, Role.REGISTRAR: Scope.ORGANIZATION, Role.DOCTOR: Scope.ORGANIZATION, Role.NURSE: Scope.ORGANIZATION},
)
GENERATE = action(
    "booking:schedule:generate", "生成号源", "Make sessions and slots", {**_PLANNERS, Role.SYSTEM: Scope.REGION}
)
STOP = action("booking:schedule:stop", "停诊", "Stop a session", _PLANNERS)
