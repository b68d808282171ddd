"""Who may look for pharmacies, and who keeps one's card and shelf."""

from yitong.kernel.permissions import Role, Scope, action

FIND = action(
    "circulation:pharmacy:find",
    "查找药房",
    "Find pharmacies",
    {role: Scope.REGION for role in Role if role not in (Role.KIOSK, Role.HALL)},
)
KEEP = action(
    "circulation:pharmacy:keep",
    "维护药房信息与库存价格",
    "Keep a pharmacy's card, stock and prices",
    {Role.PHARMACIST: Scope.ORGANIZATION},
)
