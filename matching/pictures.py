"""Plain pictures as SVG, written without a drawing library: lines over time, bars in groups."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 320, 64, 48, 56
COLOURS = ("#1f6f54", "#b3541e", "#2f5d9b", "#7a4f9a", "#8a7a1f")
FONT = 'font-family="system-ui, sans-serif" font-size="14" fill="#333"'


def lines(title: str, across: str, series: Mapping[str, Sequence[float]], unit: str) -> str:
    """One line a series; values are equally spaced from 1."""
    most = max((max(v) for v in series.values() if len(v)), default=1.0) or 1.0
    length = max((len(v) for v in series.values()), default=2)
    wide = WIDTH - LEFT - 24
    drawn = []
    for colour, (name, values) in zip(COLOURS, series.items(), strict=False):
        step = wide / max(1, length - 1)
        points = [f"{LEFT + step * k:.1f},{_height(v, most):.1f}" for k, v in enumerate(values)]
        drawn.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2.5" points="{" ".join(points)}">'
            f"<title>{escape(name)}</title></polyline>"
        )
    foot = _text(LEFT + wide / 2, HEIGHT - 12, across)
    return _framed(title, [*_axis(most, unit), *drawn, foot, *_legend(list(series))])


def bars(title: str, groups: Sequence[str], series: Mapping[str, Sequence[float]], unit: str) -> str:
    """For each group one bar a series."""
    most = max((max(v) for v in series.values() if len(v)), default=1.0) or 1.0
    wide, high = WIDTH - LEFT - 24, HEIGHT - TOP - BOTTOM
    slot = wide / max(1, len(groups))
    bar = slot * 0.7 / max(1, len(series))
    drawn = []
    for g, group in enumerate(groups):
        for k, (name, values) in enumerate(series.items()):
            tall = high * values[g] / most
            x, y = LEFT + slot * (g + 0.15) + bar * k, TOP + high - tall
            told = f"{escape(group)} · {escape(name)}: {values[g]:.3g}"
            drawn.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar:.1f}" height="{tall:.1f}" fill="{COLOURS[k]}">'
                f"<title>{told}</title></rect>"
            )
        drawn.append(_text(LEFT + slot * (g + 0.5), HEIGHT - BOTTOM + 20, group))
    return _framed(title, [*_axis(most, unit), *drawn, *_legend(list(series))])


def _height(value: float, most: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most)


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" {FONT}>{escape(words)}</text>'


def _axis(most: float, unit: str) -> list[str]:
    high, found = HEIGHT - TOP - BOTTOM, []
    for k in range(5):
        y, value = TOP + high * (1 - k / 4), most * k / 4
        found.append(f'<line x1="{LEFT}" x2="{WIDTH - 24}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        found.append(f'<text x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end" {FONT}>{value:.3g}</text>')
    return [*found, f'<text x="8" y="{TOP - 10}" {FONT}>{escape(unit)}</text>']


def _legend(names: Sequence[str]) -> list[str]:
    found, x = [], WIDTH - 24 - sum(26 + 8 * len(n) for n in names)
    for colour, name in zip(COLOURS, names, strict=False):
        found.append(f'<rect x="{x}" y="{TOP - 22}" width="12" height="12" fill="{colour}"/>')
        found.append(f'<text x="{x + 17}" y="{TOP - 11}" {FONT}>{escape(name)}</text>')
        x += 26 + 8 * len(name)
    return found


def _framed(title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" width="{WIDTH}" '
        f'height="{HEIGHT}">'
    )
    back = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    name = f'<text x="8" y="20" font-weight="bold" {FONT}>{escape(title)}</text>'
    return "\n".join([head, f"<title>{escape(title)}</title>", back, name, *parts, "</svg>"]) + "\n"
