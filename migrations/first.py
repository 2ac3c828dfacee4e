"""Writes the first revision of both chains from the models. Only until the first release; then it goes."""

import textwrap
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from sqlalchemy import DateTime, String, Text, create_engine
from sqlalchemy.types import TypeDecorator

from migrations.environment import HERE, WINGS, context_for
from migrations.models import metadata_of

HEAD = '''"""First tables of the {wing} database. Values are spelled out: nothing of app is imported."""

import sqlalchemy as sa
from alembic import op{dialects}

revision = "0001_{wing}"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = {append_only}


def upgrade() -> None:
'''

TAIL = '''

def _forbid_changes(table: str) -> None:
    """Rows of a log are written once: UPDATE and DELETE are refused on either engine."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'append only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    )
'''


def regenerate() -> None:
    for wing in WINGS:
        folder = HERE / wing / "versions"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"0001_{wing}.py").write_text(
            _source(wing).replace("info={'append_only': True}", ""), encoding="utf-8"
        )


def _source(wing: str) -> str:
    metadata = metadata_of(wing)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        context = context_for(connection, metadata, _render)
        script = produce_migrations(context, metadata)
        assert script.upgrade_ops is not None
        body = render_python_code(script.upgrade_ops, migration_context=context, render_item=_render)
    engine.dispose()
    logs = sorted(t.name for t in metadata.sorted_tables if t.info.get("append_only"))
    listed = "(" + "".join(f'"{name}", ' for name in logs).rstrip() + ")"
    loop = "    for table in APPEND_ONLY:\n        _forbid_changes(table)\n"
    lines = textwrap.indent(textwrap.dedent("    " + body), "    ")
    dialects = "\nfrom sqlalchemy.dialects import postgresql" if "postgresql." in body else ""
    return HEAD.format(wing=wing, append_only=listed, dialects=dialects) + lines + "\n" + loop + TAIL


def _render(kind: str, item: Any, _context: Any) -> Any:
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if isinstance(item.impl, DateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item.impl, String) and not isinstance(item.impl, Text):
        return f"sa.String({item.impl.length})"
    return "sa.Text()"
