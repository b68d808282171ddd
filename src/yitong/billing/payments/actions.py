"""Who may do what with payments and refunds."""

from yitong.kernel.permissions import Role, Scope, action

_DESK = {Role.CASHIER: Scope.ORGANIZATION, Role.REGISTRAR: Scope.ORGANIZATION, Role.HOSPITAL_ADMIN: Scope.ORGANIZATION}
_OFFICE = {**_DESK, Role.FINANCE: Scope.ORGANIZATION}

PAY = action(
    "billing:payment:pay",
    "支付账单",
    "Pay a bill",
    {Role.PATIENT: Scope.OWN, Role.KIOSK: Scope.ORGANIZATION, Role.NURSE: Scope.ORGANIZATION, **_DESK},
)
PAY_SHOWN = action(
    "billing:payment:pay-shown",
    "凭付款码为他人支付账单",
    "Pay somebody's bill by its code",
    {Role.PATIENT: Scope.REGION},
)
READ = action(
    "billing:payment:read",
    "查看支付",
    "See a payment",
    {Role.PATIENT: Scope.OWN, Role.KIOSK: Scope.ORGANIZATION, Role.NURSE: Scope.ORGANIZATION, **_OFFICE},
)
CANCEL = action("billing:payment:cancel", "取消支付", "Cancel a payment", PAY.allow)
REFUND = action("billing:payment:refund", "退费", "Give back what was paid", {**_DESK, Role.SYSTEM: Scope.REGION})
TAKE_CASH = action("billing:payment:take-cash", "收取现金", "Take cash at a window", _DESK)
LIST = action("billing:payment:list", "查看本院支付", "List a hospital's payments", _OFFICE)
DIFFERENCES = action(
    "billing:payment-difference:read",
    "查看搁置的支付差异",
    "See what was said of payments and not taken",
    _OFFICE,
)
RETRY = action("billing:payment:retry", "重试卡住的支付", "Try a stuck payment again", _OFFICE)
CARRY = action("billing:payment:carry", "推进支付", "Carry a payment on", {Role.SYSTEM: Scope.REGION})
