"""`$metadata`: the type model as XML (OData CSDL XML Representation 4.01), spelled as Graph does.

Types are told by the alias `graph`, which tools look for. The table has no numbers of enumeration
members: those of flags, which have to be told (clause 10.3.2), are powers of two in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement, tostring

from mdm_sim.graph.edm.model import NAMESPACE, Model, Operation, Shape, Type, model

ALIAS = "graph"
CONTAINER = "GraphService"
# A name for one of the users: the signed-in one.
_ME = {"me": Shape("user")}
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
# First members of flags that stand for no flag at all.
_NO_FLAG = {
    *("clean", "noStatus", "none", "notApplicable", "notConfigured", "notSet", "notSupported"),
    *("success", "undefined", "unknown", "unspecified", "userDefined"),
}


@lru_cache(maxsize=2)
def csdl(version: str) -> bytes:
    """The whole document of a version, v1.0 or beta, in UTF-8."""
    known = model(version)
    document = Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": _EDMX})
    services = SubElement(document, "edmx:DataServices")
    schema = SubElement(services, "Schema", {"Namespace": NAMESPACE, "Alias": ALIAS, "xmlns": _EDM})
    schema.extend(_enumeration(known, name) for name in known.enums())
    schema.extend(_type(known.types[name]) for name in known.types)
    for overloads in known.operations.values():
        schema.extend(_operation(each) for each in overloads)
    schema.append(_container(known))
    text: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return text


def _enumeration(known: Model, name: str) -> Element:
    members = known.members(name)
    if not known.is_flags(name):
        found = Element("EnumType", {"Name": name})
        found.extend(Element("Member", {"Name": each}) for each in members)
        return found
    found = Element("EnumType", {"Name": name, "IsFlags": "true"})
    first = 0 if members[0] in _NO_FLAG else 1
    for place, each in enumerate(members):
        number = 1 << (place + first - 1) if place + first else 0
        SubElement(found, "Member", {"Name": each, "Value": str(number)})
    return found


def _type(kind: Type) -> Element:
    """An entity or complex type with what is its own; the rest is its base's."""
    found = Element("EntityType" if kind.is_entity else "ComplexType", {"Name": kind.name})
    base = kind.base
    if base is not None:
        found.set("BaseType", f"{ALIAS}.{base.name}")
    if kind.is_abstract:
        found.set("Abstract", "true")
    if kind.is_open and not (base is not None and base.is_open):
        found.set("OpenType", "true")
    inherited = {*base.properties, *base.navigations} if base is not None else set()
    if kind.is_entity and "id" in kind.properties and "id" not in inherited:
        SubElement(SubElement(found, "Key"), "PropertyRef", {"Name": "id"})
    for name, shape in kind.properties.items():
        if name not in inherited:
            SubElement(found, "Property", {"Name": name, **_shape(shape)})
    found.extend(_navigations(kind, inherited))
    return found


def _navigations(kind: Type, inherited: set[str]) -> Iterator[Element]:
    for name, each in kind.navigations.items():
        if name not in inherited:
            told = {"Name": name, "Type": _name(Shape(each.kind, each.is_collection))}
            if each.is_contained:
                told["ContainsTarget"] = "true"
            yield Element("NavigationProperty", told)


def _operation(operation: Operation) -> Element:
    """An action or a function; what it is bound to is its first parameter (clause 12.5)."""
    found = Element(
        "Action" if operation.is_action else "Function",
        {"Name": operation.name, "IsBound": "true"},
    )
    bound = {"Name": "bindingParameter", "Type": _name(operation.bound)}
    SubElement(found, "Parameter", bound)
    for name, shape in operation.parameters.items():
        SubElement(found, "Parameter", {"Name": name, **_shape(shape)})
    if operation.returns is not None:
        SubElement(found, "ReturnType", _shape(operation.returns))
    return found


def roots(known: Model) -> Mapping[str, Shape]:
    """Every entity set and singleton of a version by name."""
    return dict(sorted({**known.roots, **_ME}.items()))


def _container(known: Model) -> Element:
    found = Element("EntityContainer", {"Name": CONTAINER})
    for name, shape in roots(known).items():
        kind = f"{ALIAS}.{shape.kind}"
        if shape.is_collection:
            SubElement(found, "EntitySet", {"Name": name, "EntityType": kind})
        else:
            SubElement(found, "Singleton", {"Name": name, "Type": kind})
    return found


def _shape(shape: Shape) -> dict[str, str]:
    """A type as attributes; what may be null is not told (clause 7.2.1)."""
    told = {"Type": _name(shape)}
    return told if shape.is_nullable else {**told, "Nullable": "false"}


def _name(shape: Shape) -> str:
    return shape.edm.replace(f"{NAMESPACE}.", f"{ALIAS}.")
