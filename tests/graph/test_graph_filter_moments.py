"""A moment is found by its index, and what is found is exactly what compares so as it is shown."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import create_engine, literal, not_, select

from mdm_sim.graph.odata.comparing import compare
from mdm_sim.graph.odata.filter_tree import Literal
from mdm_sim.graph.odata.literals import TICKS
from mdm_sim.graph.odata.operands import of_literal, of_property
from mdm_sim.graph.odata.properties import Property

NAMES = {
    "eq": lambda one, other: one == other,
    "ne": lambda one, other: one != other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
}
ENGINE = create_engine("sqlite://")
SECONDS = st.floats(-5, 5) | st.floats(1.7e9, 1.7e9 + 3)
BOUNDS = st.integers(-6 * TICKS, 6 * TICKS) | st.integers(1_699_999_999, 1_700_000_004).map(
    lambda second: second * TICKS
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["moment", "instant"])
@given(seconds=SECONDS, bound=BOUNDS)
@example(seconds=1.0, bound=TICKS)
@example(seconds=0.9999999, bound=0)
@example(seconds=-0.5, bound=0)
@example(seconds=-1.5, bound=-TICKS)
def test_a_comparison_by_the_index_is_the_comparison_of_what_is_shown(name, kind, seconds, bound):
    table = select(literal(seconds).label("at")).subquery()
    left = of_property(Property(table.c.at, kind), 0)
    for value in (bound, ticks(kind, seconds)):
        found = compare(name, left, of_literal(Literal("moment", value, 0)), 0)
        wanted = NAMES[name](ticks(kind, seconds), value)
        with ENGINE.connect() as connection:
            assert bool(connection.execute(select(table).where(found)).all()) == wanted
            assert bool(connection.execute(select(table).where(not_(found))).all()) != wanted
        assert ("at >=" in str(found) or "at <=" in str(found)) == (name != "ne")


def ticks(kind, seconds):
    """A moment as it is shown, in ticks."""
    whole = math.trunc(seconds)
    return whole * TICKS + (math.trunc((seconds - whole) * TICKS) if kind == "instant" else 0)
