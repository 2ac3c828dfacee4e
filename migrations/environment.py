"""Alembic without an ini file: the script directory of a wing, and a context on a connection."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.pool import NullPool

HERE = Path(__file__).parent
WINGS = ("office", "public")


def scripts(wing: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(HERE / wing / "versions"))
    return ScriptDirectory.from_config(config)


def upgrade(url: str, wing: str) -> None:
    """Brings one database to its chain's head; nothing happens when it is there already."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, poolclass=NullPool)
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA journal_mode=WAL"))
    directory = scripts(wing)

    def steps(revision: Any, _context: Any) -> Any:
        return directory._upgrade_revs("head", revision)

    try:
        with engine.begin() as connection, EnvironmentContext(Config(), directory, fn=steps) as environment:
            environment.configure(connection=connection, render_as_batch=True)
            with environment.begin_transaction():
                environment.run_migrations()
    finally:
        engine.dispose()


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head(wing: str) -> str | None:
    return scripts(wing).get_current_head()


def context_for(connection: Connection, metadata: MetaData, render_item: Any = None) -> MigrationContext:
    options = {"target_metadata": metadata, "render_item": render_item, "compare_type": True}
    return MigrationContext.configure(connection, opts=options)
