"""azure-identity, as programs use it: secrets, certificates, the environment, and its cache."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    EnvironmentCredential,
)
from clients import sdk
from serving.conftest import Running

pytestmark = pytest.mark.usefixtures("trusted")
SCOPE = "https://graph.microsoft.com/.default"
HERE = {"disable_instance_discovery": True}


def authority(service: Running) -> str:
    return urlsplit(service.ready["authority_url"])._replace(path="").geturl()


def is_taken(service: Running, token: str) -> bool:
    url = f"{service.ready['base_url']}/v1.0/deviceManagement/managedDevices?$top=1"
    headers = {"Authorization": f"Bearer {token}"}
    return bool(service.session.get(url, headers=headers, timeout=30).ok)


def of_secret(service: Running, secret: str = "", **options: Any) -> ClientSecretCredential:
    ready = service.ready
    secret = secret or ready["client_secret"]
    return ClientSecretCredential(
        ready["tenant_id"], ready["client_id"], secret, authority=authority(service), **options
    )


def test_a_secret_gives_a_token_that_graph_takes_and_that_is_kept(service: Running) -> None:
    with of_secret(service, **HERE) as credential:
        first = credential.get_token(SCOPE)
        assert is_taken(service, first.token)
        assert first.expires_on > time.time()
        assert credential.get_token(SCOPE).token == first.token


def test_a_certificate_gives_a_token_that_graph_takes(service: Running) -> None:
    ready = service.ready
    with CertificateCredential(
        ready["tenant_id"],
        ready["client_id"],
        ready["client_certificate_file"],
        authority=authority(service),
        **HERE,
    ) as credential:
        assert is_taken(service, credential.get_token(SCOPE).token)


def test_a_wrong_secret_is_told_with_entras_code(service: Running) -> None:
    wrong = "not the secret"
    with (
        of_secret(service, wrong, **HERE) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215") as told,
    ):
        credential.get_token(SCOPE)
    assert wrong not in str(told.value)


@pytest.mark.parametrize("kind", [EnvironmentCredential, DefaultAzureCredential])
def test_the_environment_gives_a_token_that_graph_takes(
    service: Running, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    told = {
        "AZURE_AUTHORITY_HOST": authority(service),
        "AZURE_TENANT_ID": service.ready["tenant_id"],
        "AZURE_CLIENT_ID": service.ready["client_id"],
        "AZURE_CLIENT_SECRET": service.ready["client_secret"],
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with kind(**HERE) as credential:
        assert is_taken(service, credential.get_token(SCOPE).token)


@pytest.mark.parametrize("made", [sdk.credential, sdk.certificate])
def test_the_asynchronous_credentials_give_tokens_that_graph_takes(
    service: Running, made: Any
) -> None:
    async def ask() -> tuple[str, str]:
        async with made(service.ready) as credential:
            first = await credential.get_token(SCOPE)
            return first.token, (await credential.get_token(SCOPE)).token

    first, second = asyncio.run(ask())
    assert (is_taken(service, first), second) == (True, first)
