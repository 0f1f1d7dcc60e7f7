"""`editloop completion SHELL`."""

from typing import Annotated, Literal

from cyclopts import Parameter


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="The shell.")], /
) -> None:
    """Print the completion script of a shell.

    bash:  editloop completion bash > ~/.local/share/bash-completion/completions/editloop
    zsh:   editloop completion zsh > "${fpath[1]}/_editloop"
    fish:  editloop completion fish > ~/.config/fish/completions/editloop.fish
    """
    from .app import make_app

    print(make_app().generate_completion(prog_name="editloop", shell=shell))
