"""The steps of devices and apps: enroll, register, check in with results, unenroll."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from life.life_facts import APPS, IDENTIFIERS, TAGS, names, some_names
from life.life_kinds import TYPES, WAYS
from life.life_model import DirectoryDevice, Record
from life.life_scene import USERS, Scene, given, numbers, pick

from mdm_sim.policy.context import Ownership, Platform, Workload

consents = st.sampled_from((None, True, True, False))
_ENDING = {"retire", "wipe", "selectiveWipe"}


class Records(Scene):
    """What devices and apps do."""

    @initialize(ways=st.lists(st.sampled_from(WAYS), min_size=2, max_size=4), chosen=numbers)
    def begin(self, ways: list[tuple[str, Platform]], chosen: int) -> None:
        """Some devices are there, with everything that they know, and some apps on them."""
        for place, way in enumerate(ways):
            self.enroll(USERS[place % 3], way, None, chosen + place, True, by_token=False)
            self.register(USERS[place % 3], way[1], None, chosen + place, True, link=place % 2 == 0)

    @rule(
        user=st.sampled_from((*USERS, None)),
        way=st.sampled_from(WAYS),
        names=names,
        chosen=numbers,
        consent=consents,
        by_token=st.booleans(),
    )
    def enroll(
        self,
        user: str | None,
        way: tuple[str, Platform],
        names: frozenset[str] | None,
        chosen: int,
        consent: bool | None,
        by_token: bool,
    ) -> None:
        """A user, or an enrollment token of a user or of nobody, enrolls a device."""
        kind, platform = way
        if names is not None and TYPES[kind].joins:
            names |= {"azureADDeviceId"}
        said = self.facts(names, chosen)
        body = {"platform": platform, "facts": said, "diagnosticsConsent": consent}
        who: Any = user
        if user is None or by_token:
            if user is not None and not self.is_there(user):
                return
            who, body["enrollmentType"] = self._enrollment_token(kind, user), "enrollmentToken"
        else:
            body["enrollmentType"] = kind
        answer = self.service.ask("POST", "/mdm/v1/enrollments", body, who)
        same = self.model.same_hardware(platform, said)
        own = next((each for each in same if each.user == user), None)
        if user is not None and not self.is_there(user):
            assert answer.status_code == 403
        elif same and own is None:
            assert answer.status_code == 409
        else:
            assert answer.status_code == 201, answer.text
            self._enrolled(answer.json, own, user, way, said, bool(consent))

    def _enrollment_token(self, kind: str, user: str | None) -> dict[str, str]:
        upn = None
        if user is not None:
            found = self.service.insist(200, "GET", f"/v1.0/users/{user}")
            upn = found["userPrincipalName"]
        body = {"enrollmentType": kind, "userPrincipalName": upn, "expiresInSeconds": 60}
        body = {name: value for name, value in body.items() if value is not None}
        token = self.service.insist(201, "POST", "/mdm/v1/enrollment-tokens", body)["token"]
        return {"Authorization": f"Bearer {token}"}

    def _enrolled(
        self,
        told: dict[str, Any],
        own: Record | None,
        user: str | None,
        way: tuple[str, Platform],
        said: dict[str, Any],
        consent: bool,
    ) -> None:
        kind, platform = way
        assert (own.id if own else told["id"]) == told["id"]
        if own is None:
            own = Record(told["id"], "", Workload.MDM, platform, user, TYPES[kind].ownership)
            self.model.records.append(own)
        own.empty("visible")
        own.token, own.kind, own.consent = told["deviceToken"], kind, consent
        own.ownership = own.marked or TYPES[kind].ownership
        for app in self.model.live(Workload.MAM):
            if app.device is own:
                app.ownership = own.ownership
        self._join(TYPES[kind].joins, user, said)
        self._report(own, said)

    def _join(self, trust: str, user: str | None, said: dict[str, Any]) -> None:
        known = {each.device_id for each in self.model.directory.values()}
        if not trust or said["azureADDeviceId"] in known:
            return
        listed = self.service.insist(200, "GET", "/v1.0/devices?$top=999")["value"]
        (new,) = (item["id"] for item in listed if item["id"] not in self.model.directory)
        relations = ("registeredOwners", "registeredUsers") if user else ()
        owners = {(relation, str(user)) for relation in relations}
        self.model.directory[new] = DirectoryDevice(said["azureADDeviceId"], trust, owners)

    def _report(self, record: Record, said: dict[str, Any], *, was_asked: bool = False) -> None:
        now = record.seen_at = self.service.now()
        self.model.report(record, said, now, was_asked=was_asked)

    @rule(
        user=st.sampled_from(USERS),
        platform=st.sampled_from(Platform),
        names=names,
        chosen=numbers,
        consent=consents,
        link=st.booleans(),
    )
    def register(
        self,
        user: str,
        platform: Platform,
        names: frozenset[str] | None,
        chosen: int,
        consent: bool | None,
        link: bool,
    ) -> None:
        """A user's app registers, on a device of theirs or on one that nobody manages."""
        owned = [each for each in self.model.visible(Workload.MDM) if each.user is not None]
        device = pick(owned, chosen) if link and owned else None
        if device is not None:
            user, platform = str(device.user), device.platform
        identifier = {IDENTIFIERS[platform]: APPS[chosen % 2]}
        tag = TAGS[chosen % 3]
        said = self.facts(names, chosen) | {"appIdentifier": identifier}
        said |= {"deviceTag": tag} if tag else {}
        body = {"platform": platform, "facts": said, "diagnosticsConsent": consent}
        body |= {"deviceToken": device.token} if device else {}
        answer = self.service.ask("POST", "/mam/v1/registrations", body, user)
        if not self.is_there(user):
            assert answer.status_code == 403
            return
        assert answer.status_code == 201, answer.text
        key = (user, tag, identifier)
        own = next((each for each in self.model.live(Workload.MAM) if _key(each) == key), None)
        assert (own.id if own else answer.json["id"]) == answer.json["id"]
        if own is None:
            own = Record(answer.json["id"], "", Workload.MAM, platform, user, Ownership.PERSONAL)
            self.model.records.append(own)
        own.facts.clear()
        own.reports.clear()
        own.token, own.platform, own.device = answer.json["appToken"], platform, device
        own.ownership = device.ownership if device else Ownership.PERSONAL
        own.consent = bool(consent)
        self._report(own, said)

    @given(lambda model: model.records)
    @rule(
        chosen=numbers,
        names=some_names | names,
        nulls=st.just(frozenset[str]()) | some_names,
        consent=consents,
        done=st.integers(0, 7),
        status=st.sampled_from(("done", "done", "failed", "notSupported")),
    )
    def check_in(
        self,
        chosen: int,
        names: frozenset[str] | None,
        nulls: frozenset[str],
        consent: bool | None,
        done: int,
        status: str,
    ) -> None:
        """A device or an app reports, clears facts, and ends some of the orders it was handed."""
        self._check_in(
            pick(self.model.records, chosen), chosen, names, nulls, consent, done, status
        )

    @given(lambda model: model.visible())
    @rule(chosen=numbers, names=names)
    def report(self, chosen: int, names: frozenset[str] | None) -> None:
        """A device or an app that everybody sees reports, and that is all."""
        self._check_in(pick(self.model.visible(), chosen), chosen, names)

    @given(lambda model: model.live())
    @rule(chosen=numbers, names=some_names, status=st.sampled_from(("done", "failed")))
    def obey(self, chosen: int, names: frozenset[str], status: str) -> None:
        """A device or an app fetches its orders, and ends them all at its next check-in."""
        record = pick(self.model.live(), chosen)
        self._check_in(record, chosen, frozenset())
        self._check_in(record, chosen, names, done=-1, status=status)

    def _check_in(
        self,
        record: Record,
        chosen: int,
        names: frozenset[str] | None,
        nulls: frozenset[str] = frozenset(),
        consent: bool | None = None,
        done: int = 0,
        status: str = "done",
    ) -> None:
        said = self.facts(names, chosen) | dict.fromkeys(nulls)
        ended = [order for place, order in enumerate(record.orders) if done >> place & 1]
        results = [
            {"id": order["id"], "status": status, "detail": [{"row": f"answer-{self.number}"}]}
            for order in ended
        ]
        body = {"facts": said, "results": results, "diagnosticsConsent": consent}
        door = "mdm" if record.workload is Workload.MDM else "mam"
        answer = self.service.ask("POST", f"/{door}/v1/check-ins", body, record.headers)
        if record.state == "gone":
            assert answer.status_code in {401, 410}
        elif answer.status_code == 200:
            self._checked_in(record, said, consent, [(order["action"], status) for order in ended])
            record.orders = answer.json["orders"]
        else:
            assert answer.status_code in {404, 409}, answer.text
            assert ended or self._is_taken(record, said), answer.text
            record.orders = []

    def _is_taken(self, record: Record, said: dict[str, Any]) -> bool:
        others = [each for each in self.model.live(Workload.MDM) if each is not record]
        return any(
            said.get(name) is not None and said[name] == each.facts.get(name)
            for each in others
            for name in ("serialNumber", "imei")
        )

    def _checked_in(
        self,
        record: Record,
        said: dict[str, Any],
        consent: bool | None,
        ended: list[tuple[str, str]],
    ) -> None:
        was_sought = record.is_sought and ("locateDevice", "failed") not in ended
        was_sought = was_sought and ("locateDevice", "notSupported") not in ended
        if any(action == "locateDevice" for action, _ in ended):
            record.is_sought = False
        for action, status in ended:
            if action == "deviceQuery":
                self._answer(record, status)
        if any(action in _ENDING and status == "done" for action, status in ended):
            self.model.remove(record)
            self.model.settle()
            return
        record.seen_at = self.service.now()
        if record.state == "inactive":
            record.state = "visible"
        if record.state == "visible":
            record.consent = record.consent if consent is None else consent
            self._report(record, said, was_asked=was_sought)

    def _answer(self, record: Record, status: str) -> None:
        """The last query is the one that waits: a newer one takes the older one's order away."""
        query = list(record.queries.values())[-1]
        query.answered_at = self.service.now()
        query.answer = [{"row": f"answer-{self.number}"}] if status == "done" else None

    @given(lambda model: model.live())
    @rule(chosen=numbers)
    def unenroll(self, chosen: int) -> None:
        """A device or an app leaves of its own accord."""
        record = pick(self.model.live(), chosen)
        is_device = record.workload is Workload.MDM
        place = "mdm/v1/enrollments" if is_device else "mam/v1/registrations"
        self.service.insist(204, "DELETE", f"/{place}/self", who=record.headers)
        self.model.remove(record)
        self.model.settle()


def _key(record: Record) -> tuple[str | None, str, Any]:
    return record.user, record.facts.get("deviceTag", ""), record.facts["appIdentifier"]
