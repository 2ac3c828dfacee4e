"""Two small plots as SVG: how many stand behind a card, how many cards a week brings."""

from collections import Counter
from collections.abc import Sequence

W, H, LEFT, BOTTOM = 720, 220, 48, 30
BLUE, LINE, INK = "#365A8A", "#D8CBB5", "#4A4031"


def histogram(values: Sequence[int], title: str) -> str:
    """Bars over whole numbers; the lowest is the one that counts."""
    counted = Counter(min(v, 60) for v in values)
    places = list(range(min(counted), max(counted) + 1))
    bars = [(p, counted[p]) for p in places]
    label = f"{title}：最少 {min(values)} 户"
    return _frame(label, [(str(p), n) for p, n in bars])


def weeks_line(weeks: Sequence[int], n: int, title: str) -> str:
    counted = Counter(weeks)
    return _frame(title, [(str(w + 1), counted[w]) for w in range(n)])


def _frame(title: str, bars: Sequence[tuple[str, int]]) -> str:
    top = max(n for _, n in bars) or 1
    step = (W - LEFT) / len(bars)
    drawn = []
    for at, (name, n) in enumerate(bars):
        x, height = LEFT + at * step, (H - BOTTOM - 24) * n / top
        drawn.append(
            f'<rect x="{x:.1f}" y="{H - BOTTOM - height:.1f}" width="{max(1.0, step - 2):.1f}" '
            f'height="{height:.1f}" fill="{BLUE}"/>'
        )
        if len(bars) <= 26 or at % 5 == 0:
            drawn.append(_text(x + step / 2, H - 10, name, "middle"))
    axis = f'<path d="M{LEFT} {H - BOTTOM}H{W}" stroke="{LINE}"/>' + _text(LEFT - 6, 34, str(top), "end")
    head = _text(0, 16, title, "start")
    return f'<svg viewBox="0 0 {W} {H}" role="img" aria-label="{title}">{axis}{head}{"".join(drawn)}</svg>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="13" fill="{INK}" text-anchor="{anchor}">{words}</text>'
