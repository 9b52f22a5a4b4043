"""Errors that a person can act on."""


class DiagramforgeError(Exception):
    """What went wrong, where, and what to do, in one line that is shown to the user as it is."""


class InputError(DiagramforgeError):
    """Something the user gave cannot be used: a file, a value, a name."""


class UsageError(InputError):
    """The command itself cannot be meant: a name that does not exist, a value out of range. Exit code 2, others 1."""
