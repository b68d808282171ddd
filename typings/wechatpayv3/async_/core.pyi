"""The part that signs, sends and verifies, as far as it is used."""

from collections.abc import Mapping
from typing import Any

import httpx
from cryptography.x509 import Certificate

from .type import RequestType

class AsyncCore:
    _gate_way: str
    _certificates: list[Certificate]
    _client: httpx.AsyncClient | None
    _public_key_id: str | None
    _apiv3_key: str
    def __init__(
        self,
        mchid: str,
        cert_serial_no: str,
        private_key: str,
        apiv3_key: str,
        *,
        public_key: str | None = ...,
        public_key_id: str | None = ...,
    ) -> None: ...
    async def request(
        self,
        path: str,
        method: RequestType = ...,
        data: dict[str, Any] | None = ...,
        skip_verify: bool = ...,
        sign_data: str | None = ...,
        files: Any = ...,
        cipher_data: bool = ...,
        headers: dict[str, str] | None = ...,
    ) -> tuple[int, str | bytes]: ...
    async def _verify_signature_async(self, headers: Mapping[str, str], body: str) -> bool: ...
    async def _update_certificates(self) -> None: ...
    def _last_certificate(self) -> Certificate: ...
    def encrypt(self, text: str) -> str: ...
