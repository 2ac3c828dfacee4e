"""Signed statements: a JSON object in JWS compact form (RFC 7515), Ed25519 (RFC 8037).

The office signs with a key that is derived from its field key and never leaves it; whoever has the public key
checks a statement without asking anybody.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class BadSeal(Exception):
    """Not a signed statement, or not signed by that key."""


class Sealer:
    """Signs with the key that 32 secret bytes stand for. `public_key` is base64url, `key_id` its first 16 hex
    digits of SHA-256."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        raw = self._key.public_key().public_bytes_raw()
        self.public_key = _b64(raw)
        self.key_id = key_id_of(self.public_key)

    def seal(self, statement: dict[str, Any]) -> str:
        """The same statement gives the same text."""
        header = {"alg": "EdDSA", "kid": self.key_id, "typ": "JWT"}
        body = f"{_b64(_canonical(header))}.{_b64(_canonical(statement))}"
        return f"{body}.{_b64(self._key.sign(body.encode('ascii')))}"


def opened(jws: str, public_key: str) -> dict[str, Any]:
    """What was signed. Raises BadSeal for anything that this key did not sign."""
    try:
        header, payload, signature = jws.split(".")
        if json.loads(_raw(header)).get("alg") != "EdDSA":
            raise BadSeal("another algorithm")
        key = Ed25519PublicKey.from_public_bytes(_raw(public_key))
        key.verify(_raw(signature), f"{header}.{payload}".encode("ascii"))
        statement = json.loads(_raw(payload))
    except (ValueError, InvalidSignature, binascii.Error, AttributeError) as error:
        raise BadSeal(type(error).__name__) from error
    if not isinstance(statement, dict):
        raise BadSeal("no statement")
    return statement


def key_id_of(public_key: str) -> str:
    return hashlib.sha256(_raw(public_key)).hexdigest()[:16]


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
