"""From what a pipeline raises to the errors of the editor's border."""

from ...memory import EditloopError, EditorError
from .sizes import Size

_SAID = 300  # characters of a foreign message that are passed on
_NO_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory")


def is_memory(error: BaseException) -> bool:
    """Whether there was too little of it, on the device or in the machine."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True

    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in _NO_MEMORY)


def typed(error: Exception, name: str, device: str, size: Size) -> EditloopError:
    """Return the error that the caller gets.

    None of them is worth another try: the same request on the same weights fails again.
    """
    if isinstance(error, EditloopError):
        return error

    if is_memory(error):
        return EditorError(
            f"{name} ran out of memory on {device} at {size[0]}x{size[1]}: set offload=model, "
            "quantisation=8bit or 4bit, a smaller area or batch=1, or close what else uses the device"
        )

    said = f"{type(error).__name__}: {str(error)[:_SAID]}"
    if "CUDA error" in str(error) or type(error).__name__ == "AcceleratorError":
        return EditorError(f"{name} lost its device ({said}): start this process again")

    return EditorError(f"{name} failed inside of the pipeline ({said}): change the request")
