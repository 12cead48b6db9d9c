"""Marshmallow schemas for what devices report, derived from the catalogue's fact table.

Known facts are checked by type and syntax; names that are in no table pass through to be counted.
Messages say what was expected and never what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields

from mdm_sim.bodies.checking import whole
from mdm_sim.bodies.syntax import SYNTAX
from mdm_sim.policy.facts import JUDGED, KINDS, MEMBERS, REQUIRED_MEMBERS, Kind, fits


class Fact(fields.Field[Any]):
    """A fact's value: the JSON type and syntax of its kind, its members where it has any."""

    def __init__(self, name: str, kind: Kind) -> None:
        """`name` finds the members in the fact table."""
        super().__init__(allow_none=True)
        self.kind = kind
        self.members = MEMBERS.get(name, {})
        self.needed = REQUIRED_MEMBERS.get(name, set())

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **_: Any,
    ) -> Any:
        checked = check_kind(self.kind, value)
        if self.kind is Kind.OBJECT:
            return self._open(checked)
        if self.kind is Kind.OBJECTS:
            return self._open_each(checked)
        return checked

    def _open(self, value: dict[str, Any]) -> dict[str, Any]:
        opened, wrong = {}, {}
        for name, item in value.items():
            kind = self.members.get(name)
            try:
                opened[name] = item if kind is None else check_kind(kind, item)
            except ValidationError as error:
                wrong[name] = error.messages
        wrong = wrong or {name: ["a value is expected"] for name in self.needed - opened.keys()}
        if wrong:
            raise ValidationError(wrong)
        return opened

    def _open_each(self, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        opened, wrong = [], {}
        for index, value in enumerate(values):
            try:
                opened.append(self._open(value))
            except ValidationError as error:
                wrong[index] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return opened


def check_kind(kind: Kind, value: Any) -> Any:
    """A value as it is kept. Raises ValidationError, which says what is expected."""
    expected, check = SYNTAX[kind]
    value = whole(value) if kind is Kind.COUNT else value
    checked = check(value) if fits(kind, value) else None
    if checked is None:
        raise ValidationError(f"{expected} is expected")
    return checked


class _Facts(Schema):
    class Meta:
        unknown = INCLUDE


FACTS = _Facts.from_dict(
    {name: Fact(name, kind) for name, kind in (KINDS | JUDGED).items()}, name="Facts"
)
