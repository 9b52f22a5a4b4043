"""Errors that a person can act on."""

_TOLD_CHARS = 300  # some libraries write pages


class DiagramforgeError(Exception):
    """What went wrong, where, and what to do, in one line that is shown to the user as it is."""


class UnavailableError(DiagramforgeError):
    """Something outside does not answer now, and may later: a server that starts anew, a database that is locked."""


class InputError(DiagramforgeError):
    """Something the user gave cannot be used: a file, a value, a name."""


class UsageError(InputError):
    """The command itself cannot be meant: a name that does not exist, a value out of range. Exit code 2, others 1."""


def one_line(error: Exception) -> str:
    """The beginning of what a library's error says, to be told within a line."""
    return " ".join(str(error).split())[:_TOLD_CHARS]
