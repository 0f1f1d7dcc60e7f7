"""Why a model of pydantic-ai cannot be used, in words for whoever named it on a command line."""

import re

_VARIABLE = re.compile(r"`([A-Z][A-Z0-9_]+)` environment variable")
_ADVERTISED = " To try Pydantic AI without an API key"


def unusable(error: Exception) -> str:
    """Say what is missing: the variable of a key by its name, else what the library says.

    Its sentence about a key names constructors of its own and a model for tests, which nobody can
    use who gave an address.
    """
    text = str(error)
    if found := _VARIABLE.search(text):
        return f"it needs a key; set {found[1]}"

    return text.partition(_ADVERTISED)[0]
