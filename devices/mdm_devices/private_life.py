"""What no organisation may collect, and what none has heard of; devices send it all the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mdm_devices.apps import invented_name
from mdm_devices.draw import Draw
from mdm_devices.identifiers import contact_number
from mdm_devices.pools import Pools

Facts = dict[str, Any]


@dataclass(frozen=True)
class Life:
    """Where the private facts of one person come from."""

    draw: Draw
    pools: Pools
    clock: datetime

    def name(self) -> str:
        """A full name."""
        return f"{self.draw.pick(self.pools.first_names)} {self.draw.pick(self.pools.last_names)}"

    def mailbox(self, domain: str) -> str:
        """An address that only this person has."""
        words = self.name().lower().replace(" ", ".").encode("ascii", "ignore").decode()
        return f"{words}.{self.draw.hex(6)}@{domain}"

    def moment(self) -> str:
        """A time in the month before the fleet's clock, ISO 8601."""
        return iso(self.clock - timedelta(seconds=self.draw.between(60, 2_592_000)))

    def sentence(self) -> str:
        """A line of Dutch or English of nine words."""
        return self.draw.pick(self.pools.sentences)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _call(life: Life) -> Facts:
    return {
        "name": life.name(),
        "number": contact_number(life.draw),
        "seconds": life.draw.between(3, 4000),
        "at": life.moment(),
    }


def _visit(life: Life) -> str:
    return f"https://www.{invented_name(life.draw).lower()}.example/{life.draw.hex(8)}"


def _message(life: Life) -> Facts:
    return {"from": contact_number(life.draw), "text": life.sentence(), "at": life.moment()}


def _contact(life: Life) -> Facts:
    return {
        "name": life.name(),
        "phone": contact_number(life.draw),
        "email": life.mailbox("example.net"),
    }


def _password(life: Life) -> Facts:
    site = f"{invented_name(life.draw).lower()}.example"
    return {"site": site, "password": f"{invented_name(life.draw)}!{life.draw.digits(5)}"}


def _event(life: Life) -> Facts:
    place = f"{life.draw.pick(life.pools.companies)}, {life.draw.pick(life.pools.cities)}"
    return {"title": life.sentence(), "place": place, "at": life.moment()}


def _photo(life: Life) -> Facts:
    taken = life.moment()
    return {"file": f"IMG_{life.draw.hex(8)}.HEIC", "caption": life.sentence(), "takenAt": taken}


LISTS: dict[str, Callable[[Life], Any]] = {
    "callHistory": _call,
    "browsingHistory": _visit,
    "textMessages": _message,
    "contacts": _contact,
    "personalAccountPasswords": _password,
    "calendarEvents": _event,
    "photos": _photo,
}
NEVER_COLLECTED = ("personalEmail", *LISTS)
UNKNOWN = ("favouriteColour", "bodyTemperature", "secretNickname")


def never_collected(life: Life) -> Facts:
    """All eight facts that are never collected."""
    facts: Facts = {"personalEmail": life.mailbox("example.org")}
    return facts | {
        name: [entry(life) for _ in range(life.draw.between(1, 3))] for name, entry in LISTS.items()
    }


def unknown(life: Life) -> Facts:
    """Facts in no catalogue."""
    return {
        "favouriteColour": f"{invented_name(life.draw)}-{life.draw.hex(4)}",
        "bodyTemperature": life.draw.between(36_000, 38_999) / 1000,
        "secretNickname": invented_name(life.draw) + life.draw.hex(4),
    }
