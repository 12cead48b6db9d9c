"""Signing in: canaries in every parameter of every grant, of the pages and of what they answer."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from mdm_sim.proving.answers import Answer
from mdm_sim.proving.callers import FORM
from mdm_sim.proving.carrying import Load, Pool
from mdm_sim.proving.stage import Stage

SIGN_IN_ROW = "(parameters of sign-ins)"
# The Azure CLI, a public client that every tenant knows.
_PUBLIC = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
_BACK = "http://localhost"
_SCOPE = "openid profile offline_access https://graph.microsoft.com/.default"
_RESOURCE = "https://graph.microsoft.com"
# What an authorization request and a form may say, and a client at the token endpoint.
# fmt: off
_QUERY = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "resource", "state",
    "nonce", "code_challenge", "code_challenge_method", "prompt", "login_hint", "domain_hint",
    "claims", "client_info", "id_token_hint", "post_logout_redirect_uri", "logout_hint",
)
_TOKEN = (
    "grant_type", "client_id", "client_secret", "scope", "resource", "username", "password",
    "refresh_token", "code", "code_verifier", "redirect_uri", "device_code", "assertion",
    "requested_token_use", "client_assertion", "client_assertion_type", "client_info", "claims",
)
_GRANTS = (
    "authorization_code", "client_credentials", "password", "refresh_token", "device_code",
    "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer",
)
# fmt: on
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class SignIns:
    """One way through the doors of Entra ID, at v1.0 or at v2.0 of its endpoints."""

    stage: Stage
    load: Load
    version: str
    form: dict[str, str] = field(default_factory=dict)

    def take(self, how: str) -> str:
        """A canary for a parameter."""
        return self.load(SIGN_IN_ROW, how)

    def path(self, name: str) -> str:
        """An endpoint of the development tenant."""
        return f"/{self.stage.service.ready['tenant_id']}/oauth2{self.version}/{name}"

    @property
    def wanted(self) -> dict[str, str]:
        """What is asked for, as this version names it."""
        return {"scope": _SCOPE} if self.version else {"scope": "openid", "resource": _RESOURCE}

    def send(
        self, method: str, path: str, form: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        """One request; what may come back of it is in `more`."""
        body = urlencode(form).encode() if form is not None else None
        headers = {self.take("header"): self.take("value of a header"), **more.pop("headers", {})}
        told = {
            name: frozenset(self.numbers(texts)) for name, texts in more.pop("back", {}).items()
        }
        answer = self.stage.callers.send(
            method, path, body, content_type=FORM, headers=headers, echoed=told, **more
        )
        self.stage.routes.passed[answer.route] += len(self.load.numbers)
        return answer

    def numbers(self, text: str) -> Iterator[int]:
        """The canary that a text is."""
        yield from (canary.number for canary in self.stage.ledger.of(text))

    def tokens(self) -> None:
        """Every grant with nothing but canaries, and by a client that is known, with good ones."""
        ready = self.stage.service.ready
        known = {"client_id": ready["client_id"], "client_secret": ready["client_secret"]}
        public = {"client_id": _PUBLIC}
        head = base64.urlsafe_b64encode(
            json.dumps({"alg": "RS256", "kid": self.take("kid")}).encode()
        )
        signed = f"{head.decode().rstrip('=')}.{self.take('claims')}.{self.take('signature')}"
        proof = {"client_assertion": signed, "client_assertion_type": _ASSERTION}
        for grant in _GRANTS:
            for who in ({}, known, public, public | proof, {**known, "assertion": signed}):
                form = {name: self.take(name) for name in _TOKEN} | self.wanted | who
                form["grant_type"] = grant
                for name in {"client_secret", "client_assertion"} - who.keys():
                    form.pop(name if who else "", None)
                self.send("POST", self.path("token"), {**form, self.take("unknown name"): "1"})
        basic = base64.b64encode(f"{self.take('client_id')}:{self.take('client_secret')}".encode())
        headers = {"Authorization": f"Basic {basic.decode()}"}
        self.send("POST", self.path("token"), {"grant_type": _GRANTS[1]}, headers=headers)
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            self.send(
                method, f"{self.path('token')}?{self.take('name')}={self.take('unknown option')}"
            )
            self.send(method, f"{self.path('devicecode')}?{self.take('name')}=1")

    def devices(self) -> None:
        """A device code is asked for, entered with canaries and refused, and then granted."""
        asked = {name: self.take(name) for name in _QUERY}
        self.send("POST", self.path("devicecode"), asked)
        asked |= {"client_id": _PUBLIC, **self.wanted}
        told = self.send("POST", self.path("devicecode"), asked).json
        typed = {name: self.take(name) for name in ("code", "username", "password", "choice")}
        self.send("GET", f"/devicelogin?{urlencode(typed)}")
        self.send("POST", f"/devicelogin?{urlencode(typed)}", typed)
        self.send("POST", "/devicelogin", typed | {"code": told["user_code"]})
        grant = {
            "grant_type": "device_code",
            "client_id": _PUBLIC,
            "device_code": told["device_code"],
        }
        self.send("POST", self.path("token"), grant | {"code_verifier": self.take("code_verifier")})
        good = {"code": told["user_code"], **self._user, self.take("unknown name"): "1"}
        self.send("POST", "/devicelogin", good)
        self.send("POST", self.path("token"), grant)

    @property
    def _user(self) -> dict[str, str]:
        """A user who is there."""
        ready = self.stage.service.ready
        return {"username": self.stage.user(0), "password": str(ready["user_password"])}

    def pages(self) -> None:
        """Authorization requests: of canaries alone, with one in each place, and good ones."""
        asked = {name: self.take(name) for name in _QUERY}
        typed = {name: self.take(name) for name in ("username", "password", "choice", "code")}
        for method, form in (("GET", None), ("POST", typed)):
            self.send(method, f"{self.path('authorize')}?{urlencode(asked)}", form)
            for name in _QUERY:
                query = self._authorization() | {name: self.take(name)}
                self._authorize(method, query, form)
        for mode in ("query", "fragment", "form_post"):
            query = self._authorization() | {"response_mode": mode}
            self._authorize("POST", query, typed | {"choice": "cancel"})
            self._authorize(
                "POST", query, typed, headers={"Origin": f"http://{self.take('Origin')}"}
            )
            self._redeem(query, self._authorize("POST", query, self._user | {"choice": "sign-in"}))

    def _authorization(self) -> dict[str, str]:
        """A good request for a code."""
        return {
            "client_id": _PUBLIC,
            "redirect_uri": _BACK,
            "response_type": "code",
            "state": self.take("state"),
            "nonce": self.take("nonce"),
            "code_challenge": self.take("code_challenge") * 3,
            "code_challenge_method": "plain",
            "login_hint": self.take("login_hint"),
            **self.wanted,
            self.take("unknown name"): self.take("unknown option"),
        }

    def _authorize(
        self, method: str, query: dict[str, str], form: Mapping[str, str] | None, **more: Any
    ) -> Answer:
        path = f"{self.path('authorize')}?{urlencode(query)}"
        return self.send(method, path, form, back={"state": query["state"]}, **more)

    def _redeem(self, query: dict[str, str], answer: Answer) -> None:
        """A code is tried with what is wrong, and then with what is right; its nonce comes back."""
        text = answer.head.decode() + answer.body.decode()
        found = re.search(r"""(?:[?&#]code=|name="code" value=")([^&"\s]+)""", text)
        code = found[1] if found else ""
        grant = {
            "grant_type": "authorization_code",
            "client_id": _PUBLIC,
            "code": code,
            "redirect_uri": _BACK,
            "code_verifier": query["code_challenge"],
        }
        for wrong in ("code_verifier", "redirect_uri"):
            self.send("POST", self.path("token"), grant | {wrong: self.take(wrong) * 3})
        back = {"nonce": query["nonce"]}
        token = self.send("POST", self.path("token"), grant, back=back).json.get("access_token", "")
        for method in ("GET", "POST"):
            who = f"/oidc/userinfo?{self.take('name')}={self.take('unknown option')}"
            self.send(
                method, who, {self.take("name"): "1"} if method == "POST" else None, token=token
            )
            self.send(method, who, token=self.take("a token"))

    def endings(self) -> None:
        """Signing out, and the page at which native clients end."""
        query = {name: self.take(name) for name in _QUERY}
        known = {"client_id": _PUBLIC, "post_logout_redirect_uri": _BACK}
        for method in ("GET", "POST"):
            form = query if method == "POST" else None
            for options in (query, query | known):
                path = f"{self.path('logout')}?{urlencode(options)}"
                self.send(method, path, form, back={"state": query["state"]})
        self.send("GET", f"/common/oauth2/nativeclient?{urlencode(query)}")
        self.send("GET", f"/{quote(self.take('tenant'))}/oauth2{self.version}/authorize")
        self.send("POST", f"/{quote(self.take('tenant'))}/oauth2{self.version}/token", query)


def sign_ins(stage: Stage) -> None:
    """Through every door of Entra ID that a client or a browser comes to."""
    for version in ("", "/v2.0"):
        way = SignIns(stage, Load(Pool(stage.ledger)), version)
        for part in (way.tokens, way.devices, way.pages, way.endings):
            part()
