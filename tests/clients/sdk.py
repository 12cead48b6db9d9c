"""Microsoft's Graph clients made as their users make them, but for where they send requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from azure.identity.aio import CertificateCredential, ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration

Work = Callable[[Any], Awaitable[Any]]
SCOPES = ["https://graph.microsoft.com/.default"]


class Package:
    """The classes of an SDK by name: `Package(msgraph).IosStoreApp` is one of its models.

    The package has a module for each, which is imported when the class is first used: the modules
    of request builders warn of themselves.
    """

    def __init__(self, package: ModuleType) -> None:
        self.package = package

    def __getattr__(self, name: str) -> Any:
        return self.below("models", name)

    def below(self, folder: str, name: str) -> Any:
        """A class of a folder of the generated code."""
        module = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        path = f"{self.package.__name__}.generated.{folder}.{module}"
        return getattr(import_module(path), name)

    def asked(self, folder: str, **options: Any) -> RequestConfiguration[Any]:
        """The options of a list's request, with the parameters that its builder has for them."""
        name = "".join(word.title() for word in folder.rsplit(".", 1)[-1].split("_"))
        builder = self.below(folder, f"{name}RequestBuilder")
        parameters = getattr(builder, f"{name}RequestBuilderGetQueryParameters")
        return RequestConfiguration(query_parameters=parameters(**options))

    @asynccontextmanager
    async def client(self, credentials: Any, base_url: str = "") -> AsyncIterator[Any]:
        """A client, closed at the end."""
        async with credentials:
            made = self.package.GraphServiceClient(credentials, SCOPES)
            if base_url:
                made.request_adapter.base_url = base_url
            try:
                yield made
            finally:
                await _close(made.request_adapter._http_client)

    def run(self, work: Work, credentials: Any, base_url: str = "") -> Any:
        """What some work with a client gives, done in a loop of its own."""

        async def inside() -> Any:
            async with self.client(credentials, base_url) as client:
                return await work(client)

        return asyncio.run(inside())


async def _close(http: Any) -> None:
    """Close the connections of an SDK's client, which its own transports keep from it."""
    for transport in (http._transport, *http._mounts.values()):
        if transport is not None:
            await transport.transport.aclose()
    await http.aclose()


def _authority(ready: dict[str, Any]) -> str:
    return urlsplit(ready["authority_url"])._replace(path="").geturl()


def credential(ready: dict[str, Any]) -> ClientSecretCredential:
    """The application's secret, at the service's authority."""
    return ClientSecretCredential(
        ready["tenant_id"],
        ready["client_id"],
        ready["client_secret"],
        authority=_authority(ready),
        connection_verify=ready["ca_file"],
    )


def certificate(ready: dict[str, Any]) -> CertificateCredential:
    """The application's certificate, at the service's authority."""
    return CertificateCredential(
        ready["tenant_id"],
        ready["client_id"],
        ready["client_certificate_file"],
        authority=_authority(ready),
        connection_verify=ready["ca_file"],
    )
