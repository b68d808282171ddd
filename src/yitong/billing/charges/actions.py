"""Who may do what with bills."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION
_WINDOW = {Role.CASHIER: _AT, Role.REGISTRAR: _AT}
_SEEING = {
    **_WINDOW,
    Role.DOCTOR: _AT,
    Role.NURSE: _AT,
    Role.FINANCE: _AT,
    Role.HOSPITAL_ADMIN: _AT,
    Role.KIOSK: _AT,
    Role.SYSTEM: Scope.REGION,
}

READ = action("billing:bill:read", "查看账单", "See bills", {Role.PATIENT: Scope.OWN, **_SEEING})
LIST = action(
    "billing:bill:list",
    "查看本机构账单",
    "See a hospital's bills",
    {**_WINDOW, Role.FINANCE: _AT, Role.HOSPITAL_ADMIN: _AT},
)
PRICES = action(
    "billing:price:find",
    "查询价目",
    "Look up prices",
    {**_SEEING, Role.PATIENT: Scope.ANYONE, Role.PLATFORM_ADMIN: Scope.REGION},
)
ORDER = action(
    "billing:order:charge", "就诊中计费", "Charge what a visit orders", {Role.DOCTOR: _AT, Role.SYSTEM: Scope.REGION}
)
DESK = action(
    "billing:desk:charge",
    "窗口计费",
    "Charge at a desk",
    {**_WINDOW, Role.NURSE: _AT, Role.HOSPITAL_SYSTEM: _AT, Role.SYSTEM: Scope.REGION},
)
COUNTER = action(
    "billing:charge:counter",
    "冲销费用",
    "Take charges back",
    {**_WINDOW, Role.DOCTOR: _AT, Role.NURSE: _AT, Role.SYSTEM: Scope.REGION},
)
REGISTRATION = action(
    "billing:registration:charge",
    "挂号计费",
    "Charge and take back the fee of an appointment",
    {Role.SYSTEM: Scope.REGION},
)
BY_TOKEN = action(
    "billing:bill:open_by_code",
    "扫码打开账单",
    "Open a bill by the code on it",
    dict.fromkeys(Role, Scope.ANYONE),
)
