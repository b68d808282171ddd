"""Who may do what with examinations."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION
_PLANNERS = {Role.SCHEDULER: _AT, Role.HOSPITAL_ADMIN: _AT}
_CENTRE = {Role.NURSE: _AT, Role.REGISTRAR: _AT}

ORDER = action("exams:request:order", "开立检查", "Order examinations", {Role.DOCTOR: _AT, Role.HOSPITAL_SYSTEM: _AT})
REVOKE = action(
    "exams:request:revoke", "作废检查申请", "Revoke an order", {Role.DOCTOR: _AT, Role.HOSPITAL_SYSTEM: _AT}
)
READ = action(
    "exams:request:read",
    "查看检查申请",
    "See ordered examinations",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT, **_CENTRE, **_PLANNERS, Role.HOSPITAL_SYSTEM: _AT},
)
RECOGNISE = action(
    "exams:request:recognise",
    "互认外院结果",
    "Let a result from elsewhere stand for an order",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT},
)
REPORT = action(
    "exams:request:report", "出具检查报告", "Issue the report", {Role.DOCTOR: _AT, Role.HOSPITAL_SYSTEM: _AT}
)
PLAN = action(
    "exams:plan:make",
    "安排检查",
    "Plan and book examinations together",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT, **_CENTRE},
)
SEE_RULES = action(
    "exams:rules:read",
    "查看检查规则",
    "See the rules that examinations are planned by",
    {Role.DOCTOR: _AT, **_CENTRE, **_PLANNERS},
)
EDIT_RULES = action("exams:rules:edit", "编辑检查规则", "Edit and publish the rules of examinations", _PLANNERS)
SEE_BOARD = action(
    "exams:board:read",
    "查看检查负荷",
    "See the load of devices and the days to wait",
    {Role.DOCTOR: _AT, **_CENTRE, **_PLANNERS},
)
