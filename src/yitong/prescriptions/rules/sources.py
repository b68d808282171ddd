"""The rules' sources: laws, national lists and references, each under a short stable name."""

from enum import StrEnum

from yitong.kernel.text import Bilingual


class Source(StrEnum):
    """What a verdict rests on."""

    PAPER = "rx-order-53-5"
    WRITING = "rx-order-53-6"
    RIGHT = "rx-order-53-8"
    NARCOTIC_RIGHT = "rx-order-53-11"
    LABEL = "rx-order-53-14"
    VALIDITY = "rx-order-53-18"
    SUPPLY = "rx-order-53-19"
    NARCOTIC_PAIN = "rx-order-53-22"
    NARCOTIC_SUPPLY = "rx-order-53-23"
    PAIN_SUPPLY = "rx-order-53-24"
    PETHIDINE = "rx-order-53-26"
    REVIEW = "rx-order-53-35"
    TOXIC = "toxic-drugs-1988-9"
    ANTIBACTERIALS_TITLE = "antibacterials-84-24"
    ANTIBACTERIALS_CLINIC = "antibacterials-84-27"
    ANTIBACTERIALS_URGENT = "antibacterials-84-28"
    LONG_TERM = "long-term-2021-17"
    ONLINE_RETURN = "online-care-2018-25-16"
    ONLINE_DRUGS = "online-care-2018-25-20"
    ONLINE_SALES = "online-sales-2022-58"
    PRECURSORS = "precursors-2010-72"
    INSURANCE = "nhsa-rule-lists"
    INTERACTIONS = "interaction-lists"
    PHARMACOPOEIA = "pharmacopoeia-2020"
    REVIEW_2018 = "review-2018-14"
    TCM_RIGHT = "tcm-right-2019-558"


_ORDER = ("《处方管理办法》（卫生部令第53号）第{0}条", "Measures for Prescriptions (Order 53 of 2007), article {0}")
_DRUGS = (
    "《抗菌药物临床应用管理办法》（卫生部令第84号）第{0}条",
    "Measures for Antibacterials (Order 84 of 2012), article {0}",
)
_ONLINE = (
    "《互联网诊疗管理办法（试行）》（国卫医发〔2018〕25号）第{0}条",
    "Measures for Internet Care (2018, no. 25), article {0}",
)


def _article(law: tuple[str, str], number: str, article: str) -> Bilingual:
    return Bilingual(law[0].format(number), law[1].format(article))


TITLES: dict[Source, Bilingual] = {
    Source.PAPER: Bilingual(
        "《处方管理办法》（卫生部令第53号）第五条及附件1处方标准",
        "Measures for Prescriptions (Order 53 of 2007), article 5 and annex 1",
    ),
    Source.WRITING: _article(_ORDER, "六", "6"),
    Source.RIGHT: _article(_ORDER, "八", "8"),
    Source.NARCOTIC_RIGHT: _article(_ORDER, "十一", "11"),
    Source.LABEL: _article(_ORDER, "十四", "14"),
    Source.VALIDITY: _article(_ORDER, "十八", "18"),
    Source.SUPPLY: _article(_ORDER, "十九", "19"),
    Source.NARCOTIC_PAIN: _article(_ORDER, "二十二", "22"),
    Source.NARCOTIC_SUPPLY: _article(_ORDER, "二十三", "23"),
    Source.PAIN_SUPPLY: _article(_ORDER, "二十四", "24"),
    Source.PETHIDINE: _article(_ORDER, "二十六", "26"),
    Source.REVIEW: _article(_ORDER, "三十五", "35"),
    Source.TOXIC: Bilingual(
        "《医疗用毒性药品管理办法》（国务院令第23号）第九条",
        "Measures for Toxic Drugs (State Council 23 of 1988), article 9",
    ),
    Source.ANTIBACTERIALS_TITLE: _article(_DRUGS, "二十四", "24"),
    Source.ANTIBACTERIALS_CLINIC: _article(_DRUGS, "二十七", "27"),
    Source.ANTIBACTERIALS_URGENT: _article(_DRUGS, "二十八", "28"),
    Source.LONG_TERM: Bilingual(
        "《长期处方管理规范（试行）》（国卫办医发〔2021〕17号）",
        "Rules for Long-term Prescriptions (trial, 2021, no. 17)",
    ),
    Source.ONLINE_RETURN: _article(_ONLINE, "十六", "16"),
    Source.ONLINE_DRUGS: _article(_ONLINE, "二十", "20"),
    Source.ONLINE_SALES: Bilingual(
        "《药品网络销售监督管理办法》（市场监管总局令第58号）", "Measures for Online Sale of Drugs (Order 58 of 2022)"
    ),
    Source.PRECURSORS: Bilingual(
        "《药品类易制毒化学品管理办法》（卫生部令第72号）", "Measures for Precursor Drugs (Order 72 of 2010)"
    ),
    Source.INSURANCE: Bilingual(
        "国家医保局医保基金智能监管规则库、知识库", "National insurance's published rule lists for payment"
    ),
    Source.INTERACTIONS: Bilingual(
        "公开药物相互作用清单（ONC、NDF-RT、ANSM）", "Public interaction lists (ONC, NDF-RT, ANSM)"
    ),
    Source.PHARMACOPOEIA: Bilingual("《中华人民共和国药典》（2020年版）", "Chinese Pharmacopoeia, 2020"),
    Source.REVIEW_2018: Bilingual(
        "《医疗机构处方审核规范》（国卫办医发〔2018〕14号）", "Rules for Reviewing Prescriptions (2018, no. 14)"
    ),
    Source.TCM_RIGHT: Bilingual(
        "国卫办医函〔2019〕558号：非中医类别医师开具中药的条件",
        "Notice 558 of 2019: physicians outside Chinese medicine who prescribe it",
    ),
}
