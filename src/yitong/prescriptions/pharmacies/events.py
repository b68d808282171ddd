"""What happens to pharmacies' own cards and shelves."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class PharmacyEvent(StrEnum):
    """Names in the event log; subjects are pharmacies."""

    CHANGED = "circulation:pharmacy:changed"
    SHELF_UPLOADED = "circulation:shelf:uploaded"


declare_events(
    {
        PharmacyEvent.CHANGED: ("药房信息更新", "A pharmacy changed its card"),
        PharmacyEvent.SHELF_UPLOADED: (
            "药房上传库存与价格 {accepted} 条，拒收 {refused} 条",
            "A pharmacy uploaded {accepted} rows of stock and prices, {refused} were refused",
        ),
    }
)
