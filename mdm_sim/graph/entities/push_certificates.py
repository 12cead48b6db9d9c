"""applePushNotificationCertificate: the request that an admin takes to Apple.

Its key is thrown away: nothing here ever talks to Apple.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from flask import Response

from mdm_sim.graph.asking import Ask
from mdm_sim.graph.documents.operations import Served
from mdm_sim.graph.entities import acting
from mdm_sim.graph.resolving import Target

_KIND = "applePushNotificationCertificate"
_BITS = 2048


def _request(ask: Ask, _target: Target, _given: Mapping[str, Any]) -> Response:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mdm-sim push notifications")])
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    text = base64.b64encode(signed.public_bytes(Encoding.DER)).decode()
    return acting.told_value(ask, "String", value=text)


SERVED = (
    Served(_KIND, "downloadApplePushNotificationCertificateSigningRequest", _request),
    Served(_KIND, "generateApplePushNotificationCertificateSigningRequest", _request, reads=True),
)
