"""Reads the types and paths that Microsoft's SDK packages are generated from, out of their source.

The packages are read as text and not imported: their thousands of modules take minutes to import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

_CLASS = re.compile(r"^class (\w+)\(([^)]*)\):", re.MULTILINE)
_MEMBER = re.compile(r'^    \w+ = "([^"]+)",', re.MULTILINE)
_FIELD = re.compile(r'"([^"]+)": lambda n : setattr\(self, \'\w+\', n\.(get_\w+)\(([\w.]*)\)\)')
_WRITTEN = re.compile(r'writer\.(write_\w+)\("([^"]+)"')
_DERIVED = re.compile(
    r'== "#(microsoft\.graph\.[\w.]+)"\.casefold\(\):\s+from \.(\w+) import (\w+)'
)
_TEMPLATE = re.compile(r'super\(\).__init__\(request_adapter, "\{\+baseurl\}([^"]*)"')
_OPTIONS = re.compile(r"\{\?.*\}$")
_VERB = re.compile(
    r"async def (get|post|patch|put|delete)\(self,(?:body: (\w+))?.*?\) -> (.*?):\n", re.DOTALL
)
_IMPORT = re.compile(r"from (\.+[\w.]*) import (\w+)")
_PRIMITIVES = {
    "str": "String",
    "int": "Int32",
    "float": "Double",
    "bool": "Boolean",
    "uuid": "Guid",
    "UUID": "Guid",
    "datetime": "DateTimeOffset",
    "datetime.datetime": "DateTimeOffset",
    "date": "Date",
    "time": "TimeOfDay",
    "timedelta": "Duration",
    "bytes": "Binary",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A property as a model class reads it; `written` when the SDK sends it too."""

    type: str
    is_collection: bool
    is_written: bool


