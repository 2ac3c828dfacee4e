"""Random names: opaque tokens and the library's project numbers."""

import hashlib
import random
import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def token() -> str:
    """160 random bits as 32 characters; says nothing about what it names."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(32))


def project_number(rng: random.Random) -> str:
    """`XQ-` and 8 characters (40 bits), drawn from the generator that is handed in (I-18)."""
    return "XQ-" + "".join(rng.choice(CROCKFORD) for _ in range(8))


def direct_number(rng: random.Random) -> str:
    """`ZJ-` and 8 characters: the name of an offer that stands in no list (decisions 10)."""
    return "ZJ-" + "".join(rng.choice(CROCKFORD) for _ in range(8))


def digest(value: str) -> str:
    """SHA-256 in hex, for tokens that are only ever compared."""
    return hashlib.sha256(value.encode()).hexdigest()
