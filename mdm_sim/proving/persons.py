"""Phases about a person: what is held on them is told, and erased, with all that hangs on it."""

from __future__ import annotations

import base64

from mdm_sim.policy.context import Ownership, Platform
from mdm_sim.policy.facts import Kind
from mdm_sim.proving.endings import ADMIN_ROW, ORDERS_ROW, order
from mdm_sim.proving.stage import BETA_DEVICES, Stage


def comes(stage: Stage) -> None:
    """Three people come, each with a device, an app and an open order."""
    for who in ("leaver", "claimant", "sleeper"):
        _create(stage, who)


def _create(stage: Stage, who: str) -> None:
    """A user: name and UPN are kept while there is one, the password and the rest never."""
    make = stage.ledger.name
    upn = f"{make(ADMIN_ROW, 'part of a UPN')}@mdmsim.example"
    name = make("user.display_name", "display name")
    password = make(ADMIN_ROW, "password")
    body = {
        "displayName": name,
        "userPrincipalName": upn,
        "passwordProfile": {"password": password},
        "givenName": make(ADMIN_ROW, "property that is not kept"),
        "mobilePhone": stage.ledger.make(Kind.PHONE, ADMIN_ROW, "property that is not kept"),
        "accountEnabled": True,
        **stage.offers.unknown_members(),
    }
    user_id = stage.callers.ask("POST", "/v1.0/users", body)["id"]
    for value in (name, upn.partition("@")[0]):
        stage.ledger.hold(value, ("user", user_id))
    stage.made |= {who: user_id, f"{who} upn": upn}
    device = stage.enroll(
        f"{who} device",
        Platform.IOS,
        "userEnrollment",
        Ownership.PERSONAL,
        upn=upn,
        token=stage.token_of(upn, password),
    )
    stage.register(f"{who} app", Platform.IOS, device)
    order(stage, device, "sendCustomNotificationToCompanyPortal", ("notificationBody",))


def another_user(stage: Stage) -> None:
    """A device gets another primary user: what it told of the one before is gone."""
    record = stage.need("corporate macos")
    upn = next(each for each in map(stage.user, range(2)) if each != record.upn)
    other = stage.callers.ask("GET", f"/v1.0/users/{upn}")["id"]
    link = {"@odata.id": f"https://graph.microsoft.com/beta/users/{other}"}
    stage.callers.ask("POST", f"{BETA_DEVICES}/{record.id}/users/$ref", link)
    stage.model.hand_over(record, upn)


def exported(stage: Stage) -> None:
    """What is held on them is told, by both doors that tell it."""
    for who in ("leaver", "claimant"):
        name = {"userPrincipalName": stage.made[f"{who} upn"]}
        stage.callers.ask("POST", "/privacy/v1/rights/export", name)
        path = f"/v1.0/users/{stage.made[who]}/exportDeviceAndAppManagementData"
        stage.callers.ask("GET", path)
        stage.callers.ask("GET", f"{path}/content")


def deleted(stage: Stage) -> None:
    """One is deleted, and waits among the deleted users."""
    stage.callers.ask("DELETE", f"/v1.0/users/{stage.made['leaver']}")
    stage.callers.ask("GET", "/v1.0/directory/deletedItems")


def erased(stage: Stage) -> None:
    """Both are erased: one out of the deleted users, one at their own request."""
    stage.callers.ask("DELETE", f"/v1.0/directory/deletedItems/{stage.made['leaver']}")
    name = {"userPrincipalName": stage.made["claimant upn"]}
    stage.callers.ask("POST", "/privacy/v1/rights/erase", name)
    for who in ("leaver", "claimant"):
        stage.end(stage.need(f"{who} device"))
        stage.end(stage.need(f"{who} app"))
        stage.ledger.drop([("user", stage.made[who])])


def query_answered(stage: Stage) -> None:
    """A device is queried and answers: its answer stands in no file."""
    stage.switch(deviceQuery=True)
    device = stage.need("joined windows")
    text = stage.ledger.name(ORDERS_ROW, "text of a query")
    body = {"query": base64.b64encode(text.encode()).decode()}
    stage.ledger.hold(text, ("orders", device.id))
    path = f"{BETA_DEVICES}/{device.id}"
    stage.made["query"] = str(stage.callers.ask("POST", f"{path}/createQuery", body)["id"])
    orders = stage.check_in(device)["orders"]
    rows = [{"ProductName": stage.ledger.make(Kind.TEXT, "optional.device_query", "answer")}]
    results = [{"id": each["id"], "status": "done", "detail": rows} for each in orders]
    stage.check_in(device, results=results)
    stage.ledger.drop([("orders", device.id)])
    stage.ledger.hold(rows, ("query", device.id))


def query_read(stage: Stage) -> None:
    """The answer is read, once, and is nowhere afterwards; what nobody reads is gone with time."""
    device = stage.need("joined windows")
    path = f"{BETA_DEVICES}/{device.id}/queryResults/{stage.made['query']}"
    stage.callers.ask("GET", path)
    stage.switch(deviceQuery=False)
    stage.ledger.drop([("query", device.id)])
