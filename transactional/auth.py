"""Who is at the screen? Passwords are stored as scrypt with salt and parameters in one text; checking is the same work for
everybody.

scrypt$<n>$<r>$<p>$<salt>$<hash>     salt and hash in base64
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from kernel.errors import InvalidInput, NotPermitted
from transactional.ledger import Ledger

__all__ = ["User", "hash_password", "sign_in", "verify_password"]

_N, _R, _P = 2**14, 8, 1
_MEMORY = 64 * 1024 * 1024
_MOST_CHARACTERS = 1024
_SELECT = "SELECT user_id, login, name, name_zh, role, language, password_hash, is_active FROM app_user WHERE login = ?"


@dataclass(frozen=True)
class User:
    """Somebody who may act."""

    user_id: int
    login: str
    name: str
    name_zh: str
    role: str
    language: str


def hash_password(password: str, *, salt: bytes | None = None) -> str:
    """The text to store for a password. Raises InvalidInput when it is shorter than 8 or longer than 1024 characters."""
    if not 8 <= len(password) <= _MOST_CHARACTERS:
        raise InvalidInput("auth.password_length", got=len(password))
    salt = secrets.token_bytes(16) if salt is None else salt
    return "$".join(("scrypt", str(_N), str(_R), str(_P), _text(salt), _text(_derive(password, salt, _N, _R, _P))))


def verify_password(password: str, stored: str) -> bool:
    """Whether a password belongs to a stored text; False for a text that is no password hash."""
    try:
        kind, n, r, p, salt, expected = stored.split("$")
        wanted = base64.b64decode(expected, validate=True)
        if kind != "scrypt" or len(password) > _MOST_CHARACTERS:
            return False
        derived = _derive(password, base64.b64decode(salt, validate=True), int(n), int(r), int(p))
    except (ValueError, binascii.Error):
        return False
    return hmac.compare_digest(derived, wanted)


def sign_in(ledger: Ledger, login: str, password: str) -> User:
    """The user of a login and password.

    Raises: NotPermitted, with the same message after the same work for an unknown login, a wrong password and a closed account,
    so that nobody learns which logins exist.
    """
    rows = ledger.rows(_SELECT, (login,))
    stored = rows[0][6] if rows else ""
    has_password = stored.startswith("scrypt$")
    matches = verify_password(password, stored if has_password else _DECOY)
    if not (rows and has_password and matches and rows[0][7]):
        raise NotPermitted("auth.refused", login=login)
    return User(*rows[0][:6])


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


# Checked instead of a stored hash when there is none; no password matches all-zero bytes.
_DECOY = "$".join(("scrypt", str(_N), str(_R), str(_P), _text(bytes(16)), _text(bytes(32))))
