"""Encryption of identity fields (S3), their blind index, the seal on certificates: a key ring for each wing.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D); subkeys by HKDF-SHA256 (RFC 5869).
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.core.sealing import Sealer

_NONCE = 12
_PREFIX = "v1."


class KeyRing:
    """Three subkeys of one secret: one encrypts, one makes the blind index, one signs."""

    def __init__(self, secret: str, wing: str) -> None:
        self._cipher = AESGCM(self._derive(secret, f"jiedui/{wing}/fields"))
        self._index_key = self._derive(secret, f"jiedui/{wing}/index")
        self.sealer = Sealer(self._derive(secret, f"jiedui/{wing}/seal"))

    @staticmethod
    def _derive(secret: str, label: str) -> bytes:
        hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label.encode())
        return hkdf.derive(secret.encode())

    def seal(self, plain: str) -> str:
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, plain.encode(), None)
        return _PREFIX + base64.urlsafe_b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(_PREFIX))
        return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()

    def blind_index(self, value: str) -> str:
        normal = "".join(value.split()).upper()
        return hmac.new(self._index_key, normal.encode(), hashlib.sha256).hexdigest()


_rings: dict[str, KeyRing] = {}


def load_keys(wing: str, secret: str) -> None:
    """Called once at start for each wing that this process may read."""
    _rings[wing] = KeyRing(secret, wing)


def ring(wing: str) -> KeyRing:
    """Raises RuntimeError when this process was not given that wing's key."""
    if wing not in _rings:
        raise RuntimeError(f"no field key was loaded for the {wing} wing")
    return _rings[wing]


def blind_index(value: str, wing: str = "office") -> str:
    """Exact-match index (64 hex characters) of an identity number or phone; not reversible without the
    key."""
    return ring(wing).blind_index(value)


class _Secret(TypeDecorator[str]):
    """A text column that lies encrypted in the database."""

    impl = Text
    cache_ok = True
    wing = ""

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else ring(self.wing).seal(str(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else ring(self.wing).open(value)


class OfficeSecret(_Secret):
    cache_ok = True
    wing = "office"


class PublicSecret(_Secret):
    cache_ok = True
    wing = "public"


class BlindIndex(TypeDecorator[str]):
    """The column beside a secret: 64 hex characters from `blind_index`."""

    impl = String(64)
    cache_ok = True
