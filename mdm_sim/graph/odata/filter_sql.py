"""A filter's tree as an SQL condition over the properties of a scope.

What is not there is no condition met: `not` turns what its inside finds, so a missing value is
outside of `startswith(…)` and inside of `not startswith(…)`.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, not_, or_, select

from mdm_sim.graph.odata.comparing import COMPARISONS, Condition, compare, has, is_in, is_true
from mdm_sim.graph.odata.filter_tree import Expression, Lambda, Literal, Operation, Path, wrong
from mdm_sim.graph.odata.methods import ARITHMETIC, METHODS, calculate, call, negated
from mdm_sim.graph.odata.operands import Operand, of_condition, of_literal, of_property
from mdm_sim.graph.odata.properties import Items
from mdm_sim.graph.odata.scope import Scope, cast_of

_CONDITIONS = {"and", "or", "not", "in", "has", "isof", *COMPARISONS}


def condition(tree: Expression, scope: Scope, *, is_negated: bool = False) -> Condition:
    """`tree` as a condition. Raises Malformed for names that are not there and other types."""
    match tree:
        case Operation("and" | "or" as name, parts):
            found = [condition(each, scope, is_negated=is_negated) for each in parts]
            return and_(*found) if (name == "and") != is_negated else or_(*found)
        case Operation("not", (inner,)):
            return condition(inner, scope, is_negated=not is_negated)
    found_one = _simple(tree, scope)
    return not_(func.coalesce(found_one, false())) if is_negated else found_one


def _simple(tree: Expression, scope: Scope) -> Condition:
    match tree:
        case Lambda():
            return _lambda(tree, scope)
        case Operation(name, (left, right)) if name in COMPARISONS:
            return compare(name, operand(left, scope), operand(right, scope), tree.position)
        case Operation("has", (left, right)):
            return has(operand(left, scope), operand(right, scope), tree.position)
        case Operation("in", (left, Path() as path)):
            return _is_in_collection(operand(left, scope), path, scope)
        case Operation("in", (left, *members)):
            values = [operand(each, scope) for each in members]
            return is_in(operand(left, scope), values, tree.position)
        case Operation("isof", operands):
            return _is_of(operands, scope, tree.position)
    found = operand(tree, scope)
    if found.family != "boolean":
        raise wrong(found.position, "A condition is expected")
    return is_true(found)


def operand(tree: Expression, scope: Scope) -> Operand:
    """`tree` as a value to compare or to calculate with. Raises Malformed."""
    found = _operand(tree, scope)
    scope.spend(found.weight, tree.position)
    return found


def _operand(tree: Expression, scope: Scope) -> Operand:
    match tree:
        case Literal():
            return of_literal(tree)
        case Path():
            return _path(tree, scope)
        case Lambda():
            return of_condition(_lambda(tree, scope), tree.position)
        case Operation(name) if name in _CONDITIONS:
            return of_condition(condition(tree, scope), tree.position)
        case Operation(name, (left, right)) if name in ARITHMETIC:
            return calculate(name, operand(left, scope), operand(right, scope), tree.position)
        case Operation("neg", (inner,)):
            return negated(operand(inner, scope), tree.position)
        case Operation("now", ()):
            return Operand("moment", literal(scope.now), tree.position)
        case Operation(name, operands) if name in METHODS:
            values = [operand(each, scope) for each in operands]
            return call(METHODS[name], values, tree.position)
    raise wrong(tree.position, "Could not find a function of that name")


def _path(path: Path, scope: Scope) -> Operand:
    if path.segments[-1].lower() != "$count":
        return of_property(scope.find(path), path.position)
    items = _items(Path(path.segments[:-1], path.position), scope)
    number = select(func.count()).select_from(items.source).where(*items.where)
    counted = number.correlate_except(items.source).scalar_subquery()
    return Operand("integer", counted, path.position)


def _items(path: Path, scope: Scope) -> Items:
    if not path.segments:
        raise wrong(path.position, "A collection is expected")
    return scope.items(scope.find(path), path.position)


def _lambda(tree: Lambda, scope: Scope) -> Condition:
    """`any` is that there is an item, `all` that there is none for which it is not so."""
    items = _items(tree.path, scope)
    if tree.body is None:
        return _exists(items)
    inner = scope.bind(tree.variable, items.item)
    if tree.name == "any":
        return _exists(items, condition(tree.body, inner))
    return not_(_exists(items, condition(tree.body, inner, is_negated=True)))


def _exists(items: Items, *more: ColumnElement[bool]) -> Condition:
    rows = select(literal(1)).select_from(items.source).where(*items.where, *more)
    return exists(rows.correlate_except(items.source))


def _is_in_collection(left: Operand, path: Path, scope: Scope) -> Condition:
    items = _items(path, scope)
    item = of_property(items.item, path.position)
    return _exists(items, compare("eq", item, left, path.position))


def _is_of(operands: tuple[Expression, ...], scope: Scope, position: int) -> Condition:
    """`isof('type')`, and `isof(property,'type')`. Raises Malformed."""
    match operands:
        case (Literal("text", str() as name),):
            return scope.cast(name, position).condition
        case (Path((name,)),):
            return scope.cast(name, position).condition
        case (Path((start,)), Literal("text", str() as name)) if start.lower() == "$it":
            return scope.cast(name, position).condition
        case (Path() as path, Literal("text", str() as name)):
            return cast_of(scope.find(path).casts, name, position).condition
    raise wrong(position, "A type in quotes is expected")
