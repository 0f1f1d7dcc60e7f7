"""The tree of commands. They are given as import strings, so that help loads none of them."""

from cyclopts import App, Group

from .exits import MEANINGS
from .help import CalmHelp

EDIT = Group("Edit", sort_key=1)
RECORD = Group("The record", sort_key=2)
AROUND = Group("Servers and settings", sort_key=3)

_ABOUT = """Edit a picture, look at it, say what is still wrong, and edit again, until it is good \
enough. Every step is on record.

editloop photo.jpg "brighten the shadows by 20% and crop to 4:5"
editloop demo"""

_EDIT = """Edit pictures; the word edit may be left out.

The path of the answer is printed on stdout, everything else on stderr. Several pictures are \
edited side by side, each in a run of its own. A picture may be - for standard input.

editloop photo.jpg "make it a bit warmer, then crop to 4:5"
editloop *.jpg "brighten the shadows by 20%" -o edited/
editloop - "grayscale" -o - < photo.jpg > grey.jpg"""

_DEMO = """Show what this is for: no network, no key, a few seconds.

Draws a picture, spoils its light, and edits it in several turns; writes demo-source.png and \
demo-out.png into the working folder."""

_RESUME = """Go on with a run that was interrupted.

Nothing that is on record is done again. The settings are those that the run was \
begun with, unless an option says otherwise. A run that has ended is delivered once more."""

_BATCH = """Edit many pictures, each in a run of its own.

JOBS is a file of JSON lines, {"id", "image", "instruction"} and perhaps "mask", "references", \
"seed", "labels", "output", or ImgEdit's metadata. All lines are checked before anything is spent. \
The same command again goes on where the last one was cut off; what has ended is not done twice.

editloop batch jobs.jsonl --out edited/ -j 32
editloop batch singleturn.json --images ImgEdit/ --out edited/ --match-size"""

_CHAT = """Talk about pictures and have them edited, in the terminal.

The model sees previews; edits go through the loop, and every run is on record under the label of \
the conversation, which is kept beside the store. Words go to stdout, everything else to stderr. \
Ctrl-C during an edit cancels the edit only. With --json each line of stdin is something to say.

editloop chat photo.jpg --model openai:gpt-5.2 -p "warmer, and square"
editloop chat photo.jpg"""

_BACKEND = "List, try and reach editors, thinkers and rewriters by their addresses."

_RETOUCH = """Apply a recipe or an instruction once, without a loop and without a record.

editloop retouch photo.jpg "warmer, crop to 4:5" --explain
editloop retouch photo.jpg --recipe recipe.json -o out.jpg"""

_COMPLETION = """Print the completion script of a shell.

editloop completion bash > ~/.local/share/bash-completion/completions/editloop
editloop completion zsh > "${fpath[1]}/_editloop"
editloop completion fish > ~/.config/fish/completions/editloop.fish"""

_DOCTOR = """Check the store, the pictures, the engines and what they stand on.

Changes nothing. Exits with 1 when something fails."""

_CHAT_USAGE = "editloop chat [IMAGE...] [OPTIONS]"

_IMAGE_USAGE = 'editloop IMAGE... "INSTRUCTION" [OPTIONS]'


def make_app() -> App:
    """The parser with all commands; none of them is imported yet."""
    app = App(
        name="editloop",
        usage=f"{_IMAGE_USAGE}\n       editloop COMMAND [OPTIONS]",
        help=_ABOUT,
        help_format="plaintext",
        help_formatter=CalmHelp(),
        help_epilogue=exit_codes(),
        version_flags=[],
        group_commands=EDIT,
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
    )
    app["--help"].show = False
    _fill(app)
    return app


def _fill(app: App) -> None:
    add = _Adder(app)
    add("edit", "edit:edit", EDIT, _EDIT, usage=_IMAGE_USAGE, help_epilogue=exit_codes())
    add("demo", "demo:demo", EDIT, _DEMO, help_epilogue="")
    add("resume", "resume:resume", EDIT, _RESUME, help_epilogue="")
    add("chat", "chat:chat", EDIT, _CHAT, usage=_CHAT_USAGE, help_epilogue="")
    add("batch", "batch:batch", EDIT, _BATCH, help_epilogue="")
    add("retouch", "retouch:retouch", EDIT, _RETOUCH, help_epilogue="")
    add("runs", "runs:app", RECORD, "List, show, export, import and remove runs.")
    add("serve", "serve:app", AROUND, "Serve the whole loop, an editor or a thinker over HTTP.")
    add("mcp", "mcp:app", AROUND, "Give the loop to a chat assistant: an MCP server.")
    add("eval", "evals:app", RECORD, "Benchmarks: produce pictures, score them, and report.")
    add("backend", "backend:app", AROUND, _BACKEND)
    add("thinker", "thinker:app", AROUND, "Fetch and show the text that EditThinker reads.")
    add("config", "config:app", AROUND, "Show the settings and where each comes from.")
    add("doctor", "doctor:doctor", AROUND, _DOCTOR, help_epilogue="")
    add("version", "version:version", AROUND, "Print the version.", help_epilogue="")
    add("completion", "completion:completion", AROUND, _COMPLETION, help_epilogue="")


class _Adder:
    """Adds commands in the order in which help shows them."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._count = 0

    def __call__(self, name: str, place: str, group: Group, text: str, **more: str) -> None:
        self._count += 1
        self._app.command(
            f"{__package__}.{place}",
            name=name,
            group=group,
            help=text,
            sort_key=self._count,
            **more,
        )


def exit_codes() -> str:
    """The exit codes, a line each."""
    lines = [f"  {code:<5}{text}" for code, text in MEANINGS.items()]
    return "\n".join(["Exit codes", *lines])
