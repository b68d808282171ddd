"""How the insurer says no."""


class Refusal(Exception):
    """The insurer says no (infcode -2)."""
