"""Why a prescription cannot be written, signed, reviewed or released."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

NOT_YOUR_VISIT = problem_kind(
    "not-your-visit",
    403,
    Bilingual("处方须由接诊医师本人开具。", "A prescription is written by the doctor of the visit."),
    Bilingual("请由本次就诊的接诊医师开具。", "Ask the doctor who sees the patient."),
)
NO_PRACTITIONER = problem_kind(
    "no-practitioner",
    403,
    Bilingual(
        "您的账号没有对应的执业人员，不能签名。", "Your account is not tied to a practitioner, so it cannot sign."
    ),
    Bilingual("请联系管理员维护执业信息。", "Ask the administrator to tie it to your licence."),
)
VISIT_OVER = problem_kind(
    "visit-over",
    409,
    Bilingual("本次就诊已不能开具处方。", "This visit takes no more prescriptions."),
    Bilingual("请在就诊中或当日就诊结束后开具。", "Write during the visit, or later on the same day."),
)
DRUG_UNKNOWN = problem_kind(
    "drug-unknown",
    404,
    Bilingual("药品目录中没有编码 {drug_code}。", "The drug dictionary has no code {drug_code}."),
    Bilingual("请从药品查询结果中选择。", "Choose the drug from a search."),
)
RULES_FORBID = problem_kind(
    "prescription-rules",
    422,
    Bilingual("处方未通过合理用药与法规审核，不能签发。", "The rules keep this prescription from being signed."),
    Bilingual(
        "请按提示修改；需药师审核的项目请填写理由。", "Change what is marked; give a reason where one is asked for."
    ),
)
SHEET_CHANGED = problem_kind(
    "prescription-changed",
    409,
    Bilingual("处方已被更新，请按最新内容操作。", "The prescription has changed since you looked at it."),
    Bilingual("请刷新后重试。", "Load it again and repeat."),
)
RAN_OUT = problem_kind(
    "prescription-expired",
    409,
    Bilingual("处方已过有效期。", "The prescription has run out."),
    Bilingual("请重新开具处方。", "Write a new one."),
)
REASONS_MISSING = problem_kind(
    "reasons-missing",
    400,
    Bilingual("退回处方须说明理由。", "A refusal needs its reasons."),
    Bilingual("请至少填写一条理由。", "Give at least one reason."),
)
NOT_A_PHARMACIST = problem_kind(
    "not-a-pharmacist",
    403,
    Bilingual("处方审核须由具有药师以上职称的药学人员进行。", "Reviewing needs at least the title of pharmacist."),
    Bilingual("请由本机构审方药师处理。", "Leave it to a pharmacist of this institution."),
)
OWN_SHEET = problem_kind(
    "own-prescription",
    403,
    Bilingual("不能审核自己开具的处方。", "Nobody reviews their own prescription."),
    Bilingual("请由其他药师审核。", "Leave it to another pharmacist."),
)
NOT_EDITED = problem_kind(
    "prescription-not-edited",
    409,
    Bilingual("处方内容没有修改。", "The wording has not been changed."),
    Bilingual(
        "请修改后重新签发，或说明理由再次签名。", "Change it and sign anew, or give the reason and sign it again."
    ),
)
EDITED = problem_kind(
    "prescription-edited",
    409,
    Bilingual(
        "处方内容已修改，不能按原内容再次签名。", "The wording was changed, so the old one cannot be signed again."
    ),
    Bilingual("请重新签发修改后的处方。", "Sign the changed prescription."),
)
NOT_RELEASABLE = problem_kind(
    "not-releasable",
    409,
    Bilingual(
        "麻醉、精神药品处方只能在本机构调配，不能外配。", "Narcotic and psychotropic drugs are dispensed here only."
    ),
    Bilingual("请到本机构药房取药。", "Take it to this institution's own pharmacy."),
)
