"""Plain plots of numbers that are at hand already: bars in groups, lines over time. As SVG or PNG, after the
file's ending.

They need matplotlib, the extra `report`; `require()` says so in words where it is missing.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from matching.files import WholeFile

try:
    import matplotlib
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    DRAWS = True
except ImportError:  # the library does its arithmetic without
    DRAWS = False

ENDINGS = ("svg", "png")
COLOURS = ("#7f9dc6", "#284670", "#b3541e", "#1f6f54", "#7a4f9a")
INK, RULE = "#333333", "#dddddd"
# The first of these that the machine has draws Chinese names; without one they come out as boxes in a PNG.
CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "PingFang SC", "Microsoft YaHei")
# An SVG keeps its words as words, and the same numbers give the same bytes.
PLAIN: dict[str, Any] = {"svg.fonttype": "none", "svg.hashsalt": "matching", "font.size": 11}
SILENT = {"svg": dict.fromkeys(("Creator", "Date", "Format", "Type")), "png": {"Software": None}}


def require() -> None:
    """Raises ValueError without matplotlib."""
    if not DRAWS:
        raise ValueError("plots need matplotlib: install it, or the extra `report` of this project")


def bars(
    path: Path,
    title: str,
    groups: Sequence[str],
    series: Mapping[str, Sequence[float]],
    unit: str,
    weak: Collection[int] = (),
) -> None:
    """For each group one lying bar a series with its value beside it. `weak`: groups too small to compare,
    drawn pale and without a value."""
    with _drawing(path, title, 1.4 + len(groups) * (0.2 + 0.24 * len(series))) as axes:
        thick = 0.8 / max(1, len(series))
        for k, (name, values) in enumerate(series.items()):
            at = [g - 0.4 + thick * (k + 0.5) for g in range(len(groups))]
            drawn = axes.barh(at, values, thick * 0.9, label=name, color=COLOURS[k])
            for g in weak:
                drawn[g].set_alpha(0.25)
            words = ["" if g in weak else f"{value:.3g}" for g, value in enumerate(values)]
            axes.bar_label(drawn, words, padding=4, color=INK, fontsize=10)
        axes.set_yticks(range(len(groups)), groups)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.margins(x=0.12)
        axes.xaxis.grid(visible=True, color=RULE)


def lines(path: Path, title: str, across: str, series: Mapping[str, Sequence[float]], unit: str) -> None:
    """One line a series; values are equally spaced from 1."""
    with _drawing(path, title, 4.0) as axes:
        for colour, (name, values) in zip(COLOURS, series.items(), strict=False):
            axes.plot(range(1, len(values) + 1), values, label=name, color=colour, linewidth=2)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(across)
        axes.set_ylabel(unit)
        axes.yaxis.grid(visible=True, color=RULE)


class _drawing:
    """One set of axes, saved whole at the end of the block."""

    def __init__(self, path: Path, title: str, high: float) -> None:
        require()
        self.path, self.title, self.high = path, title, high

    def __enter__(self) -> Any:
        known = set(font_manager.get_font_names())
        fonts = [*[f for f in CHINESE if f in known][:1], "DejaVu Sans"]
        style: Any = {**PLAIN, "font.family": fonts}
        self.style = matplotlib.rc_context(style)
        self.style.__enter__()
        self.figure = Figure(figsize=(8, self.high), layout="constrained")
        self.axes = self.figure.add_subplot()
        self.axes.spines[["top", "right"]].set_visible(False)
        self.axes.set_axisbelow(True)
        return self.axes

    def __exit__(self, kind: Any, *rest: Any) -> None:
        if kind is None:
            self.figure.suptitle(self.title, x=0.01, ha="left", fontsize=13)
            if len(self.axes.get_legend_handles_labels()[0]) > 1:
                self.axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
            ending = self.path.suffix.lstrip(".")
            with WholeFile(self.path) as file:
                self.figure.savefig(file, format=ending, dpi=120, metadata=SILENT[ending])
        self.style.__exit__(kind, *rest)
