"""Writes Graph's type model, `mdm_sim/graph/edm/{v1.0,beta}.json`, from Microsoft's SDK packages.

    python scripts/graph_types.py            # writes both tables
    python scripts/graph_types.py --check    # tells whether they are what the packages say

What the packages do not say (which types are abstract, widths of numbers, what may be null) comes
from `graph_facts.json`, whose facts are those of Graph's published metadata.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from graph_roots import (
    ACTIONS,
    ENTITIES,
    KEPT,
    OUTSIDE,
    REFERRED,
    ROOTS,
    SERVICE_SET,
    SHOWN,
    UNTYPED,
    VALUES,
    WITHOUT_DERIVED,
)
from graph_sdk import Endpoint, Field, Model, Package, Verb
from graph_table import text_of

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "mdm_sim" / "graph" / "edm"
PACKAGES = {"v1.0": "msgraph-sdk", "beta": "msgraph-beta-sdk"}
LETTERS = {"GET": "G", "POST": "P", "PATCH": "U", "PUT": "W", "DELETE": "D"}
_KEY = re.compile(r"^\{.*\}$")
_FUNCTION = re.compile(r"^(\w+)\((.*)\)$")


class Builder:
    """Collects what is reached from the paths of one package."""

    def __init__(self, version: str, facts: dict[str, Any]) -> None:
        """`facts` are those of this version."""
        self.package = Package(PACKAGES[version])
        words = {name: set(text.split()) for name, text in facts.items() if isinstance(text, str)}
        self.facts = {**facts, **words}
        self.version = version
        self.types: dict[str, dict[str, Any]] = {}
        self.enums: dict[str, dict[str, Any]] = {}
        self.roots: dict[str, str] = {}
        self.operations: dict[tuple[str, bool, str], dict[str, Any]] = {}
        self.verbs: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(
            lambda: defaultdict(set)
        )

    def build(self) -> dict[str, Any]:
        """The whole table."""
        for folder, served in ROOTS.items():
            for endpoint in sorted(self.package.paths(folder), key=lambda each: each.template):
                if self._is_served(endpoint.template, served):
                    self._walk(endpoint)
        self._add_known()
        for (owner, name), verbs in self.verbs.items():
            found = {place: "".join(sorted(verbs[place], key="GPUWD".index)) for place in verbs}
            self.types[owner]["navigation"][name] |= found
        for each in self.types.values():
            if "navigation" in each:
                each["navigation"] = {n: v for n, v in each["navigation"].items() if len(v) > 1}
                if not each["navigation"]:
                    del each["navigation"]
        return {
            "version": self.version,
            "source": f"{PACKAGES[self.version]} {self.package.version}",
            "roots": dict(sorted(self.roots.items())),
            "enums": dict(sorted(self.enums.items())),
            "types": dict(sorted(self.types.items())),
            "operations": [each for _, each in sorted(self.operations.items())],
        }

    def _added(self) -> None:
        """What the packages' paths leave out, or say otherwise."""
        for owner, name in UNTYPED:
            if owner in self.types:
                self.types[owner].setdefault("properties", {})[name] = "Untyped?"
        for owner, name in SHOWN:
            if owner in self.types:
                self.verbs[owner, name] = defaultdict(set, verbs={"G"}, item={"G"})
        for owner, name, parameters, returns in ACTIONS:
            if owner in self.types and (owner, False, name) not in self.operations:
                told = {"name": name, "bound": owner, "action": True, "parameters": parameters}
                self.operations[owner, False, name] = told | (
                    {"returns": returns} if returns else {}
                )

    def _add_known(self) -> None:
        """What tools use and the packages have no path for."""
        for (owner, name), letters in REFERRED.items():
            if (owner, name) in self.verbs:
                self.verbs[owner, name]["ref"] |= set(letters)
        for (owner, name), letters in KEPT.items():
            if owner in self.types:
                self._type(self.types[owner]["navigation"][name]["type"].strip("[]"))
                self.verbs[owner, name]["verbs"] |= set(letters)
        self._added()

    def _is_served(self, template: str, served: str) -> bool:
        segments = [each for each in template.split("/") if each and not _KEY.match(each)]
        if OUTSIDE.search(template) or len(segments) < 2:
            return not OUTSIDE.search(template)
        words = set(served.split())
        barred = {word[1:] for word in words if word.startswith("!")}
        return segments[1] not in barred and (
            not words - {f"!{b}" for b in barred} or segments[1] in words
        )

    def _walk(self, endpoint: Endpoint) -> None:
        """Follow a path from its root to what it names, and note what can be done there."""
        first, *rest = endpoint.template.strip("/").split("/")
        if "(" in first:
            return
        owner, here = "", self._root(first, endpoint)
        place, name = "root", first
        for depth, segment in enumerate(rest):
            last = depth == len(rest) - 1
            if segment == "$count":
                return
            if segment == "$ref":
                place = "ref"
            elif _KEY.match(segment) and here.startswith("["):
                here, place = here[1:-1], "item" if place == "verbs" else place
            elif segment.startswith("graph."):
                here = f"[{segment[6:]}]" if here.startswith("[") else segment[6:]
                self._type(segment[6:])
                place = "cast"
            elif found := self._member(here, segment):
                owner, name, place = found[0], segment, "verbs"
                here = found[1]
                self._type(here.strip("[]"))
            elif last:
                self._operation(here, segment, endpoint.verbs)
                return
            else:
                return
        letters = {LETTERS[verb.method] for verb in endpoint.verbs}
        if owner and place in {"verbs", "item", "ref"}:
            self.verbs[owner, name][place] |= letters

    def _root(self, name: str, endpoint: Endpoint) -> str:
        """The type of a root, which the root's own path (it comes first) tells."""
        if name not in self.roots:
            returned = next(v.returns for v in endpoint.verbs if v.method == "GET")
            if returned is None:
                message = f"nothing tells what /{name} is"
                raise ValueError(message)
            self._type(returned.type)
            self.roots[name] = f"[{returned.type}]" if returned.is_collection else returned.type
        return self.roots[name]

    def _member(self, here: str, segment: str) -> tuple[str, str] | None:
        """The type that declares a navigation property, and the property's own type."""
        kind: str | None = here.strip("[]")
        while kind and kind in self.types:
            spec = self.types[kind].get("navigation", {}).get(segment)
            if spec:
                return kind, spec["type"]
            kind = self.types[kind].get("base")
        return None

    def _operation(self, here: str, segment: str, verbs: tuple[Verb, ...]) -> None:
        function = _FUNCTION.match(segment)
        name = function[1] if function else segment
        for verb in verbs:
            is_action = verb.method == "POST"
            if not is_action and not function:
                continue
            bound, many = here.strip("[]"), here.startswith("[")
            told: dict[str, Any] = {"name": name, "bound": here}
            if is_action:
                told["action"] = True
            parameters = (
                {each: self._spec(spec, ro=False) for each, spec in (verb.parameters or {}).items()}
                if is_action
                else dict.fromkeys(
                    re.findall(r"(\w+)=", function[2] if function else ""), "String?"
                )
            )
            if parameters:
                told["parameters"] = parameters
            if verb.returns:
                told["returns"] = self._spec(verb.returns, ro=False)
            self.operations[bound, many, segment] = told

    def _type(self, name: str) -> bool:
        """Take in a type with all that it needs; returns whether it is an entity."""
        if name in self.types:
            return bool(self.types[name].get("entity"))
        model = None if name in self.enums else self.package.model(name)
        if model is None:
            return False
        if model.members:
            self.enums[name] = {"members": " ".join(model.members)}
            return False
        told = self.types[name] = self._header(name, model)
        for member, spec in sorted(model.fields.items()):
            self._member_of(told, name, member, spec)
        for derived in () if name in WITHOUT_DERIVED else self.package.derived(name):
            self._type(derived)
        return bool(told.get("entity"))

    def _header(self, name: str, model: Model) -> dict[str, Any]:
        """What a type is, before its members: its base, and whether it is an entity."""
        told: dict[str, Any] = {"base": model.base} if model.base else {}
        if name in ENTITIES or (model.base and self._type(model.base)):
            told["entity"] = True
        return told | {word: True for word in ("abstract", "open") if name in self.facts[word]}

    def _member_of(self, told: dict[str, Any], name: str, member: str, spec: Field) -> None:
        if member.startswith("@"):
            return
        if self._is_navigation(name, member, spec):
            kind = f"[{spec.type}]" if spec.is_collection else spec.type
            told.setdefault("navigation", {})[member] = {"type": kind}
        elif text := self._spec(
            spec, where=f"{name}.{member}", ro=_is_service_set(spec, name, member)
        ):
            told.setdefault("properties", {})[member] = text

    def _is_navigation(self, owner: str, member: str, spec: Field) -> bool:
        where = f"{owner}.{member}"
        if where in self.facts["structural"]:
            self._type(spec.type)
            return False
        return where in self.facts["navigation"] or self._is_entity_name(spec.type)

    def _is_entity_name(self, name: str) -> bool:
        """Whether a name is an entity's, without taking in types that may lie outside."""
        seen = name
        while seen and seen not in ENTITIES:
            model = self.package.model(seen)
            if model is None or model.members:
                return False
            seen = model.base
        return seen in ENTITIES

    def _spec(self, spec: Field, where: str = "", *, ro: bool) -> str:
        """A property's type: `[x]` a collection, `?` it may be null, `=` the service sets it."""
        kind = self.facts["widths"].get(where, spec.type)
        if not kind[0].isupper():
            self._type(kind)
            if kind not in self.types and kind not in self.enums:
                return ""
            model = self.package.model(kind)
            if kind in self.enums and ((model and model.is_flags) or kind in self.facts["flags"]):
                self.enums[kind]["flags"] = True
        many = spec.is_collection and kind not in self.facts["flags"]
        text = f"[{kind}]" if many else kind
        is_value = not many and (kind in VALUES or kind in self.enums)
        owner, _, name = where.partition(".")
        told = self.facts["null" if is_value else "notNull"].get(owner, "").split()
        return f"{text}{'?' if (name in told) == is_value else ''}{'=' if ro else ''}"


def _is_service_set(spec: Field, owner: str, name: str) -> bool:
    return not spec.is_written or f"{owner}.{name}" in SERVICE_SET


def main() -> None:
    """Write the tables, or tell whether they are as they should be."""
    facts = json.loads((Path(__file__).parent / "graph_facts.json").read_text(encoding="utf-8"))
    for version, package in PACKAGES.items():
        text = text_of(Builder(version, facts[version]).build())
        path = TABLES / f"{version}.json"
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                sys.exit(f"{path.name} is not what {package} says")
        else:
            TABLES.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
