"""What happens to invoices."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class InvoiceEvent(StrEnum):
    """Names in the event log; subjects are invoices."""

    ISSUED = "billing:invoice:issued"
    TAKEN_BACK = "billing:invoice:taken_back"


declare_events(
    {
        InvoiceEvent.ISSUED: (
            "开具电子票据 {code}-{number}，{amount} 元",
            "Electronic invoice {code}-{number} over {amount} yuan was issued",
        ),
        InvoiceEvent.TAKEN_BACK: (
            "红冲电子票据 {code}-{number}，{amount} 元",
            "Electronic invoice {code}-{number} over {amount} yuan was taken back by a red one",
        ),
    }
)
