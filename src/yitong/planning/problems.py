"""What goes wrong when a planning problem or a plan is read, said so that whoever made the file can mend it."""


class PlanningError(ValueError):
    """An instance, a plan or fixed decisions that cannot be used; the text names the place and what is wrong."""


class NoFeasiblePlanError(PlanningError):
    """No plan that keeps every hard rule was found; the text says what is in the way and whether that is proved."""
