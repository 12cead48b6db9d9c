"""`quirks=intune`: what Intune is reported to make of a $filter, in the place of what it means.

`ne` is taken for `eq`, `startswith` for `contains`, `or` between different properties for `and`;
a comparison of a property that is not there, or cannot be compared, finds every object.
"""

from __future__ import annotations

from collections.abc import Iterator

from mdm_sim.graph.odata.filter_tree import Expression, Lambda, Literal, Operation, Path
from mdm_sim.graph.odata.scope import Scope
from mdm_sim.messages import Malformed

INTUNE = "intune"
_ROOTS = ("deviceManagement", "deviceAppManagement")
# The collections that tell the number of objects on the page, asked or not.
_COUNTED = {"deviceManagement/managedDevices", "deviceManagement/configurationPolicies"}
_TAKEN_FOR = {"ne": "eq", "startswith": "contains"}
_JOINED = {"and", "or", "not"}


def apply(quirks: frozenset[str], name: str) -> bool:
    """Whether a collection of this name has Intune's oddities."""
    return INTUNE in quirks and name.partition("/")[0] in _ROOTS


def tells_the_page(quirks: frozenset[str], name: str) -> bool:
    """Whether a list of this name tells how many objects are on the page, asked or not."""
    return INTUNE in quirks and name in _COUNTED


def bent(tree: Expression, scope: Scope) -> Expression:
    """The tree of what Intune makes of a filter."""
    if not isinstance(tree, Operation):
        return tree if _is_known(tree, scope) else _everything(tree)
    if tree.name not in _JOINED and not _is_known(tree, scope):
        return _everything(tree)
    operands = tuple(bent(each, scope) for each in tree.operands)
    name = _TAKEN_FOR.get(tree.name, tree.name)
    if name == "or" and len({frozenset(_names(each)) for each in tree.operands}) > 1:
        name = "and"
    return Operation(name, operands, tree.position)


def _everything(tree: Expression) -> Literal:
    return Literal("boolean", value=True, position=tree.position)


def _is_known(tree: Expression, scope: Scope) -> bool:
    try:
        return all(scope.find(path).kind != "json" for path in _paths(tree))
    except Malformed:
        return False


def _paths(tree: Expression) -> Iterator[Path]:
    match tree:
        case Path(segments):
            if segments[-1].lower() != "$count" and "." not in segments[-1]:
                yield tree
        case Operation(_, operands):
            for each in operands:
                yield from _paths(each)


def _names(tree: Expression) -> Iterator[str]:
    match tree:
        case Path(segments):
            yield "/".join(segments).lower()
        case Lambda(_, path):
            yield from _names(path)
        case Operation(_, operands):
            for each in operands:
                yield from _names(each)
