"""Lucide icons (ISC licence), inlined into pages so that they take the text's colour."""

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).resolve().parents[2] / "static" / "vendor" / "lucide"
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@cache
def icon_svg(name: str, size: str = "") -> Markup:
    """The icon as an SVG that screen readers skip. Raises FileNotFoundError for one that is not shipped."""
    source = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    found = _INSIDE.search(source)
    shape = " ".join(found.group(1).split()) if found else ""
    css = f"i {size}".strip()
    return Markup(  # noqa: S704  # both parts are ours: a file that is shipped and a class name
        f'<svg class="{css}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{shape}</svg>'
    )
