"""The policy as documents: the catalogue, a fides manifest, a record of processing, a data map."""

from collections.abc import Callable
from typing import Any

from mdm_sim.policy.exports.catalogue_document import catalogue_document
from mdm_sim.policy.exports.data_map import data_map
from mdm_sim.policy.exports.fides_manifest import fides_manifest
from mdm_sim.policy.exports.processing_record import processing_record
from mdm_sim.policy.exports.readable import TITLES, readable

# What `mdm-sim policy export --as` takes, each made in `en` or `nl`.
EXPORTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "catalogue": catalogue_document,
    "fideslang": fides_manifest,
    "processing-record": processing_record,
    "data-map": data_map,
}

__all__ = ["EXPORTS", "TITLES", "readable"]
