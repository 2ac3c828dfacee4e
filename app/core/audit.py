"""Who opened which record, and other looks that must leave a trace. Rows are append-only; names of fields,
not values."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import OfficeBase, PublicBase, Row
from app.policy.actors import Actor


class _AuditEntry(Row):
    actor_id: Mapped[int]
    actor_role: Mapped[str]
    verb: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[int]
    fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class OfficeAudit(_AuditEntry, OfficeBase):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "object_type", "object_id"),
        {"info": {"append_only": True}},
    )


class PublicAudit(_AuditEntry, PublicBase):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object", "object_type", "object_id"),
        {"info": {"append_only": True}},
    )


def record(
    session: Session,
    *,
    actor: Actor,
    verb: str,
    obj: Any,
    now: datetime,
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """`obj` is a row, or the name of a whole table or export. `reason` is a code or a short purpose, never
    S2/S3."""
    entry = OfficeAudit if session.info["wing"] == "office" else PublicAudit
    object_type, object_id = _named(obj)
    session.add(
        entry(
            actor_id=actor.account_id,
            actor_role=actor.role,
            verb=verb,
            object_type=object_type,
            object_id=object_id,
            fields=list(fields),
            reason=reason,
            at=now,
            created_at=now,
            created_by=actor.label,
        )
    )


def _named(obj: Any) -> tuple[str, int]:
    if isinstance(obj, str):
        return obj, 0
    return getattr(obj, "__tablename__", type(obj).__name__), getattr(obj, "id", 0) or 0
