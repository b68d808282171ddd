"""The asynchronous client, as far as it is used."""

from typing import Any

from .core import AsyncCore
from .type import WeChatPayType as WeChatPayType

Answer = tuple[int, str | bytes]

class AsyncWeChatPay:
    _core: AsyncCore
    _appid: str
    _mchid: str
    def __init__(
        self,
        wechatpay_type: WeChatPayType,
        mchid: str,
        private_key: str,
        cert_serial_no: str,
        appid: str,
        apiv3_key: str,
        notify_url: str | None = ...,
        *,
        public_key: str | None = ...,
        public_key_id: str | None = ...,
    ) -> None: ...
    def sign(self, data: list[str]) -> str: ...
    async def pay(
        self,
        description: str,
        out_trade_no: str,
        amount: dict[str, Any],
        payer: dict[str, str] | None = ...,
        time_expire: str | None = ...,
        attach: str | None = ...,
        *,
        scene_info: dict[str, Any] | None = ...,
        notify_url: str | None = ...,
        pay_type: WeChatPayType = ...,
    ) -> Answer: ...
    async def query(self, *, out_trade_no: str) -> Answer: ...
    async def close(self, out_trade_no: str) -> Answer: ...
    async def refund(
        self,
        out_refund_no: str,
        amount: dict[str, Any],
        *,
        out_trade_no: str,
        reason: str | None = ...,
        notify_url: str | None = ...,
    ) -> Answer: ...
    async def query_refund(self, out_refund_no: str) -> Answer: ...
    async def trade_bill(self, bill_date: str, bill_type: str = ..., tar_type: str = ...) -> Answer: ...
    async def download_bill(self, url: str) -> Answer: ...
