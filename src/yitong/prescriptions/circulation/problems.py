"""Why a part cannot be released, taken, given back or bought."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

PART_TAKEN = problem_kind(
    "part-taken",
    409,
    Bilingual("这张处方已被其他药房接单。", "Another pharmacy has taken this prescription."),
    Bilingual("请处理需求墙上的其他处方。", "Look at the other requests on the wall."),
)
WRONG_ACCESS_CODE = problem_kind(
    "wrong-access-code",
    403,
    Bilingual("取药码无效或已更换。", "This code is not valid, or was replaced."),
    Bilingual("请患者刷新取药码后重新出示。", "Ask the patient to refresh the code and show it again."),
)
WRONG_SECRET = problem_kind(
    "wrong-custody-secret",
    403,
    Bilingual("保管凭据不正确。", "The custody secret is wrong."),
    Bilingual("请从本药房的已接处方中重新打开。", "Open it again from your pharmacy's prescriptions."),
)
OTHER_PHARMACY = problem_kind(
    "other-pharmacy",
    403,
    Bilingual("患者已指定其他药房。", "The patient has named another pharmacy."),
    Bilingual("请患者更改所选药房后再试。", "Ask the patient to change the choice."),
)
TOO_EARLY = problem_kind(
    "part-too-early",
    409,
    Bilingual("这一份还未到取药时间。", "The window of this part has not opened."),
    Bilingual("请在开始日期之后再来。", "Come again from its first day on."),
)
TOO_LATE = problem_kind(
    "part-ran-out",
    409,
    Bilingual("这一份已过有效期。", "The window of this part is over."),
    Bilingual("请联系医院重新开具。", "Ask the hospital for a new prescription."),
)
BIDDING = problem_kind(
    "bidding",
    409,
    Bilingual("患者选择比价，不能直接抢单。", "The patient compares prices; this cannot be grabbed."),
    Bilingual("请提交报价，竞价截止后按最低价成交。", "Make an offer; the lowest wins when the window ends."),
)
NOT_BIDDING = problem_kind(
    "not-bidding",
    409,
    Bilingual("这条需求不比价，请直接接单。", "This request takes no offers; take it directly."),
    Bilingual("请使用“抢单”。", "Use “grab”."),
)
BIDDING_OVER = problem_kind(
    "bidding-over",
    409,
    Bilingual("报价时间已截止。", "The window for offers is over."),
    Bilingual("请处理需求墙上的其他处方。", "Look at the other requests on the wall."),
)
REQUEST_CLOSED = problem_kind(
    "request-closed",
    409,
    Bilingual("这条购药需求已关闭。", "This purchase request is closed."),
    Bilingual("请刷新后查看最新状态。", "Load it again."),
)
REQUEST_OPEN = problem_kind(
    "request-open",
    409,
    Bilingual("这份处方已有一条进行中的购药需求。", "This part has a purchase request already."),
    Bilingual("请先撤回原需求，再重新发布。", "Withdraw that one first."),
)
PHARMACY_MISSING = problem_kind(
    "pharmacy-missing",
    400,
    Bilingual("请选择药房。", "Name the pharmacy."),
    Bilingual("从附近药房中选择一家。", "Choose one nearby."),
)
ADDRESS_MISSING = problem_kind(
    "address-missing",
    400,
    Bilingual("配送到家需要填写收货地址。", "A delivery needs an address."),
    Bilingual("请填写地址、收货人和电话。", "Give address, name and telephone number."),
)
CODES_USED_UP = problem_kind(
    "codes-used-up",
    409,
    Bilingual("取药码已用尽。", "The chain of codes is used up."),
    Bilingual("请患者重新流转以更换取药码。", "Ask the patient to release it again."),
)
NOT_HOLDER = problem_kind(
    "not-holder",
    403,
    Bilingual("这张处方不在本药房保管中。", "Your pharmacy does not hold this prescription."),
    Bilingual("请从本药房的已接处方中选择。", "Choose one that your pharmacy holds."),
)
