"""One measured figure and its peer; and how time and memory are taken."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`ours` and `peer` in `unit`; `ratio` is peer / ours where less is better, else ours / peer: above 1 is
    good.

    `target` says what was wanted, in words; empty where nothing was promised.
    """

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    unit: str
    target: str = ""

    def row(self) -> dict[str, object]:
        return asdict(self)

    def line(self) -> str:
        beside = "" if self.peer is None else f"  peer {self.peer:.4g}"
        ratio = "" if self.ratio is None else f"  ratio {self.ratio:.2f}"
        wanted = f"  (wanted: {self.target})" if self.target else ""
        return f"{self.name}: {self.ours:.4g} {self.unit}{beside}{ratio}{wanted}"


def less_is_better(name: str, ours: float, peer: float | None, unit: str, target: str = "") -> Figure:
    return Figure(name, ours, peer, None if not peer or not ours else peer / ours, unit, target)


def more_is_better(name: str, ours: float, peer: float | None, unit: str, target: str = "") -> Figure:
    return Figure(name, ours, peer, None if not peer else ours / peer, unit, target)


def seconds(action: Callable[[], object]) -> float:
    """Wall seconds of one run."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def percentiles(action: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    taken = sorted(seconds(action) * 1000 for _ in range(times))
    return statistics.median(taken), taken[min(len(taken) - 1, int(len(taken) * 0.99))]


def peak_megabytes() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
