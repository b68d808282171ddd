"""What a payer does: looks at a payment on a phone, pays it or says no; the channel then tells the merchant."""

from collections.abc import Callable

from yitong.sandbox.channels.books import Books, Channel, Trade
from yitong.sandbox.channels.notices import Notifier, Trouble, Wish
from yitong.sandbox.wechat_pay.merchant import WechatPayDesk
from yitong.sandbox.wechat_pay.mixed import Mixed


class Wallet:
    """The payers' side of all channels. ``tell`` sends a channel's notice of a payment; ``payer_of`` is the id by
    which a channel knows a user."""

    def __init__(
        self,
        books: Books,
        notifier: Notifier,
        wechat_pay: WechatPayDesk,
        tell: dict[Channel, Callable[[Trade], None]],
        payer_of: dict[Channel, Callable[[str], str]],
    ) -> None:
        self.books = books
        self._notifier = notifier
        self.wechat_pay = wechat_pay
        self._tell = tell
        self._payer_of = payer_of

    def pay(self, trade: Trade, user: str, trouble: Trouble | None = None) -> Trade:
        """The user pays. Raises Refused when it is paid or closed already."""
        paid = self.books.pay(trade, self._payer_of[trade.channel](user))
        if trouble is not None and trade.channel in self._tell:
            self._notifier.wish(Wish(trouble, trade.channel, seconds=10.0))
        tell = self._tell.get(trade.channel)  # terminals send no notices: their host is asked
        if tell is not None:
            tell(paid)
        return paid

    def refuse(self, trade: Trade) -> None:
        """The user says no: a phone may still pay until the merchant closes it, a terminal ends the sale. Raises
        Refused when it was paid."""
        self.books.refuse(trade)
        if trade.terminal_id:
            self.books.close(trade.channel, trade.number)

    def pay_mixed(self, order: Mixed, user: str) -> None:
        """The user pays both parts of a mixed order. Raises Refused."""
        if order.body.prepay_id:
            self.pay(self.books.by_token(order.body.prepay_id), user)
        self.wechat_pay.mixed.pay(order, self.books.clock.now())
        self.wechat_pay.tell_mixed(order)

    def mixed_of(self, token: str) -> Mixed | None:
        """The waiting mixed order that is paid by this token: its own number, or its cash part's."""
        waiting = self.wechat_pay.mixed.waiting()
        return next((one for one in waiting if token in (one.mix_trade_no, one.body.prepay_id)), None)
