"""Compiled bodies load what marshmallow loads, and refuse what it refuses in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from drawn import BODIES, FACTS
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

from mdm_sim.bodies.checking import Whole, check
from mdm_sim.bodies.compiling import Compiled
from mdm_sim.bodies.parsing import parse
from mdm_sim.messages import Fault
from mdm_sim.policy.context import Context, Ownership, Platform, Workload
from mdm_sim.policy.minimise import minimise
from mdm_sim.protocols import schemas

ROOT = Path(__file__).parents[2]
SCHEMAS = (schemas.EnrollmentBody(), schemas.RegistrationBody(), schemas.CheckInBody())


def outcome(read: Any, data: bytes) -> Any:
    """What a body is read as, or how it is refused."""
    try:
        return read(data)
    except Fault as fault:
        return type(fault), fault.message, fault.details


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
@given(body=BODIES)
@settings(max_examples=400, deadline=None)
def test_a_compiled_body_is_what_its_schema_says(schema: Schema, body: dict[str, Any]) -> None:
    data = orjson.dumps(body)
    told = outcome(Compiled(schema).read, data)
    assert told == outcome(lambda data: check(schema, parse(data)), data)


@given(
    facts=FACTS,
    workload=st.sampled_from(Workload),
    ownership=st.sampled_from(Ownership),
    platform=st.sampled_from(Platform),
    flags=st.lists(st.booleans(), min_size=6, max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_what_a_door_has_checked_is_judged_as_anything_is(
    facts: dict[str, Any], workload: Any, ownership: Any, platform: Any, flags: list[bool]
) -> None:
    told = outcome(Compiled(SCHEMAS[2]).read, orjson.dumps({"facts": facts}))
    if isinstance(told, tuple):
        return
    checked = {name: value for name, value in told["facts"].items() if value is not None}
    names = ("entra_joined", "mdm_enrolled", "mtd_connector", "compliant_apps_feature",
             "strict_app_inventory", "tenant_diagnostics")  # fmt: skip
    context = Context(workload, ownership, platform, **dict(zip(names, flags, strict=True)))
    managed = frozenset({"a", "ios"})
    assert minimise(checked, context, managed, is_checked=True) == minimise(
        checked, context, managed
    )


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures/plain").glob("*.json")), ids=str)
def test_what_devices_send_is_loaded_without_the_schema(path: Path) -> None:
    held = orjson.loads(path.read_bytes())
    schema = SCHEMAS[0] if held["door"].startswith("/mdm") else SCHEMAS[1]
    loaded = Compiled(schema).load(held["body"])
    assert loaded == check(schema, held["body"])


@pytest.mark.parametrize("nested", [1, 14, 15, 40])
def test_depth_has_its_limit_whatever_the_name(nested: int) -> None:
    for name in ("unknown", "facts"):
        inner = "[" * nested + "]" * nested
        body = f'{{"{name}": {inner}}}' if name == "unknown" else f'{{"facts": {{"x": {inner}}}}}'
        data = body.encode()
        told = outcome(Compiled(SCHEMAS[2]).read, data)
        assert told == outcome(lambda data: check(SCHEMAS[2], parse(data)), data)


@pytest.mark.parametrize(
    "field", [Whole(), fields.Integer(), fields.String(validate=validate.Email())]
)
def test_what_no_table_knows_is_not_compiled(field: Any) -> None:
    with pytest.raises(TypeError, match="cannot be compiled"):
        Compiled(Schema.from_dict({"x": field})())
