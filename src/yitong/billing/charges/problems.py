"""Why something cannot be put on a bill or taken off it."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

BILL_CLOSED = problem_kind(
    "bill-closed",
    409,
    Bilingual("账单 {bill_no} 已封账或正在支付，不能再改动。", "Bill {bill_no} is closed or being paid."),
    Bilingual(
        "新的费用请记入新账单；已支付的请走退费。", "Put new charges on a new bill; give back paid ones by refund."
    ),
)
ALREADY_COUNTERED = problem_kind(
    "already-countered",
    409,
    Bilingual("所选费用中有的已经冲销过。", "One of these lines was taken back before."),
    Bilingual("请刷新账单后重试。", "Load the bill again and choose once more."),
)
PRICE_UNKNOWN = problem_kind(
    "price-unknown",
    404,
    Bilingual("价目表中没有编码 {price_code}。", "The price list has no code {price_code}."),
    Bilingual("请从价目查询结果中选择项目。", "Choose the item from a search of the price list."),
)
NOT_CHARGEABLE = problem_kind(
    "not-chargeable",
    409,
    Bilingual("这次就诊未接诊或患者未到，不能计费。", "Nobody was seen in this visit, so it takes no charges."),
    Bilingual("请选择正在进行或已结束的就诊。", "Choose a visit that is in progress or finished."),
)
