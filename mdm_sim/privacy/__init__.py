"""The privacy doors, `/privacy/v1`: switches, the catalogue, what is held, and why."""

from __future__ import annotations

from flask import Blueprint

from mdm_sim import wire
from mdm_sim.privacy import holdings, preview, progress, rights, switches
from mdm_sim.store.work import Desk

_SUBJECTS = (switches, holdings, preview, rights, progress)


def door(desk: Desk) -> Blueprint:
    """`/privacy/v1`: each subject adds its own routes."""
    blueprint = Blueprint("privacy", __name__, url_prefix="/privacy/v1")
    wire.answer_faults(blueprint)
    for subject in _SUBJECTS:
        subject.add_routes(blueprint, desk)
    return blueprint
