"""Follow-up questions: which gap in the answer is asked about, and when enough has been asked.

A gap is a signal of the step that was not given, or one of the question's own follow-ups. What the candidate
just mentioned is taken up in between, and where nothing is surely missing a question goes deeper. Like the
prompter this only looks.
"""

from __future__ import annotations

import dataclasses

from voice_interviewer.core import deepening, probing
from voice_interviewer.core.content import Phase, Signal
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.phrasing import Phrasing
from voice_interviewer.core.stems import content_stems

MAX_FOLLOW_UPS = 3
"""Per phase: after three questions on one step a good interviewer moves on."""
MIN_LEFT_S = 25.0
"""A follow-up needs this much of the phase's budget, or it is time to move on."""
ANSWERED_SHARE = 0.6
"""A question-specific follow-up counts as answered when this share of its own words has been said."""
MISSING_BELOW = 0.15
"""A signal more probable than this may have been given: a question that was answered is worse than none."""
OPEN_BELOW = 0.3
"""The same for the question's own follow-ups."""
MAX_DEEPER = 1
"""Per phase, of questions that only go deeper."""
MAX_DEEPER_IN_STORY = 3
FOLLOW_UP_KEYS = ("signal:", "question:", probing.KEY, deepening.KEY)
MAX_LATE_QUESTIONS = 2
LATE_VALUE = 0.6
"""After the last step only gaps worth this much are gone back to, and only so many."""


class FollowUps:
    """Chooses the next follow-up for one interview."""

    def __init__(self, memory: Memory, phrasing: Phrasing) -> None:
        self._memory = memory
        self._phrasing = phrasing

    def next(self, at_s: float) -> Decision | None:
        """The follow-up that is worth most now, where there is time for one."""
        memory, agenda = self._memory, self._memory.agenda
        if not memory.framework.monologue and agenda.phase_left_s(agenda.current, at_s) < MIN_LEFT_S:
            return None
        limit = MAX_FOLLOW_UPS * (2 if memory.framework.monologue else 1)
        here = memory.framework.phases if memory.framework.monologue else self._scope()
        asked_here = sum(memory.follow_ups_in[phase.id] for phase in here)
        if asked_here >= limit:
            return None
        own = self._question_follow_up(self._scope())
        missing = self._missing_signal(self._scope())
        # What was just said is taken up every other time; and every fourth time the bank's own question comes
        # first, which is the sharper one.
        number = sum(key.startswith(FOLLOW_UP_KEYS) for key in memory.asked)
        if number % 2 == 1 and (probe := self._probe()):
            return probe
        first, second = (own, missing) if number % 4 == 2 else (missing, own)
        return first or second or self._what_came_next() or self._probe() or self._deeper()

    def _scope(self) -> tuple[Phase, ...]:
        """The phase at hand; of a story all that has been told so far, as its end is not asked for before."""
        memory = self._memory
        if memory.framework.monologue:
            return memory.framework.phases[: self._told()]
        return (memory.framework.phase(memory.agenda.current),)

    def _told(self) -> int:
        """How many phases of a story have been reached."""
        agenda, phases = self._memory.agenda, self._memory.framework.phases
        reached = [one.id == agenda.current or agenda.spent_s[one.id] > 0 for one in phases]
        return max(number for number, there in enumerate(reached, start=1) if there)

    def _what_came_next(self) -> Decision | None:
        """The step of a story that follows what has been told."""
        phases = self._memory.framework.phases
        following = phases[self._told() :][:1] if self._memory.framework.monologue else ()
        return self._missing_signal(following) or self._question_follow_up(following)

    def _missing_signal(
        self, phases: tuple[Phase, ...], *, least_value: float = 0.0, late: bool = False
    ) -> Decision | None:
        missing = [
            (signal, phase)
            for phase in phases
            for signal in phase.signals
            if self._is_open(signal) and signal.value >= least_value
        ]
        missing.sort(key=lambda pair: -pair[0].value * (1.0 - self._memory.chance_given(pair[0].id)))
        for signal, phase in missing:
            options = self._phrasing.filled_in(signal.follow_ups, phase)
            decision = self._phrasing.decision("follow_up", f"signal:{signal.id}", options, phase)
            if decision is not None:
                return dataclasses.replace(decision, late=late)
        return None

    def _is_open(self, signal: Signal) -> bool:
        in_place = not signal.after or self._memory.was_surely_given(signal.after)
        return in_place and self._is_missing(signal.id) and f"signal:{signal.id}" not in self._memory.asked

    def _is_missing(self, signal_id: str) -> bool:
        return self._memory.chance_given(signal_id) < MISSING_BELOW

    def _question_follow_up(self, phases: tuple[Phase, ...]) -> Decision | None:
        scope = {phase.id for phase in phases}
        for index, follow_up in enumerate(self._memory.question.follow_ups):
            if follow_up.phase not in scope or self._was_answered(index, follow_up.text):
                continue
            phase = self._memory.framework.phase(follow_up.phase)
            decision = self._phrasing.decision("follow_up", f"question:{index}", [follow_up.text], phase)
            if decision is not None:
                return decision
        return None

    def _was_answered(self, index: int, text: str) -> bool:
        if self._memory.answered.get(index, 0.0) >= OPEN_BELOW:
            return True
        own = content_stems(text) - content_stems(self._memory.question.wording)
        if len(own) < 3:
            return False
        return len(own & self._memory.said_stems) / len(own) >= ANSWERED_SHARE

    def _probe(self) -> Decision | None:
        """A question about something just mentioned, in the candidate's own words."""
        memory = self._memory
        prefix = f"{probing.KEY}{memory.agenda.current}:"
        asked = [key for key in memory.asked if key.startswith(probing.KEY)]
        here = sum(key.startswith(prefix) for key in asked)
        if len(asked) >= probing.MAX_PROBES or here >= probing.MAX_IN_PHASE:
            return None
        phase = memory.framework.phase(memory.agenda.current)
        for phrase in memory.just_mentioned():
            options = probing.probes(memory.framework.type, phrase, memory.said)
            if decision := self._phrasing.decision("follow_up", f"{prefix}{here}", options, phase):
                return decision
        return None

    def _deeper(self) -> Decision | None:
        """Where nothing is surely missing: a question about what was said that can hardly be answered yet."""
        memory = self._memory
        phase = memory.framework.phase(memory.agenda.current)
        place = "" if memory.framework.monologue else phase.id
        prefix = f"{deepening.KEY}{place}:"
        most = MAX_DEEPER_IN_STORY if memory.framework.monologue else MAX_DEEPER
        if sum(key.startswith(prefix) for key in memory.asked) >= most:
            return None
        options = {}
        for number, one in deepening.fitting(memory.framework, phase.id):
            texts = [text for text in self._phrasing.filled_in(one.texts, phase) if text not in memory.said]
            if texts and all(self._is_missing(signal) for signal in one.unless):
                options[f"{prefix}{number}"] = texts
        if not options:
            return None
        key = self._phrasing.pick(prefix, list(options))
        return self._phrasing.decision("follow_up", key, options[key], phase)

    def late(self) -> Decision | None:
        """All phases were visited and there is time: the most valuable gaps anywhere, but no second
        interview.
        """
        if sum(key.startswith("signal:") for key in self._memory.asked_late) >= MAX_LATE_QUESTIONS:
            return None
        return self._missing_signal(self._memory.framework.phases, least_value=LATE_VALUE, late=True)
