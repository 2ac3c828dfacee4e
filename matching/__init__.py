"""Who with whom: transparent scores, exact assignment, and a proof of how good it is.

Arithmetic on people and needs; it knows nothing of households and imports nothing of the application.
"""

from matching.arcs import Arcs, one_to_one
from matching.assignment import Assignment, assign
from matching.certificate import Certificate, Cover, check

__version__ = "1.0.0"
__all__ = ["Arcs", "Assignment", "Certificate", "Cover", "assign", "check", "one_to_one"]
