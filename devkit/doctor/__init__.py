"""Finds out why something is refused: one check per mistake that the guides and Okta's users report."""

from devkit.doctor.case import Case
from devkit.doctor.examination import Examined, examine
from devkit.doctor.table import CHECKS

__all__ = ["CHECKS", "Case", "Examined", "examine"]
