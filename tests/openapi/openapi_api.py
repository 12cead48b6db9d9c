"""The document as schemathesis reads it, with what its own generators have to know beside it."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, CheckFunction, GenerationMode, HookContext
from schemathesis.generation.meta import TestPhase
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from mdm_sim.app import create_app
from mdm_sim.bodies.syntax import has_luhn
from mdm_sim.settings import Settings

SEED = 4
# Of a good body these are not faults: what it asks for is not there or not possible.
OTHERWISE = ["2xx", "404", "409", "422"]


def _with_check_digit(stem: str) -> str:
    return next(f"{stem}{digit}" for digit in range(10) if has_luhn(f"{stem}{digit}"))


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    stems = st.text("0123456789", min_size=least - 1, max_size=most - 1)
    return stems.map(_with_check_digit)


def load(examples: int, *, is_systematic: bool) -> BaseSchema:
    """The document, of an application that has not touched its database.

    So many examples are drawn of each operation; systematic ones, each limit of each member, come
    to them.
    """
    schemathesis.openapi.format("imei", _digits(15, 15))
    schemathesis.openapi.format("iccid", _digits(19, 20))
    loaded = schemathesis.openapi.from_wsgi("/openapi.json", create_app(Settings("sqlite://")))
    loaded.config.seed = SEED
    loaded.config.generation.update(max_examples=examples)
    loaded.config.phases.coverage.enabled = is_systematic
    loaded.config.checks.positive_data_acceptance.expected_statuses = OTHERWISE
    return loaded


def takes_a_body(context: HookContext) -> bool:
    """Whether an operation reads a body."""
    return context.operation is not None and "requestBody" in context.operation.definition.raw


def is_good(case: Case) -> bool:
    """Whether everything about a case is as the document asks for."""
    return case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE


def left_out(case: Case) -> list[CheckFunction]:
    """Systematic cases are not asked again without a token: there are thousands of them."""
    is_systematic = case.meta is not None and case.meta.phase.name is TestPhase.COVERAGE
    return [ignored_auth] if is_systematic else []
