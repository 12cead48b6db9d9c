"""The Entra ID doors: discovery, keys, and the token endpoint with its grants."""

from mdm_sim.entra.endpoints import door

__all__ = ["door"]
