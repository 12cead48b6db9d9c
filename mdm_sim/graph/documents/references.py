"""Where the objects that others refer to are kept: the homes of types, and paths of many homes."""

from __future__ import annotations

from mdm_sim.graph.documents.tables import DAM, DM
from mdm_sim.graph.edm.model import Model, Type

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


class Homes:
    """The paths of a version's types."""

    def __init__(self, model: Model) -> None:
        """Of several paths the first is a type's home."""
        self._homes: dict[str, str] = {}
        for root in (DM, DAM):
            for navigation in model.types[root].navigations.values():
                path = f"{root}/{navigation.name}"
                if navigation.is_collection and path not in VIEWS:
                    self._homes.setdefault(navigation.kind, path)
        for name, shape in model.roots.items():
            self._homes.setdefault(shape.kind, name)

    def of(self, kind: str) -> str:
        """The path where objects of a type are kept."""
        return self._homes.get(kind, "")

    def paths(self, path: str) -> tuple[str, ...]:
        """The paths whose objects a path shows: itself, or those of a view, with what is below."""
        for view, homes in VIEWS.items():
            if path == view or path.startswith(f"{view}/"):
                return tuple(f"{home}{path[len(view) :]}" for home in homes.values())
        return (path,)

    def among(self, path: str, kind: Type) -> str:
        """Where an object of a type belongs that is made at a path."""
        homes = VIEWS.get(path, {})
        return next((homes[name] for name in kind.lineage if name in homes), path)
