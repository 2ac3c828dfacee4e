"""The import of a 5,000-household workbook through the command, in its own process, beside a bare reading.

The peer is openpyxl alone: opening the same workbook and looking at every cell.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from openpyxl import load_workbook

from migrations.environment import upgrade
from tests.bench.figures import Figure, less_is_better, seconds
from tests.register import make
from tests.workbooks import workbook
from tests.world import house_of, make_people

HOUSEHOLDS = 5_000
COUNTY = "640324"
_RUN = """
import json, resource, sys, time
from app.config import read_settings
from app.factory import build
app = build(read_settings())
start = time.perf_counter()
answer = app.test_cli_runner().invoke(args=sys.argv[1:])
taken = time.perf_counter() - start
assert answer.exit_code == 0, answer.output
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
sys.stdout.write(json.dumps({"seconds": taken, "megabytes": peak}))
"""


def measure(big: bool) -> list[Figure]:
    content = workbook(make(11, [COUNTY], households=HOUSEHOLDS))
    with tempfile.TemporaryDirectory() as folder:
        told = _imported(Path(folder), content)
    bare = seconds(lambda: _look(content))
    name = f"import of {HOUSEHOLDS} households"
    return [
        less_is_better(name, told["seconds"], bare, "s", "≤ 60 s"),
        less_is_better(f"{name}, memory", told["megabytes"], None, "MB", "≤ 1024 MB"),
    ]


def _imported(folder: Path, content: bytes) -> dict[str, float]:
    for wing in ("office", "public"):
        upgrade(f"sqlite:///{folder / wing / (wing + '.sqlite')}", wing)
    house = house_of(folder)
    make_people(house)
    house.dispose()
    file = folder / "register.xlsx"
    file.write_bytes(content)
    environ = {**os.environ, "JIEDUI_ENV": "test", "JIEDUI_INSTANCE": str(folder)}
    args = ["cases", "import", str(file), "--county", COUNTY, "--actor", "cs", "--json"]
    done = subprocess.run([sys.executable, "-c", _RUN, *args], env=environ, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-2000:])
    told: dict[str, float] = json.loads(done.stdout.decode().splitlines()[-1])
    return told


def _look(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content), read_only=True)
    for page in book.worksheets:
        for _row in page.iter_rows(values_only=True):
            pass
    book.close()
