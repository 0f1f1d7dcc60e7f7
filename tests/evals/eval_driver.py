"""`editloop` with the built-in editor under the name `counted`, which reports every edit.

Words of several commands are separated by `then`; the first that fails ends the process.
"""

import os
import sys
import urllib.request

from anyio import to_thread

from editloop.agent.editors import EDITORS, EditorKind
from editloop.cli.border import run
from editloop.tools import Edited, EditRequest
from editloop.tools.retouch.editor import Retouch


class Counted(Retouch):
    """Tells the judge's server which edits it makes, before each."""

    async def edit(self, request: EditRequest) -> Edited:
        await to_thread.run_sync(self._tell, request.key)
        return await super().edit(request)

    @staticmethod
    def _tell(key: str) -> None:
        told = urllib.request.Request(f"{os.environ['TOLD']}/edit", data=key.encode())
        with urllib.request.urlopen(told) as answer:
            answer.read()


EDITORS["counted"] = EditorKind(lambda address, options, cost: Counted(), "test", "counted")

if __name__ == "__main__":
    command: list[str] = []
    for word in [*sys.argv[1:], "then"]:
        if word != "then":
            command.append(word)
        elif code := run(command):
            sys.exit(code)
        else:
            command = []
