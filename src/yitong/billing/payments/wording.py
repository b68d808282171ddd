"""What parties and outcomes are called on screens and in the event trail."""

from yitong.kernel.text import Bilingual

SUBJECT = "医疗费用"  # what the payer reads at the channel: no name, no department, no disease
_CHANNELS = {
    "wechat": Bilingual("微信支付", "WeChat Pay"),
    "alipay": Bilingual("支付宝", "Alipay"),
    "card": Bilingual("银行卡", "Bank card"),
    "face": Bilingual("刷脸支付", "Face payment"),
    "cash": Bilingual("现金", "Cash"),
}
_INSURANCES = {
    "310": Bilingual("职工医保", "Employees' insurance"),
    "320": Bilingual("公务员补助", "Civil servants' supplement"),
    "340": Bilingual("离休医疗保障", "Veteran cadres' cover"),
    "390": Bilingual("居民医保", "Residents' insurance"),
}


def party_of(kind: str, channel: str) -> Bilingual:
    """Who pays a part, in words."""
    if kind == "insurance":
        return _INSURANCES.get(channel, Bilingual("医保", "Health insurance"))
    if kind == "commercial":
        return Bilingual(f"商业保险 {channel}", f"Commercial insurance {channel}")
    if kind == "deposit":
        return Bilingual("预交金", "Deposit")
    return _CHANNELS.get(channel, Bilingual(channel, channel))


FAILURES: dict[str, Bilingual] = {
    "cancelled": Bilingual("支付已取消", "The payment was cancelled"),
    "expired": Bilingual("超过支付时限", "The time to pay ran out"),
    "refused": Bilingual("支付方拒绝了请求", "The paying party refused"),
    "closed": Bilingual("支付已关闭", "The payment was closed"),
    "deposit-short": Bilingual("预交金余额不足", "The deposit is not enough"),
    "amounts-changed": Bilingual("保险支付金额与确认时不同，已撤销", "The insurer settled other amounts; taken back"),
    "permission-over": Bilingual("医保授权已过期，请重新授权", "The permission to use the insurance ran out"),
    "undone": Bilingual("医保没有回音，请求已冲正", "The insurer did not answer; the message was reversed"),
    "not-covered": Bilingual("商业保险不予赔付", "The commercial insurer does not cover it"),
    "not-made": Bilingual("支付方没有收到请求", "The paying party never got the request"),
}  # fmt: skip
_SHARES = {
    "fund": Bilingual("医保基金支付", "Paid by insurance funds"),
    "hospital": Bilingual("医院承担", "Borne by the hospital"),
    "account": Bilingual("个人账户支付", "Paid from the personal account"),
    "family": Bilingual("家庭共济账户支付", "Paid from a relative's account"),
    "commercial": Bilingual("商业保险支付", "Paid by commercial insurance"),
    "deposit": Bilingual("预交金抵扣", "Taken from the deposit"),
    "own": Bilingual("个人支付", "Paid by you"),
}


def share_text(kind: str, name: str) -> Bilingual:
    """What the confirmation page calls a share."""
    return _SHARES.get(kind, party_of(kind, name))
