"""From what was typed to what cyclopts parses: the implicit `edit`, `-`, leading global options."""

COMMANDS = (
    "edit",
    "demo",
    "resume",
    "chat",
    "batch",
    "retouch",
    "runs",
    "eval",
    "serve",
    "mcp",
    "backend",
    "thinker",
    "config",
    "doctor",
    "version",
    "completion",
)

DASH = "\0-"
"""Stands for a lone `-`, which cyclopts takes for an option. Nobody can type it: arguments of a
process hold no NUL."""

_WITH_VALUE = frozenset({"--store", "--config", "--color"})
_FLAGS = frozenset({"--json", "--quiet", "--verbose"})
_HELP = frozenset({"--help", "-h"})


def prepared(words: list[str]) -> list[str]:
    """Return the arguments with the command first.

    Options that all commands know may stand before it; they are moved behind it. Arguments that
    name no command are those of `edit`.
    """
    if words == ["--version"]:
        return ["version"]

    count = _leading(words)
    rest = words[count:]
    if not rest or rest[0] in _HELP:
        return rest or ["--help"]

    command = rest if rest[0] in COMMANDS else ["edit", *rest]
    return _before_dashes(command, words[:count])


def json_wanted(words: list[str]) -> bool:
    """Whether errors are to be JSON, told without parsing: the parser may be what failed."""
    return "--json" in _options(words)


def verbosity(words: list[str]) -> int:
    """How often `-v` was given, told without parsing."""
    shorts = [word for word in _options(words) if word[:1] == "-" and set(word[1:]) == {"v"}]
    return sum(len(word) - 1 for word in shorts) + _options(words).count("--verbose")


def _leading(words: list[str]) -> int:
    count = 0
    while count < len(words):
        word = words[count]
        if word in _WITH_VALUE:
            count += 2
        elif word in _FLAGS or _is_bundle(word) or word.split("=")[0] in _WITH_VALUE:
            count += 1
        else:
            break
    return min(count, len(words))


def _is_bundle(word: str) -> bool:
    return len(word) > 1 and word[0] == "-" and set(word[1:]) <= {"q", "v"}


def _before_dashes(command: list[str], options: list[str]) -> list[str]:
    end = command.index("--") if "--" in command else len(command)
    own = [DASH if word == "-" else word for word in command[:end]]
    return [*own, *options, *command[end:]]


def _options(words: list[str]) -> list[str]:
    return words[: words.index("--")] if "--" in words else words
