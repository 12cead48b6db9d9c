"""The service's own certificate authority and its certificate, made once in the data directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# The names clients may know the service by; Microsoft's own are for clients behind a proxy.
NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "login.windows.net",
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the authority's certificate and the server's chain and key are (PEM)."""

    ca_file: Path
    chain_file: Path
    key_file: Path


def ensure(directory: Path) -> Certificates:
    """The certificates in `directory`, made if they are not there."""
    found = Certificates(
        directory / "ca.pem", directory / "server-chain.pem", directory / "server-key.pem"
    )
    if not all(path.exists() for path in (found.ca_file, found.chain_file, found.key_file)):
        _make(found)
    return found


def _make(files: Certificates) -> None:
    import trustme  # needed once for a data directory, and slow to import

    authority = trustme.CA(organization_name="mdm-sim")
    server = authority.issue_cert(*NAMES)
    files.key_file.touch(mode=0o600)
    server.private_key_pem.write_to_path(files.key_file)
    chain = b"".join(blob.bytes() for blob in server.cert_chain_pems)
    files.chain_file.write_bytes(chain)
    authority.cert_pem.write_to_path(files.ca_file)
