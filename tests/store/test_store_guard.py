"""The database refuses exactly what the Python rules would not keep, over all contexts."""

from __future__ import annotations

import pytest
from store.store_contexts import (
    BARRED,
    DOCUMENTS,
    SPACE,
    accepted,
    every_context,
    keeps,
    parsed,
)

from mdm_sim.policy.context import Ownership, Workload
from mdm_sim.policy.facts import KINDS

PARSED = tuple(parsed(document) for document in DOCUMENTS)


@pytest.mark.parametrize(("workload", "ownership"), SPACE)
def test_the_guard_refuses_what_the_rules_would_not_keep_and_nothing_else(
    workload: Workload, ownership: Ownership
) -> None:
    contexts = every_context(workload, ownership)
    kept = {
        (place, number)
        for place, context in enumerate(contexts)
        for number, facts in enumerate(PARSED)
        if keeps(facts, context)
    }
    differing = accepted(contexts, DOCUMENTS) ^ kept
    assert {DOCUMENTS[number] for _, number in differing} == set()


@pytest.mark.parametrize(("workload", "ownership"), SPACE)
def test_what_no_record_may_hold_passes_nowhere(workload: Workload, ownership: Ownership) -> None:
    passed = accepted(every_context(workload, ownership), BARRED)
    assert {BARRED[number] for _, number in passed} == set()


def test_the_rules_keep_none_of_that_either() -> None:
    spread = [context for space in SPACE for context in every_context(*space)[::97]]
    kept = {
        document for document in BARRED for context in spread if keeps(parsed(document), context)
    }
    assert kept == set()


def test_every_fact_is_among_the_documents() -> None:
    names = {name for facts in PARSED for name in facts}
    assert names >= KINDS.keys()


def test_the_space_of_contexts_is_whole() -> None:
    contexts = {context for space in SPACE for context in every_context(*space)}
    assert len(contexts) == 2 * 3 * 6 * 2**10
