"""Who may do what with the daily reconciliation."""

from yitong.kernel.permissions import Role, Scope, action

_OFFICE = {Role.FINANCE: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION}

READ = action(
    "billing:reconciliation:read",
    "查看对账",
    "See reconciliations",
    {**_OFFICE, Role.REGULATOR: Scope.REGION, Role.PLATFORM_ADMIN: Scope.REGION, Role.SYSTEM: Scope.REGION},
)
RUN = action(
    "billing:reconciliation:run",
    "执行对账",
    "Compare a day with channels and insurer",
    {**_OFFICE, Role.SYSTEM: Scope.REGION},
)
_DESK = {Role.CASHIER: Scope.ORGANIZATION, Role.REGISTRAR: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION}
COUNT = action("billing:cash-count:write", "登记现金盘点", "Count the cash of a window", _DESK)
READ_COUNTS = action(
    "billing:cash-count:read", "查看现金盘点", "See counts of cash", {**_DESK, Role.FINANCE: Scope.ORGANIZATION}
)
PROPOSE = action("billing:reconciliation:propose", "提出差异处理意见", "Propose how to mend a difference", _OFFICE)
SIGN = action("billing:reconciliation:sign", "复核差异处理", "Sign off how a difference is mended", _OFFICE)
