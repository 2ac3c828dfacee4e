"""Who may do what: one table, a file of rows for each room, and the one function that reads it."""

from app.policy.access.engine import ANYONE, Rule, Table, Verdict, rule
from app.policy.access.rows import RULES

TABLE = Table(RULES)
decide = TABLE.decide

__all__ = ["ANYONE", "RULES", "TABLE", "Rule", "Table", "Verdict", "decide", "rule"]