@dataclass(slots=True)
class Model:
    """A class of the SDK's models: an enumeration where it has members."""

    name: str
    base: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    is_flags: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """What a request builder can send: parameters or type of the body, type of the answer."""

    method: str
    parameters: dict[str, Field] | None
    returns: Field | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path with its keys in braces, and what can be done there."""

    template: str
    verbs: tuple[Verb, ...]


class Package:
    """One SDK package: its models by class, its paths below some roots."""

    def __init__(self, name: str) -> None:
        """`name` is the distribution's, such as `msgraph-sdk`."""
        top = {"msgraph-sdk": "msgraph", "msgraph-beta-sdk": "msgraph_beta"}[name]
        self.version = distribution(name).version
        self._root = Path(str(distribution(name).locate_file(top))) / "generated"
        self._names = self._graph_names()
        self._read = cache(self._read_model)

    def model(self, name: str) -> Model | None:
        """The model of a Graph type's name, None where the package has none of that name."""
        path = self._files().get(name.lower())
        return self._read(path) if path else None

    def paths(self, folder: str) -> Iterator[Endpoint]:
        """Every endpoint below a folder of the package, such as `device_management`."""
        for file in sorted((self._root / folder).rglob("*_request_builder.py")):
            text = file.read_text(encoding="utf-8")
            found = _TEMPLATE.search(text)
            if found:
                template = _OPTIONS.sub("", found[1]).replace("%2D", "-").replace("%24", "$")
                verbs = tuple(self._verb(text, file, *each) for each in _VERB.findall(text))
                yield Endpoint(template, verbs)

    @cache  # noqa: B019
    def _files(self) -> dict[str, Path]:
        """Files of models by name; a root's own type may be in the folder of its namespace."""
        models = self._root / "models"
        inner = (folder / f"{folder.name}.py" for folder in models.iterdir() if folder.is_dir())
        files = [*(file for file in inner if file.exists()), *models.glob("*.py")]
        return {file.stem.replace("_", "").lower(): file for file in files}

    def _graph_names(self) -> dict[str, str]:
        """The names in Graph of the classes that discriminators tell."""
        found = {}
        for file in (self._root / "models").glob("*.py"):
            text = file.read_text(encoding="utf-8")
            for name, _, class_name in _DERIVED.findall(text):
                plain = name.removeprefix("microsoft.graph.")
                if "." not in plain:
                    found[class_name] = plain
        return found

    @cache  # noqa: B019
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = {}
        for file in sorted((self._root / "models").glob("*.py")):
            found = _CLASS.search(file.read_text(encoding="utf-8"))
            if found and "Enum" not in found[2]:
                base = self.name_of(found[2].split(",")[0].strip())
                children.setdefault(base, []).append(self.name_of(found[1]))
        return children

    def derived(self, name: str) -> list[str]:
        """The types that are derived from a type directly."""
        return [] if name == "entity" else self._children().get(name, [])

    def name_of(self, class_name: str) -> str:
        """A class's name in Graph."""
        plain = class_name.rstrip("_")
        return self._names.get(class_name, plain[0].lower() + plain[1:])

    def _read_model(self, file: Path) -> Model:
        text = file.read_text(encoding="utf-8")
        found = _CLASS.search(text)
        if found is None:
            message = f"{file.name} has no class"
            raise ValueError(message)
        first = found[2].split(",")[0].strip()
        model = Model(self.name_of(found[1]))
        if "Enum" in found[2]:
            model.members = _MEMBER.findall(text)
            return model
        model.base = "" if first in {"AdditionalDataHolder", "Parsable"} else self.name_of(first)
        written = {name: how for how, name in _WRITTEN.findall(text)}
        for name, how, argument in _FIELD.findall(text):
            one = self._field(how, argument, written.get(name))
            if one:
                model.fields[name] = one
        return model

    def _field(self, how: str, argument: str, written: str | None) -> Field | None:
        """What a reading call reads. A flags enumeration is read as a list and written as one."""
        kind = how.removeprefix("get_").removesuffix("_value").removesuffix("_values")
        many = kind.startswith("collection_of")
        if many and kind.endswith("enum") and written == "write_enum_value":
            many = False
            self._mark_flags(argument)
        if kind in _PRIMITIVES:
            return Field(_PRIMITIVES[kind], is_collection=False, is_written=bool(written))
        if kind.endswith("primitive"):
            return Field(_PRIMITIVES[argument], is_collection=True, is_written=bool(written))
        if not argument:
            return None
        return Field(self.name_of(argument), is_collection=many, is_written=bool(written))

    def _mark_flags(self, class_name: str) -> None:
        model = self.model(self.name_of(class_name))
        if model:
            model.is_flags = True

    def _verb(self, text: str, file: Path, method: str, body: str, returned: str) -> Verb:
        imports = {name: module for module, name in _IMPORT.findall(text)}
        parameters = self._local(file, imports, body) if body else None
        name = re.sub(r"Optional\[(.*)\]", r"\1", returned)
        return Verb(method.upper(), parameters, self._returned(file, imports, name))

    def _local(self, file: Path, imports: dict[str, str], name: str) -> dict[str, Field] | None:
        """The fields of a body or an answer that only one path has; None for a model's."""
        module = imports.get(name, "")
        if not module.startswith(".") or module.startswith("..") or name == "bytes":
            return None
        beside = file.parent / f"{module.lstrip('.')}.py"
        return self._read(beside).fields if beside.exists() else None

    def _returned(self, file: Path, imports: dict[str, str], name: str) -> Field | None:
        if name == "None":
            return None
        if name == "bytes":
            return Field("Stream", is_collection=False, is_written=False)
        if name in _PRIMITIVES:
            return Field(_PRIMITIVES[name], is_collection=False, is_written=False)
        fields = self._local(file, imports, name)
        if fields is not None:
            return fields.get("value")
        if name.endswith("CollectionResponse"):
            inner = self.model(self.name_of(name))
            return inner.fields.get("value") if inner else None
        return Field(self.name_of(name), is_collection=False, is_written=False)
