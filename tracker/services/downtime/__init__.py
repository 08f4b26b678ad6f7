"""The downtime kit: what a clinic needs to go on caring for its pumps when the system is down."""

from tracker.services.downtime.kits import KitMaker, ask_for_kit

__all__ = ["KitMaker", "ask_for_kit"]
