"""Check-ins over time: say what is new, obey the orders, tell at once what came of them."""

from dataclasses import dataclass, field, replace
from typing import Any

from mdm_devices.facts import Facts
from mdm_devices.orders import Reply, Situation, obey
from mdm_devices.personas import Fleet
from mdm_devices.roster import GONE, Entry
from mdm_devices.rounds import changes
from mdm_devices.wire import RefusedError, UnreachableError, Wire

DOORS = {"mdm": "/mdm/v1/check-ins", "mam": "/mam/v1/check-ins"}
LEAVING = {"mdm": "/mdm/v1/enrollments/self", "mam": "/mam/v1/registrations/self"}
MOST_FOLLOW_UPS = 8
GONE_STATUS = 410


@dataclass
class Story:
    """What a device has been through in this run."""

    entry: Entry
    check_ins: int = 0
    orders: list[dict[str, str]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    sent: int = 0
    notices: int = 0
    error: str | None = None

    @property
    def gone(self) -> bool:
        """Whether the device was retired or wiped, or has left."""
        return self.entry.state == GONE

    def to_json(self) -> dict[str, Any]:
        """The device as `mdm-devices run --json` prints it."""
        told: dict[str, Any] = {
            "index": self.entry.index,
            "id": self.entry.id,
            "checkIns": self.check_ins,
            "orders": self.orders,
            "notices": self.notices,
            "gone": self.gone,
        }
        return told | ({"error": self.error} if self.error else {})


def visit(fleet: Fleet, wire: Wire, story: Story) -> Story:
    """One round of a device: a check-in, and one more for each batch of orders."""
    story.error = None
    number = story.entry.rounds + 1
    situation = Situation(fleet, fleet.device(story.entry.index), number)
    try:
        _talk(wire, story, situation)
        story.entry = replace(story.entry, rounds=number)
    except RefusedError as error:
        if error.status == GONE_STATUS:
            story.entry = replace(story.entry, state=GONE)
        else:
            story.error = error.code
    except UnreachableError:
        story.error = "unreachable"
    return story


def _talk(wire: Wire, story: Story, situation: Situation) -> None:
    news = changes(situation.fleet, situation.device, situation.number)
    orders = _check_in(wire, story, news, [])
    for _ in range(MOST_FOLLOW_UPS):
        if not orders or story.gone:
            return
        facts: Facts = {}
        results = []
        for order in orders:
            reply = _obey(story, situation, order)
            facts |= reply.facts
            results.append(_result(order, reply))
        orders = _check_in(wire, story, facts, results)


def _check_in(
    wire: Wire, story: Story, facts: Facts, results: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    body = {"facts": facts, "results": results}
    answer = wire.post(DOORS[story.entry.workload], story.entry.token, body)
    story.check_ins += 1
    story.sent += len(facts)
    story.milliseconds.append(answer.milliseconds)
    story.receipts.append(answer.body.get("receipt") or {})
    for notice in answer.body.get("notices") or []:
        _heed(story, notice)
    return list(answer.body.get("orders") or [])


def _heed(story: Story, notice: dict[str, Any]) -> None:
    """The user is told something; a device knows from it whose it is now."""
    story.notices += 1
    if notice.get("kind") == "ownershipChanged":
        story.entry = replace(story.entry, ownership=notice.get("ownership"))


def _obey(story: Story, situation: Situation, order: dict[str, Any]) -> Reply:
    action = str(order.get("action"))
    known = replace(situation, ownership=story.entry.ownership)
    present = known.renamed(story.entry.renamed)
    reply = obey(present, action, order.get("parameters") or {})
    story.orders.append({"action": action, "status": reply.status})
    if action == "setDeviceName" and reply.facts:
        story.entry = replace(story.entry, renamed=reply.facts["deviceName"])
    if reply.gone:
        story.entry = replace(story.entry, state=GONE)
    return reply


def _result(order: dict[str, Any], reply: Reply) -> dict[str, Any]:
    return {"id": str(order.get("id")), "status": reply.status, "detail": reply.detail}


def leave(wire: Wire, story: Story) -> Story:
    """The device ends its own enrollment."""
    try:
        wire.delete(LEAVING[story.entry.workload], story.entry.token)
    except RefusedError as error:
        if error.status != GONE_STATUS:
            story.error = error.code
            return story
    except UnreachableError:
        story.error = "unreachable"
        return story
    story.entry = replace(story.entry, state=GONE)
    return story
