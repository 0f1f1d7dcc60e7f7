"""A chat from its first line to its exit code."""

import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio import CancelScope, open_signal_receiver, to_thread
from anyio.abc import TaskStatus
from pydantic_ai import BinaryContent

from ..agent import Choices, EditAgent
from ..agent.scope import helpers
from ..memory import EditloopError, InputError, SettingsError, short
from ..tools.chat.handles import Seen
from ..tools.chat.previews import Previews
from . import chat_model
from .argv import DASH
from .chat_book import Conversation, saved, target_of
from .chat_ears import Ears, tidied
from .chat_lines import HELP, USAGE, Line, understood
from .chat_shown import ForPeople, ForPrograms, Shows
from .chat_talk import Talk
from .complaints import hint_for
from .exits import Exit, of_error
from .files import Source, Target, read
from .lines import emit
from .screen import Screen
from .session import wired

_CODES = {signal.SIGINT: Exit.INTERRUPTED, signal.SIGTERM: Exit.TERMINATED}


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    pictures: tuple[str, ...]
    model: str | None
    prompt: str | None
    session: str | None
    yes: bool
    json: bool


def talked(order: Order, choices: Choices, screen: Screen) -> int:
    """Hold the conversation and return the exit code.

    Raises:
        EditloopError: it could not be begun, or its only exchange failed.
    """
    name = chat_model.chosen(order.model)
    model = chat_model.found(name)
    folder = choices.settings.images_folder.parent / "chats"
    conversation = Conversation.opened(folder, order.session)
    shows = _shows(order, conversation, choices, screen)

    async def work() -> int:
        async with wired(choices, keep=True) as agent:
            room = Room(order, conversation, agent, shows, screen)
            talk = Talk.of(conversation, (name, model), agent, shows, room.allows)
            return await room.held(talk)

    with tidied():
        return anyio.run(work)


def _shows(order: Order, talk: Conversation, choices: Choices, screen: Screen) -> Shows:
    if order.json:
        return ForPrograms(talk.session)

    settings = choices.settings
    return ForPeople(screen, (settings.semantic, settings.quality))


