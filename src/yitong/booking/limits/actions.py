"""Who may see and change limits, bans and risk."""

from yitong.kernel.permissions import Role, Scope, action

_REGION_READERS = {Role.PLATFORM_ADMIN: Scope.REGION, Role.REGULATOR: Scope.REGION}
SEE_RULES = action(
    "booking:limit-rule:read",
    "查看预约规则",
    "See the booking rules",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.SCHEDULER: Scope.ORGANIZATION, **_REGION_READERS},
)
CHANGE_RULE = action(
    "booking:limit-rule:change",
    "修改预约规则",
    "Change a booking rule",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)
SEE_RISK = action(
    "booking:risk:read",
    "查看风险看板",
    "See the risk board",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, **_REGION_READERS},
)
SEE_BANS = action(
    "booking:ban:read",
    "查看预约限制",
    "See booking bans",
    {
        Role.PATIENT: Scope.OWN,
        Role.REGISTRAR: Scope.ORGANIZATION,
        Role.HOSPITAL_ADMIN: Scope.ORGANIZATION,
        **_REGION_READERS,
    },
)
APPEAL = action("booking:ban:appeal", "申诉预约限制", "Appeal against a booking ban", {Role.PATIENT: Scope.OWN})
DECIDE = action(
    "booking:ban:decide",
    "处理预约限制申诉",
    "Decide about a booking ban",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)
BAN = action("booking:ban:make", "爽约限制预约", "Ban after missed visits", {Role.SYSTEM: Scope.REGION})
