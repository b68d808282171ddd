"""Who may do what with waiting lists and offers."""

from yitong.kernel.permissions import Role, Scope, action

_DESK = {
    Role.REGISTRAR: Scope.ORGANIZATION,
    Role.NURSE: Scope.ORGANIZATION,
    Role.DOCTOR: Scope.ORGANIZATION,
    Role.HOSPITAL_ADMIN: Scope.ORGANIZATION,
}
_SEEING = {**_DESK, Role.SCHEDULER: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION}

JOIN = action(
    "booking:waitlist:join",
    "加入候补",
    "Join a waiting list",
    {Role.PATIENT: Scope.OWN, **_DESK, Role.SYSTEM: Scope.REGION},
)
LEAVE = action("booking:waitlist:leave", "退出候补", "Leave a waiting list", {Role.PATIENT: Scope.OWN, **_DESK})
READ = action(
    "booking:waitlist:read", "查看候补", "See entries of waiting lists and offers", {Role.PATIENT: Scope.OWN, **_SEEING}
)
LIST = action("booking:waitlist:list", "查看本机构候补", "See a hospital's waiting lists and offers", _SEEING)
DECLINE = action("booking:offer:decline", "谢绝号源", "Decline an offered place", {Role.PATIENT: Scope.OWN, **_DESK})
OFFER = action(
    "booking:offer:make", "把退号给候补的人", "Offer a place to the next in a list", {Role.SYSTEM: Scope.REGION}
)
RETURN = action(
    "booking:place:return", "放回退号", "Let places that were given up go back", {Role.SYSTEM: Scope.REGION}
)
SEE_RULES = action(
    "booking:return_rule:read",
    "查看退号与候补规则",
    "See the rules of returned places and offers",
    _SEEING,
)
SET_RULES = action(
    "booking:return_rule:set",
    "修改退号与候补规则",
    "Change the rules of returned places and offers",
    {Role.HOSPITAL_ADMIN: Scope.ORGANIZATION, Role.PLATFORM_ADMIN: Scope.REGION},
)
