"""`python -m matching fit|score|rank|assign|fairness …` (contracts §6). Exit 0, or 2 and a line on stderr."""

import argparse
import importlib
import sys
from collections.abc import Sequence

# A command loads its own half of the library alone: assign needs no estimators.
HOMES = {
    "assign": "matching.assigning",
    "fit": "matching.commands",
    "score": "matching.commands",
    "rank": "matching.commands",
    "fairness": "matching.report",
}
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m matching", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    named = arguments[0] if arguments else ""
    for home in [HOMES[named]] if named in HOMES else sorted(set(HOMES.values())):
        importlib.import_module(home).add_to(commands)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (OSError, ValueError, KeyError) as error:
        print(f"matching: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("matching: interrupted, nothing was written", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
