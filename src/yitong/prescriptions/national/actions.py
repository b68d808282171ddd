"""Who carries prescriptions to the national platform, and who sees where they stand there."""

from yitong.kernel.permissions import Role, Scope, action

CARRY = action(
    "national:prescription:carry",
    "上传与撤销医保电子处方",
    "Carry prescriptions to the national platform",
    {Role.SYSTEM: Scope.REGION},
)
READ = action(
    "national:prescription:read",
    "查看处方在医保电子处方中心的状态",
    "See where a prescription stands at the national platform",
    {
        Role.PATIENT: Scope.OWN,
        Role.DOCTOR: Scope.ORGANIZATION,
        Role.PHARMACIST: Scope.ORGANIZATION,
    },
)
