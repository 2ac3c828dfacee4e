"""`make bench`: every measurement beside its peer, printed and written to instance/bench.json (contracts §1).

Each module `bench_*` has `measure(big: bool) -> list[Figure]`. BIG=1 asks for the large sizes, too.
A name after the command runs the modules whose name contains it: `python -m tests.bench import`.
"""

import importlib
import json
import os
import pkgutil
import sys
import time
from pathlib import Path

import tests.bench as here
from tests.bench.figures import Figure

OUT = Path("instance/bench.json")


def main(wanted: list[str]) -> int:
    big = os.environ.get("BIG") == "1"
    names = sorted(m.name for m in pkgutil.iter_modules(here.__path__) if m.name.startswith("bench_"))
    figures: list[Figure] = []
    for name in names:
        if wanted and not any(w in name for w in wanted):
            continue
        started = time.perf_counter()
        print(f"{name} …", flush=True)
        for figure in importlib.import_module(f"tests.bench.{name}").measure(big):
            print("  " + figure.line(), flush=True)
            figures.append(figure)
        print(f"  ({time.perf_counter() - started:.0f} s)", flush=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(
        json.dumps([f.row() for f in figures], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return 0


sys.exit(main(sys.argv[1:]))
