"""Opening the payment channels of the sandbox: one set of books, one sender of notices, one wallet over all of them."""

from collections.abc import Callable
from typing import Any

from yitong.gateways import sandbox_keys
from yitong.kernel.clock import Clock
from yitong.kernel.settings import Settings
from yitong.sandbox import alipay, terminals, wechat
from yitong.sandbox.alipay_trades import payer_id
from yitong.sandbox.channels.books import Books, Channel, Trade
from yitong.sandbox.channels.notices import Notifier
from yitong.sandbox.channels.wallet import Wallet
from yitong.sandbox.wechat_pay.merchant import WechatPayDesk


def open_channels(settings: Settings, clock: Clock, wechat_users: wechat.Wechat) -> dict[str, Any]:
    """The parts by the names under which the routes find them. ``clock`` says on which day money moves."""
    secret, notifier = sandbox_keys.shared_secret, Notifier()
    books = Books(settings.data_path / "sandbox" / "books.jsonl", clock)
    wechat_pay = WechatPayDesk(settings, books, notifier, wechat_users)
    alipay_desk = alipay.Alipay(
        sandbox_keys.private_key(settings, "alipay-theirs"),
        sandbox_keys.public_key(settings, "alipay-ours"),
        books,
        notifier,
        lambda: sandbox_keys.private_key(settings, "stranger"),
    )
    payers: dict[Channel, Callable[[str], str]] = {
        "wechat": wechat_users.openid,
        "alipay": payer_id,
        "card": terminals.payer_of,
        "face": terminals.payer_of,
    }
    told: dict[Channel, Callable[[Trade], None]] = {
        "wechat": wechat_pay.tell,
        "alipay": lambda trade: alipay_desk.tell(trade, None),
    }
    return {
        "notifier": notifier,
        "books": books,
        "wechat_pay": wechat_pay,
        "alipay": alipay_desk,
        "terminals": terminals.TerminalDesk(settings.terminal_secret or secret(settings, "terminals"), books),
        "wallet": Wallet(books, notifier, wechat_pay, told, payers),
    }
