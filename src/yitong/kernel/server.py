"""The web server processes of an application: uvicorn on uvloop, its connections with a door in front.

``python -m yitong.kernel.server MODULE:FACTORY --port N --workers N`` runs any of them; ``yitong serve`` does the same.
"""

import argparse

import uvicorn


def run(factory: str, *, host: str, port: int, workers: int) -> None:
    """Serve the application that ``factory``, ``module:function``, makes in each process, until told to stop."""
    uvicorn.run(
        factory,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="yitong.kernel.door:DoorConnection",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_worker_healthcheck=30,  # a process that is still importing on a busy machine is not dead
    )


def _main() -> None:
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("factory")
    read.add_argument("--host", default="127.0.0.1")
    read.add_argument("--port", type=int, required=True)
    read.add_argument("--workers", type=int, default=1)
    given = read.parse_args()
    run(given.factory, host=given.host, port=given.port, workers=given.workers)


if __name__ == "__main__":
    _main()
