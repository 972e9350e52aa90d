"""SOPs, their versions, and the evidence of who signed what."""

from sop_library.models.evidence import Approval, FrozenText, Publication, Signature, SignOff
from sop_library.models.procedures import SOP, RouteStep, Version

__all__ = ["SOP", "Approval", "FrozenText", "Publication", "RouteStep", "SignOff", "Signature", "Version"]
