"""Further searches in processes of their own, tuned differently, that share the best plan with the first one."""

import multiprocessing
import signal
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from yitong.planning.ihtc.annealing import restore
from yitong.planning.ihtc.layout import Ints
from yitong.planning.ihtc.search import Search, share_of

# When, as shares of the time, a search that is behind goes on from the best plan of all.
EXCHANGES = (0.55, 0.7, 0.8, 0.9)
# How hot the others begin, compared with the first.
HEATS = (0.5, 2.0, 0.25)


class Team:
    """The other searches, seen from the first."""

    def __init__(
        self, w: Ints, plan: Ints, seed: int, others: int, started: float, seconds: float, most_steps: int | None
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self.links: list[Connection] = []
        self.processes: list[BaseProcess] = []
        self.due = list(EXCHANGES)
        self.steps = 0
        left = max(0.1, seconds - (time.monotonic() - started))
        for number in range(others):
            here, there = context.Pipe()
            order = (w, plan, seed + 1000 * (number + 1), HEATS[number % len(HEATS)], left, most_steps)
            process = context.Process(target=_other, args=(there, *order), daemon=True)
            process.start()
            there.close()
            self.links.append(here)
            self.processes.append(process)

    def exchange(self, search: Search, share: float) -> None:
        """Take what the others found; when an exchange is due, hand the best plan to everybody."""
        for link in list(self.links):
            try:
                while link.poll():
                    plan, cost, _ = link.recv()
                    if self.due and share >= self.due[0]:
                        search.adopt(plan, cost)
                    elif cost < search.best_cost:
                        search.best[:], search.best_cost = plan, cost
            except (EOFError, OSError):
                self.links.remove(link)
        if self.due and share >= self.due[0]:
            self.due.pop(0)
            search.return_to_best()
            self._tell((search.best, search.best_cost))

    def _tell(self, message: tuple[Ints, int] | None) -> None:
        for link in list(self.links):
            try:
                link.send(message)
            except (BrokenPipeError, OSError):
                self.links.remove(link)

    def finish(self, search: Search) -> None:
        """End the others and take the best of all; who does not answer within a second told its best before."""
        self._tell(None)
        for link in self.links:
            try:
                while link.poll(1.0):
                    plan, cost, steps = link.recv()
                    if cost < search.best_cost:
                        search.best[:], search.best_cost = plan, cost
                    search.steps += steps
                    if steps:
                        break
            except (EOFError, OSError):
                continue
        for process in self.processes:
            process.join(1.0)
            if process.is_alive():
                process.kill()
                process.join()


def _other(
    link: Connection, w: Ints, plan: Ints, seed: int, heat: float, seconds: float, most_steps: int | None
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    search = Search(w, seed, heat)
    search.cost += restore(w, plan)
    search.best, search.best_cost = plan, search.cost
    started, told_at, told_cost = time.monotonic(), 0.0, search.best_cost
    while (share := share_of(started, seconds, search.steps, most_steps)) < 1:
        search.piece(share)
        if search.best_cost < told_cost and time.monotonic() - told_at > 0.5:
            told_at, told_cost = time.monotonic(), search.best_cost
            link.send((search.best, search.best_cost, 0))
        if link.poll():
            news = link.recv()
            if news is None:
                break
            search.adopt(*news)
    link.send((search.best, search.best_cost, search.steps))
