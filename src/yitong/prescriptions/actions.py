"""Who may do what with prescriptions."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION
_CARING = {Role.DOCTOR: _AT, Role.PHARMACIST: _AT, Role.NURSE: _AT}

FIND_DRUGS = action(
    "prescriptions:drug:find",
    "查询药品、价格与库存",
    "Look up drugs, prices and stock",
    {**_CARING, Role.CASHIER: _AT, Role.HOSPITAL_ADMIN: _AT},
)
WRITE = action("prescriptions:sheet:write", "书写处方", "Write a prescription", {Role.DOCTOR: _AT})
SIGN = action("prescriptions:sheet:sign", "签发处方", "Sign a prescription", {Role.DOCTOR: _AT})
WITHDRAW = action("prescriptions:sheet:withdraw", "撤回处方", "Withdraw a prescription", {Role.DOCTOR: _AT})
REVIEW = action("prescriptions:sheet:review", "审核处方", "Review prescriptions", {Role.PHARMACIST: _AT})
READ = action(
    "prescriptions:sheet:read",
    "查看处方",
    "See prescriptions",
    {Role.PATIENT: Scope.OWN, Role.SYSTEM: Scope.REGION, **_CARING},
)
RELEASE = action(
    "prescriptions:sheet:release",
    "处方外配流转",
    "Release a prescription to the region's pharmacies",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT, Role.PHARMACIST: _AT},
)
EXPIRE = action("prescriptions:sheet:expire", "处方过期", "Let a prescription run out", {Role.SYSTEM: Scope.REGION})
VERIFY = action(
    "prescriptions:sheet:verify", "验证处方真伪", "Verify a prescription", dict.fromkeys(Role, Scope.ANYONE)
)
RIGHTS = action(
    "prescriptions:rights:give",
    "授予特殊处方权",
    "Give prescribing rights",
    {Role.HOSPITAL_ADMIN: _AT},
)
STOCK = action(
    "prescriptions:stock:set", "维护药房库存与价格", "Keep a pharmacy's stock and prices", {Role.PHARMACIST: _AT}
)
