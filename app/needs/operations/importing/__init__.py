"""Import tables (contracts §4): read, checked, written whole or not at all, and written out again.

For scripts: `import_tables(session, read_path(folder), actor=…, now=…)`.
"""

from app.needs.operations.importing.reading import read_path, read_tables
from app.needs.operations.importing.tables import Tables, Unreadable
from app.needs.operations.importing.write import Rejected, Written, import_tables

__all__ = ["Rejected", "Tables", "Unreadable", "Written", "import_tables", "read_path", "read_tables"]
