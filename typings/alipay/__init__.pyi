"""What is used of python-alipay-sdk, which carries no types."""

from typing import Any

class AliPay:
    def __init__(
        self,
        appid: str,
        app_notify_url: str | None,
        app_private_key_string: str,
        alipay_public_key_string: str,
        sign_type: str = ...,
    ) -> None: ...
    def client_api(self, api_name: str, biz_content: dict[str, Any] | None = ..., **kwargs: str) -> str: ...
    def verify(self, data: dict[str, str], signature: str) -> bool: ...
    def _verify(self, raw_content: str, signature: str) -> bool: ...
