"""What `python -m migrations` can do."""

import argparse
import sys
from collections.abc import Sequence

from alembic.autogenerate import compare_metadata
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.config import read_settings
from migrations.environment import context_for, upgrade
from migrations.first import regenerate
from migrations.models import metadata_of

OLDER = "这里的演示数据是更早的版本装的，和现在的程序对不上。重装一次就好：make demo-reset，再 make demo。\n"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m migrations", description=__doc__)
    parser.add_argument("command", choices=("upgrade", "check", "regenerate"))
    command = parser.parse_args(arguments).command
    if command == "regenerate":
        regenerate()
        return 0
    settings = read_settings()
    urls = {"office": settings.office_url, "public": settings.public_url}
    known = [(url, wing) for wing, url in urls.items() if url is not None]
    if command == "upgrade":
        for url, wing in known:
            upgrade(url, wing)
        if not settings.demo or not any(drift(url, wing) for url, wing in known):
            return 0
        sys.stderr.write(OLDER)
        return 1
    return int(any(drift(url, wing) for url, wing in known))


def drift(url: str, wing: str) -> list[str]:
    """Where the models and a migrated database differ in tables and columns (Alembic does not compare
    CHECKs)."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            metadata = metadata_of(wing)
            return [str(d) for d in compare_metadata(context_for(connection, metadata), metadata)]
    finally:
        engine.dispose()
