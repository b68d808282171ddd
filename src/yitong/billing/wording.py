"""What screens call kinds, categories and payers, and plain sentences about how a bill came about."""

from yitong.billing.ports import InsuranceSplit
from yitong.kernel.money import yuan_text
from yitong.kernel.text import Bilingual

KIND_WORDS = {
    "registration": Bilingual("挂号", "Registration"),
    "outpatient": Bilingual("门诊", "Outpatient"),
    "pharmacy": Bilingual("药房", "Pharmacy"),
    "inpatient": Bilingual("住院", "Inpatient"),
    "parking": Bilingual("停车", "Parking"),
    "meal": Bilingual("订餐", "Meals"),
    "delivery": Bilingual("配送", "Delivery"),
    "deposit": Bilingual("住院预交金", "Inpatient deposit"),
}
STATE_WORDS = {
    "empty": Bilingual("无待缴费用", "nothing to pay"),
    "due": Bilingual("待缴费", "to be paid"),
    "part_paid": Bilingual("部分已缴", "partly paid"),
    "paid": Bilingual("已缴清", "paid"),
    "overpaid": Bilingual("有待退金额", "money to be given back"),
}
CATEGORY_WORDS = {
    "registration": Bilingual("挂号诊察费", "Registration and consultation"),
    "consultation": Bilingual("诊察费", "Consultation"),
    "lab": Bilingual("化验费", "Laboratory"),
    "imaging": Bilingual("影像检查费", "Imaging"),
    "ultrasound": Bilingual("超声检查费", "Ultrasound"),
    "endoscopy": Bilingual("内镜检查费", "Endoscopy"),
    "pathology": Bilingual("病理检查费", "Pathology"),
    "examination": Bilingual("检查费", "Examinations"),
    "treatment": Bilingual("治疗费", "Treatment"),
    "surgery": Bilingual("手术费", "Surgery"),
    "anaesthesia": Bilingual("麻醉费", "Anaesthesia"),
    "nursing": Bilingual("护理费", "Nursing"),
    "bed": Bilingual("床位费", "Bed"),
    "blood": Bilingual("输血费", "Blood"),
    "drug": Bilingual("西药及中成药费", "Drugs"),
    "herb": Bilingual("中药饮片费", "Herbal medicine"),
    "parking": Bilingual("停车费", "Parking"),
    "meal": Bilingual("膳食费", "Meals"),
    "delivery": Bilingual("配送费", "Delivery"),
    "deposit": Bilingual("预交金", "Deposit"),
}
# med_chrgitm_type of the national interface by category of charge.
CHARGE_TYPES = {
    "bed": "01", "registration": "02", "consultation": "02", "imaging": "03", "ultrasound": "03", "endoscopy": "03",
    "examination": "03", "lab": "04", "pathology": "04", "treatment": "05", "blood": "05", "surgery": "06",
    "anaesthesia": "06", "nursing": "07", "drug": "09", "herb": "10",
}  # fmt: skip
PAYER_WORDS = {
    "insurer": Bilingual("医保统筹及各项基金支付", "Paid by insurance funds"),
    "account": Bilingual("医保个人账户支付", "Paid from the insurance's personal account"),
    "commercial": Bilingual("商业保险支付", "Paid by commercial insurance"),
    "deposit": Bilingual("预交金抵扣", "Taken from the deposit"),
    "channel": Bilingual("个人支付", "Paid by the patient"),
    "cash": Bilingual("窗口现金支付", "Paid in cash at the window"),
    "reduction": Bilingual("医院减免或承担", "Borne by the hospital"),
}
CHANNEL_WORDS = {
    "wechat": Bilingual("微信支付", "WeChat Pay"),
    "alipay": Bilingual("支付宝", "Alipay"),
    "card": Bilingual("银行卡", "Bank card"),
    "face": Bilingual("刷脸支付", "Face payment"),
    "cash": Bilingual("现金", "Cash"),
}
_FUND_WORDS = (
    ("hifp_pay", "统筹基金", "the pooled fund"),
    ("cvlserv_pay", "公务员医疗补助", "the civil servants' supplement"),
    ("hifes_pay", "企业补充医疗保险", "the employer's supplement"),
    ("hifmi_pay", "居民大病保险", "residents' serious-illness insurance"),
    ("hifob_pay", "职工大额医疗互助", "employees' large-amount aid"),
    ("maf_pay", "医疗救助", "medical aid"),
    ("oth_pay", "其他基金", "other funds"),
)


