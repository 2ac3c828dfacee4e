"""Command line of the migrations: `upgrade`, `check`, `regenerate`."""

import sys

from migrations.commands import main

sys.exit(main(sys.argv[1:]))
