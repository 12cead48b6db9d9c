"""Where the objects that others refer to are kept: the homes of types, and paths of many homes."""

from __future__ import annotations

from dataclasses import replace

from mdm_sim.graph.documents.tables import DAM, DM
from mdm_sim.graph.edm.model import Model, Type
from mdm_sim.graph.resolving import Place, Target

# Paths that show the objects of other paths, and where an object of a type belongs.
VIEWS: dict[str, dict[str, str]] = {
    f"{DAM}/managedAppPolicies": {
        "iosManagedAppProtection": f"{DAM}/iosManagedAppProtections",
        "androidManagedAppProtection": f"{DAM}/androidManagedAppProtections",
        "windowsManagedAppProtection": f"{DAM}/windowsManagedAppProtections",
        "defaultManagedAppProtection": f"{DAM}/defaultManagedAppProtections",
        "targetedManagedAppConfiguration": f"{DAM}/targetedManagedAppConfigurations",
        "mdmWindowsInformationProtectionPolicy": f"{DAM}/mdmWindowsInformationProtectionPolicies",
        "windowsInformationProtectionPolicy": f"{DAM}/windowsInformationProtectionPolicies",
    },
}
# Scripts of all kinds are assigned at one path: it takes the ids of the others too.
_SCRIPTS = f"{DM}/deviceManagementScripts"
_OTHER_SCRIPTS = (f"{DM}/deviceShellScripts", f"{DM}/deviceCustomAttributeShellScripts")


def view_of(path: str) -> str | None:
    """The view that a path begins with."""
    return next((view for view in VIEWS if f"{path}/".startswith(f"{view}/")), None)


def candidates(target: Target) -> tuple[str, tuple[str, ...]]:
    """A path with objects of several, and those paths, where what a target names may be."""
    path, operation = target.place.path, target.operation
    view = view_of(path)
    if view is not None:
        return view, tuple(VIEWS[view].values()) if target.place.keys else ()
    is_assigning = path == f"{_SCRIPTS}/assignments" or (
        path == _SCRIPTS and operation is not None and operation.name == "assign"
    )
    return _SCRIPTS, (_SCRIPTS, *_OTHER_SCRIPTS) if is_assigning else ()


def moved(target: Target, view: str, path: str) -> Target:
    """A target below a view, below the path where its object is kept."""
    return replace(target, place=_moved(target.place, view, path))


def _moved(place: Place, view: str, path: str) -> Place:
    if not f"{place.path}/".startswith(f"{view}/"):
        return place
    above = _moved(place.above, view, path) if place.above else None
    return replace(place, path=f"{path}{place.path[len(view) :]}", above=above)


# Types whose objects are kept below others and referred to nevertheless.
_WITHIN = {"groupPolicyPresentation": f"{DM}/groupPolicyDefinitions/presentations"}
# Types that several collections have objects of, and the one that others refer to.
_PREFERRED = {
    "deviceManagementConfigurationSettingDefinition": f"{DM}/configurationSettings",
}


class Homes:
    """The paths of a version's types."""

    def __init__(self, model: Model) -> None:
        """Of several paths the first is a type's home."""
        self._homes: dict[str, str] = dict(_PREFERRED)
        for root in (DM, DAM):
            for navigation in model.types[root].navigations.values():
                path = f"{root}/{navigation.name}"
                if navigation.is_collection and path not in VIEWS:
                    self._homes.setdefault(navigation.kind, path)
        for kind, path in (*self._homes.items(), *_WITHIN.items()):
            for name in model.types[kind].lineage[:-1] if kind in model.types else ():
                self._homes.setdefault(name, path)
        for name, shape in model.roots.items():
            self._homes.setdefault(shape.kind, name)

    def of(self, kind: str) -> str:
        """The path where objects of a type are kept."""
        return self._homes.get(kind, "")

    def paths(self, path: str) -> tuple[str, ...]:
        """The paths whose objects a path shows: itself, or those of a view, with what is below."""
        view = view_of(path)
        if view is None:
            return (path,)
        return tuple(f"{home}{path[len(view) :]}" for home in VIEWS[view].values())

    def among(self, path: str, kind: Type) -> str:
        """Where an object of a type belongs that is made at a path."""
        homes = VIEWS.get(path, {})
        return next((homes[name] for name in kind.lineage if name in homes), path)
