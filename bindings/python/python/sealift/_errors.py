"""Errors, with their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from ._native import Rejected


class SealiftError(Exception):
    """The base of all errors of sealift."""

    message: str

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self._fields = fields
        for name, value in fields.items():
            setattr(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (type(self), self.message, self._fields))


def _again(kind: type[SealiftError], message: str, fields: dict[str, Any]) -> SealiftError:
    return kind(message, **fields)


class CancelledError(SealiftError):
    """The call was cancelled; nothing half-done is kept."""


class ScanError(SealiftError):
    """A target cannot be read."""

    path: Optional[str] = None


class DigestMismatch(ScanError):
    """Content does not match its digest: it was changed."""

    expected: str = ""
    actual: str = ""


class LimitExceeded(ScanError):
    """Reading a target would exceed a limit."""

    limit: str = ""
    max: int = 0


class DatabaseError(SealiftError):
    """The advisory database is missing, foreign or damaged."""

    path: Optional[str] = None


class RegistryError(SealiftError):
    """A registry did not do what it was asked."""

    status: Optional[int] = None
    name: str = ""


class VerificationError(SealiftError):
    """A signature or attestation does not count, or there is none."""

    check: Optional[str] = None
    digest: Optional[str] = None
    rejected: list[Rejected] = []


class SigningError(SealiftError):
    """Signing failed; nothing is signed."""


class PolicyError(SealiftError):
    """A policy, ignore, VEX, key or trusted root file cannot be used."""

    file: Optional[str] = None
    line: Optional[int] = None
