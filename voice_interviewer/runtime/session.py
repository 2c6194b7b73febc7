"""The session loop: one event at a time into the interviewer, its commands out to the crew, all of it
journaled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

from voice_interviewer.core.codec import canonical
from voice_interviewer.core.commands import Command, Finish, Transcribe
from voice_interviewer.core.events import Event, SessionResumed, SessionStarted, StopRequested, Tick
from voice_interviewer.core.interviewer import Interviewer
from voice_interviewer.ports import Clock
from voice_interviewer.runtime.inbox import Inbox

LAST_WORDS_S = 60.0
"""After the closing words, so long is waited for what is still being transcribed. Speech is never dropped:
whatever is not done by then is transcribed when the report is made."""


class Log(Protocol):
    """Where events and commands are written down."""

    def write(self, item: Event | Command, at_s: float) -> None:
        """Append one."""
        ...


class Crew(Protocol):
    """Those who carry out commands."""

    def do(self, command: Command) -> None:
        """Start on a command; its outcome comes back through the inbox."""
        ...

    def finish(self, timeout_s: float) -> bool:
        """Wait for transcriptions under way; False when time ran out."""
        ...


Observer = Callable[[Event | None, Sequence[Command]], None]


class SessionLoop:
    """Owns the interviewer. Runs on the main thread."""

    def __init__(
        self,
        interviewer: Interviewer,
        inbox: Inbox,
        clock: Clock,
        crew: Crew,
        log: Log,
        observers: Sequence[Observer] = (),
        resumed: SessionResumed | None = None,
    ) -> None:
        """`resumed` opens the loop where an interview goes on; otherwise it begins."""
        self._resumed = resumed
        self._interviewer = interviewer
        self._inbox = inbox
        self._clock = clock
        self._crew = crew
        self._log = log
        self._observers = observers
        self._last_s = 0.0
        self._outstanding: set[int] = set()
        self.reason = ""

    def run(self) -> str:
        """Hold the interview; why it ended."""
        self._handle(self._resumed or SessionStarted(self._clock.now_s()))
        while self._interviewer.state != "finished":
            event = self._inbox.get(self._interviewer.next_deadline_s)
            self._handle(event if event is not None else Tick(self._clock.now_s()))
        self._collect_last_words()
        return self.reason

    def _handle(self, event: Event) -> None:
        if event.at_s < self._last_s:
            # Two threads stamped their events a hair apart; the interviewer's time never runs backwards.
            event = dataclasses.replace(event, at_s=self._last_s)
        event = canonical(event)
        self._last_s = event.at_s
        self._log.write(event, event.at_s)
        commands = self._interviewer.handle(event)
        for command in commands:
            self._log.write(command, event.at_s)
            if isinstance(command, Transcribe):
                self._outstanding.add(command.utterance_id)
            if isinstance(command, Finish):
                self.reason = command.reason
            else:
                self._crew.do(command)
        for observer in self._observers:
            observer(event, commands)

    def _collect_last_words(self) -> None:
        """What was said last is in the report too."""
        self._crew.finish(LAST_WORDS_S)
        while (event := self._inbox.get(0.0)) is not None:
            if isinstance(event, StopRequested):
                break
            event = dataclasses.replace(event, at_s=max(event.at_s, self._last_s))
            self._log.write(event, event.at_s)