def category_word(category: str) -> Bilingual:
    """What a category is called; its own code when nobody named it."""
    return CATEGORY_WORDS.get(category, Bilingual(category, category))


def payer_word(kind: str, name: str) -> Bilingual:
    """What a payer is called: the channel by its own name."""
    if kind in ("channel", "cash") and name in CHANNEL_WORDS:
        return CHANNEL_WORDS[name]
    return PAYER_WORDS.get(kind, Bilingual(kind, kind))


def _say(zh: str, en: str, **amounts: int) -> Bilingual:
    return Bilingual(zh, en).filled(**{name: yuan_text(fen) for name, fen in amounts.items()})


def explain_split(split: InsuranceSplit) -> list[Bilingual]:
    """Why the insurance pays what it pays, a sentence a step, amounts in yuan; steps of nothing are left out."""
    said = [_say("本次费用共 {a} 元。", "The bill comes to {a} yuan.", a=split.medfee_sumamt)]
    steps = [
        (
            split.fulamt_ownpay_amt,
            "其中 {a} 元不在医保目录内，由个人全额承担。",
            "{a} yuan are not in the insurance catalogue and are yours in full.",
        ),
        (
            split.overlmt_selfpay,
            "超过医保限价的 {a} 元由个人承担。",
            "{a} yuan are above the insurance's price limit and are yours.",
        ),
        (
            split.preselfpay_amt,
            "乙类项目按规定先由个人自付 {a} 元。",
            "{a} yuan of class B items are yours before the insurance begins to share.",
        ),
        (
            split.inscp_scp_amt,
            "符合医保报销范围的为 {a} 元。",
            "{a} yuan are within what the insurance shares.",
        ),
        (
            split.act_pay_dedc,
            "本年起付线内还需个人承担 {a} 元。",
            "{a} yuan of it fall under this year's deductible and are yours.",
        ),
        (
            split.pool_prop_selfpay,
            "按报销比例由个人分担 {a} 元。",
            "{a} yuan are your share by ratio.",
        ),
    ]
    said += [_say(zh, en, a=amount) for amount, zh, en in steps if amount]
    for field, zh, en in _FUND_WORDS:
        amount = getattr(split, field)
        if amount:
            said.append(_say(f"{zh}支付 {{a}} 元。", f"{{a}} yuan are paid by {en}.", a=amount))
    said += _personal(split)
    return said


def _personal(split: InsuranceSplit) -> list[Bilingual]:
    said: list[Bilingual] = []
    if split.hosp_part_amt:
        words = "医院承担 {a} 元。", "{a} yuan are borne by the hospital."
        said.append(_say(*words, a=split.hosp_part_amt))
    if split.acct_pay:
        if split.acct_mulaid_pay:
            words = (
                "个人账户支付 {a} 元，其中家庭共济账户 {b} 元，账户余额 {c} 元。",
                "{a} yuan come from personal accounts, {b} of it from the family's; {c} yuan are left.",
            )
        else:
            words = "个人账户支付 {a} 元，账户余额 {c} 元。", "{a} yuan come from your account; {c} yuan are left."
        said.append(_say(*words, a=split.acct_pay, b=split.acct_mulaid_pay, c=split.balc))
    said.append(_say("其余 {a} 元由个人支付。", "The other {a} yuan are paid by you.", a=split.psn_cash_pay))
    return said
