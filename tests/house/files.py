"""The files of the repository, as a fresh clone has them, and what stands in them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".venv", ".hypothesis", "instance", "__pycache__", "node_modules", "build", "dist"}
TEXT = {
    ".py", ".md", ".html", ".css", ".js", ".toml", ".csv", ".json", ".txt", ".svg", ".lock", ".cfg", ".yml",
    ".sh", "",
}  # fmt: skip


@cache
def all_files() -> tuple[Path, ...]:
    """Every file but what git ignores: caches, the virtual environment, the instance folder."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in SKIPPED or entry.name.endswith("_cache") or entry.name.startswith(".coverage"):
            continue
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def python_files() -> tuple[Path, ...]:
    """What people write: the generated revisions are left out."""
    return tuple(p for p in all_files() if p.suffix == ".py" and "versions" not in p.parts)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def templates() -> tuple[Path, ...]:
    return tuple(p for p in all_files() if p.suffix == ".html" and "templates" in p.parts)
