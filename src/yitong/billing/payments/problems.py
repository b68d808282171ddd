"""Why something cannot be paid or given back, and what keeps a payment that is stuck."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

NOTHING_TO_PAY = problem_kind(
    "nothing-to-pay",
    409,
    Bilingual("这张账单没有待支付的费用。", "Nothing on this bill is waiting to be paid."),
    Bilingual("请刷新账单查看。", "Load the bill again."),
)
BEING_PAID = problem_kind(
    "being-paid",
    409,
    Bilingual("这些费用已支付或正在支付。", "These lines are paid or being paid."),
    Bilingual("请刷新账单；如需更换方式，请先取消。", "Load the bill again; to pay another way, cancel it first."),
)  # fmt: skip
AMOUNTS_CHANGED = problem_kind(
    "amounts-changed",
    409,
    Bilingual("应付金额已变化，请重新确认。", "What is to be paid has changed; please confirm it anew."),
    Bilingual("查看新的金额后再次确认支付。", "Look at the new amounts and confirm again."),
)
WRONG_DIVISION = problem_kind(
    "wrong-division",
    422,
    Bilingual("各支付方式的金额与应付金额不符。", "The amounts of the chosen ways to pay do not fit the bill."),
    Bilingual("请检查各方式的金额，最后一种方式支付余额。", "Check the amounts; the last way takes what remains."),
)
CHANNEL_UNAVAILABLE = problem_kind(
    "channel-unavailable",
    409,
    Bilingual("所选的支付方式在这里不可用。", "The chosen way to pay is not available here."),
    Bilingual("请选择其他支付方式。", "Choose another way to pay."),
)
NOT_INSURED = problem_kind(
    "not-insured",
    409,
    Bilingual("没有查到可用的医保参保信息。", "No insurance of this person can be used."),
    Bilingual("请核对医保凭证，或改为自费支付。", "Check the credential, or pay without insurance."),
)
MIXED_NOT_OFFERED = problem_kind(
    "mixed-not-offered",
    409,
    Bilingual("这张账单现在不能用微信医保支付：{why_zh}", "WeChat with insurance cannot pay this bill now: {why}"),
    Bilingual("请选择其他支付方式。", "Choose another way to pay."),
)
INSURANCE_CREDENTIAL_MISSING = problem_kind(
    "insurance-credential-missing",
    422,
    Bilingual("使用医保需要出示患者的医保凭证。", "Insurance needs the patient's credential."),
    Bilingual("请出示医保电子凭证、社保卡或身份证。", "Show the voucher, the social-security card or identity card."),
)
NO_POLICY = problem_kind(
    "no-commercial-policy",
    409,
    Bilingual("没有可直接结算的商业保险保单。", "There is no commercial policy that can pay directly."),
    Bilingual("请先登记保单，或不使用商业保险支付。", "Add a policy first, or pay without commercial cover."),
)
INSURANCE_DISAGREES = problem_kind(
    "insurance-disagrees",
    502,
    Bilingual("医保返回的金额自相矛盾，没有采用。", "The insurer's amounts contradict each other and were not used."),
    Bilingual("请稍后再试，或联系医保办。", "Try again later, or ask the insurance office."),
)
REFUND_UNDER_WAY = problem_kind(
    "refund-under-way",
    409,
    Bilingual("这笔支付正在退费。", "Money of this payment is already on its way back."),
    Bilingual("请等待当前退费完成后再申请。", "Wait until that refund is done."),
)
NOT_REFUNDABLE = problem_kind(
    "not-refundable",
    409,
    Bilingual("所选费用不能退：未支付或已经退过。", "These lines were not paid, or were given back before."),
    Bilingual("请刷新账单后重新选择。", "Load the bill again and choose once more."),
)
REFUND_QUANTITY = problem_kind(
    "refund-quantity",
    422,
    Bilingual("“{name}”不能退这个数量。", "This quantity of “{name}” cannot go back."),
    Bilingual("请按整件选择，且不超过已付的数量。", "Choose whole pieces, and no more than were paid."),
)
NO_CASH_DUE = problem_kind(
    "no-cash-due",
    409,
    Bilingual("现在没有等待收取或退还的现金。", "No cash is waiting to be taken or handed back."),
    Bilingual("请刷新后查看支付状态。", "Load the payment again."),
)
CASH_AMOUNT = problem_kind(
    "cash-amount",
    422,
    Bilingual("现金金额应为 {yuan} 元。", "The cash should be {yuan} yuan."),
    Bilingual("请核对后再确认。", "Count again and confirm."),
)

# What keeps a payment, by code; the desk sees the sentence.
STUCK: dict[str, Bilingual] = {
    "no-answer": Bilingual("对方长时间没有回音，仍在查询。", "No answer for long; still being looked up."),
    "amount-differs": Bilingual("对方的金额与本院不一致，没有入账。", "The amount differs; nothing was booked."),
    "state-differs": Bilingual("对方的状态与本院不一致，请对账处理。", "The state differs. Reconcile it."),
    "split-contradicts": Bilingual("医保返回的金额自相矛盾，没有入账。", "The insurer contradicts itself."),
    "cover-contradicts": Bilingual("商保赔付超过申请金额，没有入账。", "The commercial insurer covers too much."),
    "refund-refused": Bilingual("对方拒绝退款，请核实后重试。", "The money back was refused. Check and try again."),
    "mixed-untold": Bilingual("微信没有受理医保退款告知，请核实后重试。", "WeChat does not take the news of a refund."),
    "resettle-refused": Bilingual("医保拒绝重新结算剩余费用，请联系医保办。", "The insurer refuses what remains."),
}  # fmt: skip
DIAGNOSIS_MISSING = problem_kind(
    "diagnosis-missing",
    409,
    Bilingual("这次就诊还没有编码诊断，医保不能结算。", "No coded diagnosis was recorded, which the insurer asks for."),
    Bilingual("请医生补录诊断后重试，或选择不用医保支付。", "Ask the doctor to record it, or pay without insurance."),
)
STAY_NOT_REGISTERED = problem_kind(
    "stay-not-registered",
    409,
    Bilingual("这次住院还没有在医保登记。", "The insurer does not know of this stay yet."),
    Bilingual("请先办理医保入院登记，或选择不用医保支付。", "Register it with the insurance, or pay without."),
)
