"""A tenant filled over Graph, as an administrator's tools would fill it."""

from __future__ import annotations

import re
from typing import Any

import requests
from clients.tenant_objects import ASSIGNED, GROUPS, OBJECTS, SINGLE

INTENTS = "deviceManagement/intents"


class Graph:
    """Graph's beta version with a token of the application."""

    def __init__(self, base_url: str, session: requests.Session, token: str) -> None:
        self.root = f"{base_url}/beta"
        self.session = session
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer's JSON. Raises AssertionError for any refusal."""
        url = path if path.startswith("https:") else f"{self.root}/{path}"
        answer = self.session.request(method, url, headers=self.headers, json=body, timeout=30)
        assert answer.ok, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else {}


def named(value: Any, ids: dict[str, str]) -> Any:
    """A body with ids in the place of names."""
    if isinstance(value, dict):
        return {name: named(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [named(each, ids) for each in value]
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        return ids[value[1:]]
    return re.sub(r"\(@(\w+)\)", lambda found: f"('{ids[found[1]]}')", value)


def seed(graph: Graph) -> dict[str, str]:
    """Make everything there is; returns where each object is, by its name."""
    ids, places, last = {}, {}, ""
    for number, name in enumerate(GROUPS):
        group = {"displayName": name, "mailNickname": f"group{number}"}
        made = graph.ask("POST", "groups", {**group, "mailEnabled": False, "securityEnabled": True})
        ids[name], places[name] = made["id"], f"groups/{made['id']}"
    for path, body in OBJECTS:
        made = graph.ask("POST", path.replace("{}", last), named(body, ids))
        if "{}" not in path:
            last, name = made["id"], body.get("displayName") or body.get("name") or made["id"]
            ids[name] = last
            collection = INTENTS if path.endswith("/createInstance") else path
            places[name] = f"{collection}/{last}"
    for name, (action, key, assignments) in ASSIGNED.items():
        bodies = [{key: assignments}] if key else assignments
        for body in bodies:
            graph.ask("POST", f"{places[name]}/{action}", named(body, ids))
    for path, body in SINGLE.items():
        graph.ask("PATCH", path, body)
    return places
