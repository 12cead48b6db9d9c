"""Devices and an administrator that ask again until they are answered, and what they know then."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT = 30  # seconds that an answer may take
PATIENCE = 120  # seconds that a request is asked again
DEVICES = "/v1.0/deviceManagement/managedDevices"


class NotAnsweredError(Exception):
    """Nobody answered within `PATIENCE`, or the answer is none that a client can go on with."""


@dataclass
class Device:
    """A device, as it knows itself. `kept` is the last value that was acknowledged to it."""

    number: int
    id: str = ""
    token: str = ""
    kept: int = 0
    asked: int = 0
    acknowledged: int = 0
    orders: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    def value(self, number: int) -> str:
        """The counter as the fact that is told."""
        return f"18.{number}"


class Client:
    """One connection at a time; a request that got no answer, or a 503, is asked again."""

    def __init__(self, url: str, counts: Counter[str]) -> None:
        self._address = str(urlsplit(url).netloc)
        self._counts = counts
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, Any]:
        """Status and JSON of an answer. Raises NotAnsweredError."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            told = self.once(method, path, headers, body)
            if told is not None:
                return told
        raise NotAnsweredError(f"no answer within {PATIENCE} s")

    def once(
        self, method: str, path: str, headers: dict[str, str], body: str
    ) -> tuple[int, Any] | None:
        """Ask once; None without an answer. Raises NotAnsweredError for a 500."""
        self._counts["requests"] += 1
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self._counts["unanswered"] += 1
            self.close()
            time.sleep(0.05)
            return None
        if answer.status == 503:
            self._counts["unavailable"] += 1
            if answer.headers["Retry-After"] is None:
                raise NotAnsweredError("503 without Retry-After")
            time.sleep(0.2)
            return None
        if answer.status >= 500:
            raise NotAnsweredError(f"{answer.status} from {method} {path}: {data[:300]!r}")
        return answer.status, json.loads(data) if data else {}

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def bearer(token: str) -> dict[str, str]:
    """The headers of a JSON request with this token."""
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def sign_in(client: Client, ready: dict[str, Any], name: str) -> str:
    """The access token of the ready file's `user` or `admin`."""
    form = {
        "client_id": ready["client_id"],
        "scope": "https://graph.microsoft.com/.default",
        "grant_type": "password",
        "username": ready[f"{name}_upn"],
        "password": ready[f"{name}_password"],
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/{ready['tenant_id']}/oauth2/v2.0/token"
    status, told = client.ask("POST", path, headers, urlencode(form))
    if status != 200:
        raise NotAnsweredError(f"{status} at signing in")
    return str(told["access_token"])


class Fleet:
    """Devices that several threads see to, each those of its own, until they are told to stop."""

    def __init__(self, ready: dict[str, Any], number: int, threads: int) -> None:
        self.devices = [Device(each) for each in range(number)]
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.asked_orders: Counter[int] = Counter()
        self.told_orders: Counter[int] = Counter()
        self._ready = ready
        self._stop = threading.Event()
        self._enrolled = threading.Barrier(threads + 1)
        parts = [self.devices[each::threads] for each in range(threads)]
        self._threads = [threading.Thread(target=self._run, args=(part,)) for part in parts]
        self._threads.append(threading.Thread(target=self._run_admin))

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def await_enrolled(self, seconds: float) -> None:
        """Return when every device has enrolled. Raises BrokenBarrierError after `seconds`."""
        self._enrolled.wait(seconds)

    def stop(self) -> None:
        """End after the requests that are under way: what is unanswered then stays so."""
        self._stop.set()
        self._enrolled.abort()
        for thread in self._threads:
            thread.join()

    def settle(self) -> None:
        """When nothing is killed any more: carry out the orders that are open."""
        client = Client(self._ready["http_url"], Counter())
        for device in (self.devices[number] for number in self.asked_orders):
            for _ in range(4):
                self._check_in(client, device, is_last=True)
                if not device.orders:
                    break
        client.close()

    def _run(self, devices: list[Device]) -> None:
        client = Client(self._ready["http_url"], self.counts)
        try:
            user = sign_in(client, self._ready, "user")
            for device in devices:
                if self._stop.is_set():
                    return
                self._enroll(client, device, user)
            self._enrolled.wait()
            while not self._stop.is_set():
                for device in devices:
                    if self._stop.is_set():
                        break
                    self._check_in(client, device)
        except threading.BrokenBarrierError:
            pass
        except Exception as error:
            self.faults.append(f"a device's thread: {type(error).__name__}: {error}")
            self._enrolled.abort()
        finally:
            client.close()

    def _enroll(self, client: Client, device: Device, user: str) -> None:
        """Enroll; hardware that enrolled without an answer is known again by its serial number."""
        facts = {"serialNumber": f"CRASH-{device.number:06}", "osVersion": device.value(0)}
        body = {"platform": "ios", "enrollmentType": "appleBulkWithUser", "facts": facts}
        status, told = client.ask("POST", "/mdm/v1/enrollments", bearer(user), json.dumps(body))
        if status != 201:
            raise NotAnsweredError(f"{status} at enrolling: {told}")
        device.id, device.token = told["id"], told["deviceToken"]
        self.counts["enrolled"] += 1

    def _check_in(self, client: Client, device: Device, *, is_last: bool = False) -> None:
        """Tell the next value and the results of what was ordered, until there is an answer."""
        device.asked = device.kept + 1
        results = [{"id": each, "status": "done"} for each in device.orders]
        until = time.monotonic() + PATIENCE
        while True:
            body = {"facts": {"osVersion": device.value(device.asked)}, "results": results}
            answered = client.once(
                "POST", "/mdm/v1/check-ins", bearer(device.token), json.dumps(body)
            )
            if answered is not None and answered[0] == 409 and results:
                # What was not answered was done all the same: each result is told once.
                self.counts["done already"] += len(results)
                device.done.update(device.orders)
                results = []
            elif answered is not None:
                break
            elif self._stop.is_set() and not is_last:
                return
            if time.monotonic() > until:
                raise NotAnsweredError(f"no answer within {PATIENCE} s")
        status, told = answered
        if status != 200:
            raise NotAnsweredError(f"{status} at a check-in: {told}")
        device.kept = device.asked
        device.acknowledged += 1
        device.done.update(each["id"] for each in results)
        device.orders = [each["id"] for each in told["orders"]]
        self.counts["check-ins"] += 1
        if twice := device.done.intersection(device.orders):
            self.faults.append(f"{len(twice)} orders were handed out after they were done")

    def _run_admin(self) -> None:
        client = Client(self._ready["http_url"], self.counts)
        try:
            admin = sign_in(client, self._ready, "admin")
            self._enrolled.wait()
            number = 0
            while not self._stop.is_set():
                device = self.devices[(number * 7919) % len(self.devices)]
                number += 1
                self.asked_orders[device.number] += 1
                path = f"{DEVICES}/{device.id}/syncDevice"
                answered = client.once("POST", path, bearer(admin), "{}")
                if answered is not None:
                    if answered[0] != 204:
                        raise NotAnsweredError(f"{answered[0]} at an order: {answered[1]}")
                    self.told_orders[device.number] += 1
                    self.counts["orders"] += 1
                self._stop.wait(0.02)
        except threading.BrokenBarrierError:
            pass
        except Exception as error:
            self.faults.append(f"the administrator's thread: {type(error).__name__}: {error}")
        finally:
            client.close()
