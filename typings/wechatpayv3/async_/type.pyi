"""Kinds of requests and payments."""

from enum import Enum

class RequestType(Enum):
    GET = "GET"
    POST = "POST"

class WeChatPayType(Enum):
    JSAPI = 0
    H5 = 2
    NATIVE = 3
    CODEPAY = 5
