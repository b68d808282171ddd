"""What counts over a year for one person and insurance: added by a settlement, taken off again by its reversal."""

import msgspec

Amounts = dict[str, int]


class Accumulators(msgspec.Struct, frozen=True):
    """Amounts in fen of one year, by setting or by fund; also the gain of a single settlement."""

    deducted: Amounts = {}  # of the deductible, by setting
    counted: Amounts = {}  # beyond the deductible, by setting: where on the steps one stands
    pooled: Amounts = {}  # paid by the pool, by setting
    offered: Amounts = {}  # what each supplement was asked to share, by fund
    stays: int = 0

    def plus(self, gain: "Accumulators") -> "Accumulators":
        """With a settlement's gain."""
        return self._with(gain, 1)

    def minus(self, gain: "Accumulators") -> "Accumulators":
        """Without a settlement's gain."""
        return self._with(gain, -1)

    def _with(self, gain: "Accumulators", sign: int) -> "Accumulators":
        return Accumulators(
            _sum(self.deducted, gain.deducted, sign),
            _sum(self.counted, gain.counted, sign),
            _sum(self.pooled, gain.pooled, sign),
            _sum(self.offered, gain.offered, sign),
            self.stays + sign * gain.stays,
        )


def _sum(one: Amounts, other: Amounts, sign: int) -> Amounts:
    total = {key: one.get(key, 0) + sign * other.get(key, 0) for key in {*one, *other}}
    return {key: amount for key, amount in total.items() if amount}
