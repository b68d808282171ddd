"""Why something cannot be done with a pharmacy."""

from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

NOT_A_PHARMACY = problem_kind(
    "not-a-pharmacy",
    404,
    Bilingual("这里没有参加处方流转的药房。", "This is no pharmacy that takes part in circulation."),
    Bilingual("请从附近药房中选择一家。", "Choose one nearby."),
)
NOT_TAKING = problem_kind(
    "pharmacy-not-taking",
    409,
    Bilingual("这家药房目前不接流转处方。", "This pharmacy takes no circulated prescriptions at present."),
    Bilingual("请选择其他药房，或稍后再试。", "Choose another one, or try again later."),
)
OUTSIDE_AREA = problem_kind(
    "outside-delivery-area",
    422,
    Bilingual("收货地址超出药房的配送范围。", "The address is outside of the pharmacy's delivery area."),
    Bilingual("请选择到店自取或其他药房。", "Collect it, or choose another pharmacy."),
)
OUT_OF_STOCK = problem_kind(
    "out-of-stock",
    409,
    Bilingual("库存不足：{names}。", "Not enough in stock: {names}."),
    Bilingual("请先补充库存，或退回处方。", "Bring the stock up to date, or give the prescription back."),
)