@dataclass(slots=True)
class Room:
    """Reads lines and does what they say."""

    order: Order
    conversation: Conversation
    agent: EditAgent
    shows: Shows
    screen: Screen
    ears: Ears = field(default_factory=Ears)
    attached: list[BinaryContent] = field(default_factory=list[BinaryContent])
    """Pictures that go with the next words."""

    busy: CancelScope | None = None
    """The exchange that Ctrl-C cancels."""

    async def held(self, talk: Talk) -> int:
        """Talk until the end; Ctrl-C cancels an exchange, and ends the chat where there is none."""
        caught: list[Exit] = []

        async def listen(*, task_status: TaskStatus[None]) -> None:
            with open_signal_receiver(*_CODES) as numbers:
                task_status.started()
                async for number in numbers:
                    code = _CODES[signal.Signals(number)]
                    if self.busy and code is Exit.INTERRUPTED and not self.order.prompt:
                        self.busy.cancel()
                    else:
                        caught.append(code)
                        all_of_it.cancel()

        code = int(Exit.ACCEPTED)
        async with helpers() as group:
            with CancelScope() as all_of_it:
                if sys.platform != "win32":
                    await group.start(listen)
                code = await self._talked(talk)

        self._farewell(talk)
        return caught[0] if caught else code

    async def allows(self, question: str) -> bool:
        """Ask a person about an edit that costs money; where nobody can be asked it is no."""
        if self.order.yes:
            return True

        if not self.ears.in_terminal:
            self.screen.say("refused", f"{question}; --yes allows it", at=-1)
            return False

        return await self._yes(f"{question}; allow it? [y/N] ")

    async def _talked(self, talk: Talk) -> int:
        for name in self.order.pictures:
            await self._attach(name)

        if self.order.prompt is not None:
            await self._say(talk, await self._prompted(self.order.prompt))
            return Exit.ACCEPTED

        if self.ears.in_terminal:
            self._greet(talk)
        while (line := await self.ears.line("> ")) is not None:
            if line.strip() and not await self._line(talk, understood(line)):
                break

        return Exit.ACCEPTED

    async def _prompted(self, prompt: str) -> str:
        """What is to be said; `-` is standard input."""
        if prompt == DASH:
            lines: list[str] = []
            while (line := await self.ears.line("")) is not None:
                lines.append(line)
            prompt = "\n".join(lines)

        if prompt.strip():
            return prompt

        raise InputError("there is nothing to say: give some words with --prompt")

    async def _line(self, talk: Talk, line: Line) -> bool:
        """Do what a line says; False: leave. What goes wrong is told, and the chat goes on."""
        try:
            if line.command:
                return await self._command(talk, line)
            for name in line.pictures:
                await self._attach(name)
            if line.text:
                await self._exchange(talk, line.text)
        except EditloopError as error:
            self._complain(error)
        return True

    async def _exchange(self, talk: Talk, text: str) -> None:
        with CancelScope() as self.busy:
            await self._say(talk, text)
        cut = self.busy.cancelled_caught
        self.busy = None
        if cut:
            self._tell_cut(talk)

    async def _say(self, talk: Talk, text: str) -> None:
        await talk.say(text, self.attached)
        self.attached = []

    async def _command(self, talk: Talk, line: Line) -> bool:
        match line.command, line.words:
            case (("quit" | "exit" | "q"), _):
                return False
            case (("help" | "?"), _):
                print(HELP, flush=True)
            case "attach", (_, *_) as names:
                for name in names:
                    await self._attach(name)
            case "images", ():
                self._list()
            case "save", (picture, place):
                await self._save(self.conversation.find(picture), place)
            case "undo", ():
                done = await self.conversation.undone(talk.model)
                self._note("undone" if done else "nothing to undo")
            case (name, _) if name in USAGE:
                raise SettingsError(f"write it as {USAGE[name]}")
            case _:
                raise SettingsError(f"/{line.command} is not understood; /help lists the commands")
        return True

    async def _attach(self, name: str) -> None:
        source = await to_thread.run_sync(_read, name)
        images = self.agent.images
        ref = await images.put(source.data, verify=True, view=Previews(images).view)
        self.attached.append(BinaryContent(data=source.data, media_type=ref.media_type))
        self._note(f"{source.name}: {ref.width}×{ref.height}", "attached")

    async def _save(self, seen: Seen, place: str) -> None:
        target = target_of(seen, place)
        there = await to_thread.run_sync(_there, target)
        if there:
            if not (self.ears.in_terminal and await self._yes(f"replace {target.path}? [y/N] ")):
                raise InputError(f"{str(target.path)!r} exists and was not replaced")
            target = target_of(seen, str(target.path), overwrite=True)
        await saved(self.agent.images, seen, target)
        self._note(str(target.path), "saved")

    async def _yes(self, question: str) -> bool:
        answer = await self.ears.line(question)
        return (answer or "").strip().lower() in ("y", "yes")

    def _list(self) -> None:
        found = [seen.told() for seen in self.conversation.book()]
        if self.order.json:
            emit({"type": "images", "images": found})
            return

        for number, seen in enumerate(found, 1):
            run = f"  run {seen['run']} turn {seen['turn']}" if "run" in seen else ""
            print(f"{number:>3}  {seen['image']}  {seen['size']:<11}  {seen['what']}{run}")
        if not found:
            self._note("no pictures yet")

    def _note(self, text: str, label: str = "chat") -> None:
        if self.order.json:
            emit({"type": "note", "what": label, "text": text})
        else:
            self.screen.say(label, text)

    def _complain(self, error: EditloopError) -> None:
        kind, hint = type(error).__name__, hint_for(type(error).__name__)
        if self.order.json:
            entry = {"code": int(of_error(error)), "kind": kind, "message": str(error)}
            emit({"type": "error", "error": entry | {"retryable": error.retryable}})
        else:
            self.screen.say("error:", " ".join(str(error).split()), at=-1)
            if hint and kind != "RunNotFound":
                self.screen.say("next:", hint, style="command")

    def _greet(self, talk: Talk) -> None:
        count = len(self.conversation.messages)
        goes_on = f", {count} messages so far" if count else ""
        self.screen.say("chat", f"session {self.conversation.session}{goes_on}; model {talk.model}")
        if talk.model == chat_model.DIRECT:
            self.screen.say("", "each line is an instruction; --model openai:NAME to talk; /help")

    def _tell_cut(self, talk: Talk) -> None:
        runs = list(talk.watched.unfinished)
        talk.watched.unfinished.clear()
        kept = f"run {short(runs[-1])} is saved up to here" if runs else "nothing was begun"
        if self.order.json:
            emit({"type": "stopped", "runs": runs})
            return

        print(flush=True)
        self.screen.say("stopped", kept, at=-1)
        if runs:
            self.screen.say("next:", f"editloop resume {short(runs[-1])}", style="command", at=-1)

    def _farewell(self, talk: Talk) -> None:
        if talk.watched.unfinished:
            self._tell_cut(talk)
        if self.conversation.messages and not self.order.json:
            self.screen.next(f"editloop chat --session {self.conversation.session}")


def _there(target: Target) -> bool:
    return target.path is not None and target.path.exists()


def _read(name: str) -> Source:
    return read(str(Path(name).expanduser()))
