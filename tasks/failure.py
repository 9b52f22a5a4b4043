"""Why a stage failed, in the kinds that decide what happens next: less memory, once more, or not again."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from diagram_core.errors import DiagramforgeError, UnavailableError


class OutOfMemory(DiagramforgeError):  # noqa: N818 - the field's term
    """The stage needed more memory than there is: retried with a smaller memory plan."""


class TransientError(DiagramforgeError):
    """Something outside was not there for a while (network, disk space, time): retried as it was."""


class StageFailed(DiagramforgeError):  # noqa: N818 - said of a stage, not of an error
    """A bug or a result that is no good: not retried. `last_lines` are the last that the stage printed."""

    def __init__(self, message: str, last_lines: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.last_lines = last_lines


class StageInterrupted(DiagramforgeError):  # noqa: N818 - said of a stage, not of an error
    """Somebody stopped the pipeline while the stage ran."""


_OUT_OF_MEMORY_TEXTS = (
    "out of memory",  # torch.OutOfMemoryError, cudaErrorMemoryAllocation as torch reports it, and cuBLAS
    "cudaErrorMemoryAllocation",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",
)
_TRANSIENT_ERRNOS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EAGAIN,
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.ESTALE,
}
_TRANSIENT_TYPES = {  # by name: importing these libraries to look at an error would cost seconds
    "requests.exceptions.ConnectionError",
    "requests.exceptions.Timeout",
    "httpx.TransportError",
    "httpx2.TransportError",
    "urllib3.exceptions.TimeoutError",
}


def classify(error: BaseException) -> DiagramforgeError:
    """The error as one of ours, with a one-line message; our own come back as they are, but for UnavailableError."""
    if isinstance(error, UnavailableError):
        return TransientError(str(error))
    if isinstance(error, DiagramforgeError):
        return error
    line = _one_line(error)
    causes = list(_causes(error))
    if any(_is_out_of_memory(cause) for cause in causes):
        return OutOfMemory(line)
    if any(_is_transient(cause) for cause in causes):
        return TransientError(line)
    return StageFailed(line)


def is_retryable(error: BaseException) -> bool:
    """Whether the same stage may succeed if it is run again."""
    return isinstance(error, OutOfMemory | TransientError)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in _OUT_OF_MEMORY_TEXTS)


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    if isinstance(error, OSError) and error.errno in _TRANSIENT_ERRNOS:
        return True
    return any(f"{kind.__module__}.{kind.__qualname__}" in _TRANSIENT_TYPES for kind in type(error).__mro__)


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
