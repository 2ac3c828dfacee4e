"""Will it work out? Both sides' answers modelled apart, blended, calibrated and explained."""

from matching.outcome.model import OutcomeModel, Scores
from matching.outcome.shrunk import ShrunkLogit

__all__ = ["OutcomeModel", "Scores", "ShrunkLogit"]
