"""Who with whom: transparent scores, one-to-one assignment, and a proof of how good it is.

Arithmetic on people and needs; it knows nothing of households and imports nothing of the application.
"""

from matching.assignment import Arcs, Assignment, assign
from matching.certificate import Certificate, check

__all__ = ["Arcs", "Assignment", "Certificate", "assign", "check"]
