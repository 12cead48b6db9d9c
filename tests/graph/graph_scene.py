"""A tenant with objects in many sets, and short ways to ask about them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from graph.graph_bodies import body, concrete
from graph.graph_tables import BLOCK, Item

from mdm_sim.graph.edm.model import model
from mdm_sim.graph.resolving import resolve


class Scene(SimpleNamespace):
    """A tenant with some objects in every set of the tables."""

    def ask(self, method: str, url: str, json: Any = None, **options: str) -> Any:
        answer = self.client.open(
            url, method=method, headers=self.headers, json=json, query_string=options or None
        )
        assert answer.status_code < 300, (method, url, options, answer.text)
        return answer.json if answer.data else None

    def every(self, url: str, **options: str) -> list[Item]:
        """A list, page after page."""
        page = self.ask("GET", url, **options)
        items = list(page["value"])
        while "@odata.nextLink" in page:
            page = self.ask("GET", page["@odata.nextLink"])
            assert page["value"]
            items += page["value"]
        return items

    def make(self, version: str, path: str, turn: int) -> str:
        """A new object of a set, with a name of its own; its id."""
        target = resolve(model(version), path)
        assert target is not None
        given = body(model(version), target.kind, turn)
        for name in ("displayName", "name", "appleIdentifier", "organizationName"):
            if name in given:
                given[name] = f"{'abc'[turn % 3]} {name} {turn}"
        if path.endswith("deviceCompliancePolicies"):
            given["scheduledActionsForRule"] = [BLOCK]
        made = self.ask("POST", f"/{version}/{path}", given)
        for name, navigation in concrete(target.kind).navigations.items():
            if name in {"settings", "apps", "presentations", "definitionValues"}:
                inner = model(version).types[navigation.kind]
                url = f"/{version}/{path}/{made['id']}/{name}"
                self.ask("POST", url, body(model(version), inner, turn))
        return str(made["id"])
