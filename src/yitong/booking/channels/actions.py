"""Who may do what with channels, quotas and a hospital's own bookings."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION
_PLANNERS = {Role.SCHEDULER: _AT, Role.HOSPITAL_ADMIN: _AT, Role.PLATFORM_ADMIN: Scope.REGION}
_READERS = {**_PLANNERS, Role.REGISTRAR: _AT, Role.REGULATOR: Scope.REGION}

SEE_CHANNELS = action("booking:channel:read", "查看渠道与配额", "See channel and quota rules and their use", _READERS)
SET_CHANNELS = action("booking:channel:set", "设置渠道规则", "Set channel rules", _PLANNERS)
SET_QUOTAS = action("booking:quota:set", "设置号池配额", "Set quota rules", _PLANNERS)
FLOW_BACK = action("booking:pool:flow_back", "号源回流", "Move unused places on", {Role.SYSTEM: Scope.REGION})
KEEP_EXTERNAL = action(
    "booking:external:keep",
    "登记院内系统预约",
    "Take a place for a booking of the hospital's system",
    {Role.HOSPITAL_SYSTEM: _AT, Role.HOSPITAL_ADMIN: _AT},
)
RECONCILE = action(
    "booking:external:reconcile",
    "与院内系统对账",
    "Compare bookings with the hospital's system and mend differences",
    {Role.HOSPITAL_SYSTEM: _AT, Role.HOSPITAL_ADMIN: _AT, Role.REGISTRAR: _AT},
)
REFER = action(
    "booking:appointment:refer",
    "社区转诊预约",
    "Book a place elsewhere for a patient of a community health centre",
    {Role.DOCTOR: _AT, Role.NURSE: _AT, Role.REGISTRAR: _AT},
)
