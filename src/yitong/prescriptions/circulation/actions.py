"""Who may do what with parts and purchase requests."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION

READ = action(
    "circulation:part:read",
    "查看处方流转",
    "See where a prescription has gone",
    {Role.PATIENT: Scope.OWN, Role.DOCTOR: _AT, Role.PHARMACIST: _AT, Role.HOSPITAL_SYSTEM: _AT},
)
WITHDRAW = action(
    "circulation:part:withdraw", "撤回处方流转", "Withdraw a part of a prescription", {Role.PATIENT: Scope.OWN}
)
REQUEST = action("circulation:request:publish", "发布购药需求", "Publish purchase requests", {Role.PATIENT: Scope.OWN})
WALL = action("circulation:wall:read", "查看购药需求墙", "See the wall of requests", {Role.PHARMACIST: _AT})
OFFER = action("circulation:offer:make", "对购药需求报价", "Make offers for requests", {Role.PHARMACIST: _AT})
ACCEPT = action("circulation:part:accept", "药房接单", "Take a prescription for a pharmacy", {Role.PHARMACIST: _AT})
GIVE_BACK = action("circulation:part:give_back", "退回已接处方", "Give a prescription back", {Role.PHARMACIST: _AT})
CLOCK = action(
    "circulation:part:clock",
    "流转到期与竞价截止",
    "Let parts run out and biddings end",
    {Role.SYSTEM: Scope.REGION},
)
