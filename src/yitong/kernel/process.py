"""How the web application is served, and what a server process does once when everything it keeps is loaded."""

import gc
from typing import Any


def settle() -> None:
    """Set aside what start-up made and look for garbage less often.

    The application, its routes and schemas live as long as the process; searching them for cycles again and again took
    a third of the time of a booking. Objects of requests die by their reference counts; cycles are few.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(250_000, 20, 100)


# How uvicorn serves the web application, whoever starts it.
WEB_SERVER: dict[str, Any] = {
    "loop": "uvloop",
    "http": "yitong.kernel.one_write:OneWriteProtocol",
    "access_log": False,
    "log_level": "warning",
    "server_header": False,
    "timeout_graceful_shutdown": 5,
}
