"""Why something cannot be handed out, taken back or delivered."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

TOO_MUCH = problem_kind(
    "too-much",
    409,
    Bilingual("超出可发或可退的数量。", "More than is left to hand out, or to take back."),
    Bilingual("请核对数量后重试。", "Check the quantities."),
)
NO_SUCH_LINE = problem_kind(
    "no-such-line",
    400,
    Bilingual("处方中没有这一行药品。", "The prescription has no such line."),
    Bilingual("请按处方上的序号填写。", "Use the numbers of the prescription."),
)
TRACE_CODE_MISSING = problem_kind(
    "trace-code-missing",
    422,
    Bilingual("须扫描每一盒的追溯码，且数量相符：{name}。", "Scan every package, and match the count: {name}."),
    Bilingual("请逐盒扫描追溯码。", "Scan the packages one by one."),
)
TRACE_CODE_MISMATCH = problem_kind(
    "trace-code-mismatch",
    422,
    Bilingual("追溯码 {trace} 不是这种药品。", "The trace code {trace} belongs to another drug."),
    Bilingual("请核对药品后重新扫描。", "Check the drug and scan again."),
)
TRACE_CODE_USED = problem_kind(
    "trace-code-used",
    409,
    Bilingual("追溯码 {trace} 已发出，不能再次使用。", "The package {trace} has gone out already."),
    Bilingual("请停止发放这一盒并核实来源。", "Keep this package back and find out where it came from."),
)
TRACE_CODE_NOT_OUT = problem_kind(
    "trace-code-not-out",
    409,
    Bilingual("追溯码 {trace} 不是本次发出的药品。", "The package {trace} was not handed out with this prescription."),
    Bilingual("请核对退回的药品。", "Check what came back."),
)
BATCH_EXPIRED = problem_kind(
    "batch-expired",
    422,
    Bilingual("{name} 已过有效期，不能发放。", "{name} is past its expiry date."),
    Bilingual("请更换在有效期内的药品。", "Take one that is still good."),
)
NO_DELIVERY = problem_kind(
    "no-delivery",
    409,
    Bilingual("患者没有选择配送。", "The patient has not asked for a delivery."),
    Bilingual("请患者到店自取。", "It is collected at the pharmacy."),
)
DELIVERY_CODE_WRONG = problem_kind(
    "delivery-code-wrong",
    403,
    Bilingual("收货码不正确。", "The hand-over code is wrong."),
    Bilingual("请患者出示手机上的收货码。", "Ask the patient for the code on the phone."),
)
DELIVERY_CODE_BURNT = problem_kind(
    "delivery-code-burnt",
    409,
    Bilingual("收货码错误次数过多，已失效。", "Too many wrong codes."),
    Bilingual("请登记未送达后重新派送。", "Write it down as not delivered and send it again."),
)
NOTHING_OUT = problem_kind(
    "nothing-dispensed",
    409,
    Bilingual("还没有发药，不能结单。", "Nothing was handed out, so there is nothing to close."),
    Bilingual("请先发药，或退回处方。", "Dispense first, or give the prescription back."),
)
ABOVE_AGREED = problem_kind(
    "above-agreed-price",
    409,
    Bilingual("收费高于约定的 {agreed} 元。", "More than the {agreed} yuan that were agreed."),
    Bilingual("请按报价（无报价时按标价）收费。", "Ask the price of your offer, or without one that of your shelf."),
)
NO_INSURER = problem_kind(
    "no-insurer",
    409,
    Bilingual("本平台尚未接入医保。", "No insurer is connected."),
    Bilingual("请自费结算，或联系管理员。", "Settle without insurance, or ask the administrator."),
)
SETTLED_ALREADY = problem_kind(
    "settled-already",
    409,
    Bilingual("这份处方已结算或正在结算。", "This part is settled, or being settled."),
    Bilingual("请刷新查看结算结果。", "Load it again to see how."),
)
NOT_SETTLED = problem_kind(
    "not-settled",
    409,
    Bilingual("这份处方没有医保结算。", "This part has no settlement."),
    Bilingual("请先结算。", "Settle it first."),
)
RECALL_UNCLEAR = problem_kind(
    "recall-unclear",
    400,
    Bilingual("请填写药品和批号，或追溯码。", "Name drug and batch, or a trace code."),
    Bilingual("补充查询条件后重试。", "Add what is missing."),
)
