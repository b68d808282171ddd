"""What screens call kinds, categories and payers, and plain sentences about how a bill came about."""

from yitong.billing.insurance.explaining import explain
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


def category_word(category: str) -> Bilingual:
    """What a category is called; its own code when nobody named it."""
    return CATEGORY_WORDS.get(category, Bilingual(category, category))


def payer_word(kind: str, name: str) -> Bilingual:
    """What a payer is called: the channel by its own name."""
    if kind in ("channel", "cash") and name in CHANNEL_WORDS:
        return CHANNEL_WORDS[name]
    return PAYER_WORDS.get(kind, Bilingual(kind, kind))


def explain_split(split: InsuranceSplit) -> list[Bilingual]:
    """Why the insurance pays what it pays, a sentence a step, whether or not the payer has paid the rest by now."""
    steps = [one.text for one in explain(split) if one.field != "psn_cash_pay"]
    return [
        _say("本次费用共 {a} 元", "The bill comes to ¥{a}", split.medfee_sumamt),
        *steps,
        _say("其余由个人支付 {a} 元", "The rest is paid by you: ¥{a}", split.psn_cash_pay),
    ]


def _say(zh: str, en: str, fen: int) -> Bilingual:
    return Bilingual(zh, en).filled(a=yuan_text(fen))
