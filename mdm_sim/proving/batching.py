"""Batches: requests in one, with canaries in every part of each; and batches that are none."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from mdm_sim.policy.facts import Kind
from mdm_sim.proving.answers import Answer
from mdm_sim.proving.callers import JSON
from mdm_sim.proving.carrying import HEADERS_ROW, PATH_ROW, QUERY_ROW, Load, Pool
from mdm_sim.proving.routes import VERSIONS
from mdm_sim.proving.stage import Made, Stage

BATCH_ROW = "(parts of batches)"
_SET = "deviceManagement/deviceCategories"
_JSON = {"Content-Type": JSON}
Take = Callable[[str], str]


def batches(stage: Stage) -> None:
    """Batches to both versions, by an administrator, by nobody and by a user."""
    pool = Pool(stage.ledger)
    for version in VERSIONS:
        _make(stage, Batch(stage, version, Load(pool), stage.callers.admin_token))
        for place in range(len(_bad(str))):
            batch = Batch(stage, version, Load(pool), stage.callers.admin_token)
            batch.send(_bad(batch.take)[place])
        for token in (pool.take(HEADERS_ROW, "Authorization"), stage.token_of(stage.user(0))):
            batch = Batch(stage, version, Load(pool), token)
            batch.send({"requests": list(batch.parts())})


def _make(stage: Stage, batch: Batch) -> None:
    """A batch of which one part makes a document and the others fail."""
    ledger = stage.ledger
    names = {
        name: ledger.name(BATCH_ROW, f"{name} of a document")
        for name in ("displayName", "description")
    }
    correlation = ledger.make(Kind.GUID, HEADERS_ROW, "client-request-id of a part")
    making = {
        "id": f"{batch.name}-made",
        "method": "POST",
        "url": f"/{_SET}",
        "headers": {**_JSON, "client-request-id": str(UUID(correlation))},
        "body": {**names, f"@{batch.take('annotation')}": 1},
    }
    made, *_ = batch.send({"requests": [making, *batch.parts()]})
    holder = ("document", str(made.json["id"]))
    ledger.hold(list(names.values()), holder, made.tick)
    ledger.hold(correlation, ("correlation", ""), made.tick)
    path = f"/{batch.version}/{_SET}/{holder[1]}"
    stage.swept.append(Made(path, holder, is_document=True))


@dataclass(slots=True)
class Batch:
    """One batch of a caller, and what it carries."""

    stage: Stage
    version: str
    load: Load
    token: str
    name: str = field(init=False)
    query: str = field(init=False)

    def __post_init__(self) -> None:
        """What the ids of its parts begin with, and what their queries hold."""
        self.name = self.take("id of a part")
        self.query = self.load(QUERY_ROW, "of a part")

    def take(self, how: str) -> str:
        """A canary for it."""
        return self.load(BATCH_ROW, how)

    def parts(self) -> Iterator[dict[str, Any]]:
        """Requests that are refused or find nothing, with canaries in all that they have."""
        text, query, key = (
            self.take("header of a part"),
            self.query,
            self.load(PATH_ROW, "of a part"),
        )
        headers = {text: text, "Prefer": text, "If-Match": f'"{text}"', "ConsistencyLevel": text}
        body = {self.take("unknown name"): {self.take("nested name"): self.take("nested")}}
        coded = base64.b64encode(self.take("body in base64").encode()).decode()
        several: tuple[dict[str, Any], ...] = (
            {
                "method": "GET",
                "url": f"{_SET}?$filter=displayName eq '{query}'",
                "headers": headers,
            },
            {"method": "GET", "url": f"{_SET}/{key}?{query}={query}"},
            {"method": "GET", "url": f"{key}/{key}?$filter={query}"},
            {"method": "GET", "url": f"https://graph.microsoft.com/v1.0/{key}"},
            {"method": "POST", "url": _SET, "headers": _JSON, "body": body},
            {"method": "PATCH", "url": f"{_SET}/{key}", "headers": _JSON, "body": body},
            {"method": "POST", "url": "$batch", "headers": _JSON, "body": body},
            {"method": "PUT", "url": _SET, "headers": {"Content-Type": text}, "body": coded},
            {"method": "DELETE", "url": f"{_SET}/{key}", text: text},
        )
        for place, each in enumerate(several):
            yield {"id": f"{self.name}-{place}", **each}

    def send(self, body: Mapping[str, Any]) -> list[Answer]:
        """Send it; what it answers to its parts is searched as answers of their own routes."""
        callers, number = self.stage.callers, self.load.pool.number
        answer = callers.send(
            "POST",
            f"/{self.version}/$batch",
            body,
            token=self.token,
            echoed={"batch": frozenset({number(self.name)})},
        )
        self.stage.routes.passed[answer.route] += len(self.load.numbers)
        told = answer.json
        sent = {each["id"]: each for each in body.get("requests", ()) if isinstance(each, dict)}
        inner = []
        for part in told.get("responses", ()):
            request = sent[part["id"]]
            path = f"/{self.version}/{request['url'].lstrip('/')}"
            found = self.stage.routes.find(request["method"], path)
            text = orjson.dumps(part.pop("body", None))
            echoed = {"query": frozenset({number(self.query)})}
            inner.append(
                Answer(
                    found[0],
                    answer.tick,
                    int(part["status"]),
                    b"",
                    text,
                    found[1],
                    answer.by_admin,
                    echoed=echoed,
                )
            )
        if told:
            answer.body = orjson.dumps(told)
        callers.answers += inner
        return inner


def _bad(take: Take) -> list[dict[str, Any]]:
    """Batches that are refused whole."""
    text = take("in a bad batch")
    part: dict[str, Any] = {"id": text, "method": "GET", "url": f"/{text}"}
    return [
        {text: text},
        {"requests": text},
        {"requests": [text]},
        {"requests": [{**part, "method": text}]},
        {"requests": [{**part, "url": {text: text}}]},
        {"requests": [{**part, "headers": {text: [text]}}]},
        {"requests": [{**part, "body": {text: text}}]},
        {"requests": [part, part]},
        {"requests": [{**part, "dependsOn": [f"{text}1"]}]},
        {"requests": [{**part, "id": text * 9}]},
        {"requests": [{**part, "id": f"{text}{place}"} for place in range(21)]},
        {"requests": [{**part, "body": f"{text}!", "headers": {"Content-Type": "text/plain"}}]},
    ]
