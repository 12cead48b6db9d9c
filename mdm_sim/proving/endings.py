"""Phases in which something ends: orders, records, users, the process itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdm_sim.policy.facts import Kind
from mdm_sim.proving.model import Record
from mdm_sim.proving.stage import BETA_DEVICES, DEVICES, Stage

ORDERS_ROW = "(an order's parameters)"
ADMIN_ROW = "(what an administrator writes)"
# Actions with parameters of their own, by the record they are asked of.
PARAMETERS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "corporate ios": (
        ("enableLostMode", ("message", "phoneNumber", "footer")),
        ("setDeviceName", ("deviceName",)),
        ("sendCustomNotificationToCompanyPortal", ("notificationTitle", "notificationBody")),
    ),
    "corporate windows": (("activateDeviceEsim", ("carrierUrl",)),),
    "corporate ipados": (("deleteUserFromSharedAppleDevice", ("userPrincipalName",)),),
    "corporate macos": (("wipe", ("macOsUnlockCode",)),),
}


def order(stage: Stage, record: Record, action: str, names: tuple[str, ...] = ()) -> None:
    """An administrator orders an action, with a canary in every parameter.

    Before, with another one in a parameter that there is not, which is refused.
    """
    path, make = f"{BETA_DEVICES}/{record.id}/{action}", stage.ledger.make
    refused = {name: make(Kind.TEXT, ORDERS_ROW, "refused with it") for name in names}
    stage.callers.send(
        "POST",
        path,
        refused | stage.offers.unknown_members(),
        token=stage.callers.admin_token,
    )
    body = {name: make(Kind.TEXT, ORDERS_ROW, f"{action}/{name}") for name in names}
    stage.callers.ask("POST", path, body)
    stage.ledger.hold(body, ("orders", record.id))


def orders_asked(stage: Stage) -> None:
    """Orders with parameters, of which one is handed out and one is replaced by another."""
    for name, actions in PARAMETERS.items():
        for action, names in actions:
            order(stage, stage.need(name), action, names)
    stage.check_in(stage.need("corporate ios"))


def orders_done(stage: Stage) -> None:
    """The orders are carried out: their parameters are gone. A wipe that is done ends all."""
    for name in PARAMETERS:
        record = stage.need(name)
        carry_out(stage, record)
        stage.ledger.drop([("orders", record.id)])
    stage.end(stage.need("corporate macos"))


def carry_out(stage: Stage, record: Record, facts: dict[str, Any] | None = None) -> None:
    """A record takes its orders and says that they are done, with words and facts too late."""
    orders = stage.check_in(record)["orders"]
    done = [
        {
            "id": each["id"],
            "status": "done",
            "detail": {"text": stage.ledger.make(Kind.TEXT, ORDERS_ROW, "detail of a result")},
        }
        for each in orders
    ]
    body = {"facts": facts or {}, "results": done}
    stage.callers.tell("POST", record.door, body, record.token, subject=record.id)


def device_leaves(stage: Stage) -> None:
    """A device unenrolls and its app stays: only app protection is left on it."""
    record = stage.need("corporate android")
    stage.callers.tell("DELETE", "/mdm/v1/enrollments/self", None, record.token, record.id)
    stage.end(record)


def retired_and_wiped(stage: Stage) -> None:
    """A device is retired, one is wiped, and an app's registration is wiped."""
    for name, action in (("personal ios", "retire"), ("corporate windows", "wipe")):
        record = stage.need(name)
        order(stage, record, action)
        carry_out(stage, record, stage.fresh(record))
        stage.end(record)
    app = stage.need("app android")
    body = {"deviceTag": app.facts["deviceTag"]}
    path = f"/v1.0/users/{app.upn}/wipeManagedAppRegistrationsByDeviceTag"
    stage.callers.ask("POST", path, body)
    carry_out(stage, app)
    stage.end(app)


def deleted(stage: Stage) -> None:
    """An administrator deletes devices; one hears of it, with a last report of everything."""
    for name in ("personal android", "corporate ios"):
        record = stage.need(name)
        stage.callers.ask("DELETE", f"{DEVICES}/{record.id}")
        token, last = record.token, stage.fresh(record)
        stage.end(record)
        answer = stage.callers.tell(
            "POST", "/mdm/v1/check-ins", {"facts": last}, token, subject=record.id
        )
        results = [{"id": each["id"], "status": "done"} for each in answer["orders"]]
        if name == "personal android":
            stage.callers.tell(
                "POST", "/mdm/v1/check-ins", {"facts": last, "results": results}, token
            )
    app = stage.need("app windows")
    stage.callers.tell("DELETE", "/mam/v1/registrations/self", None, app.token, app.id)
    stage.end(app)
