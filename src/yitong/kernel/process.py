"""What a long-running server process does once, when everything it keeps is loaded."""

import gc


def settle() -> None:
    """Set aside what start-up made and look for garbage less often.

    The application, its routes and schemas live as long as the process; searching them for cycles again and again took
    a third of the time of a booking. Objects of requests die by their reference counts; cycles are few.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
