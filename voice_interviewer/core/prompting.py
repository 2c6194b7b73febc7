"""What to say next: one decision, made from what was heard, what is missing, and the time left.

`Prompter.decide` only looks; nothing changes until the decision is committed. So the likely next prompt can
be
prepared while the candidate still speaks, and what was prepared is what is said.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from voice_interviewer.core import claims, clarifying, deepening, probing, wording
from voice_interviewer.core.commands import PromptKind
from voice_interviewer.core.content import Phase, Signal
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.quoting import as_quote
from voice_interviewer.core.stems import content_stems

MAX_FOLLOW_UPS = 3
"""Per phase: after three questions on one step a good interviewer moves on."""
MIN_LEFT_S = 25.0
"""A follow-up needs this much of the phase's budget, or it is time to move on."""
ANSWERED_SHARE = 0.6
"""A question-specific follow-up counts as answered when this share of its own words has been said."""
SHORT_TURN_WORDS = 4
"""Fewer words than this, and no question: not an answer yet; the candidate is invited to go on."""
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
_DECLINING = re.compile(
    r"^\W*(um+|uh+|no|yeah|okay|well|so|i think|and|\W)*\s*(that('s| is)? (covers|about|all|it)|(i have "
    r"|i've got |there is )?nothing "
    r"(else|more|to add|further|here|there)|i (would|'d|will|'ll) leave it at that|that was (it|all|the"
    r" main)|i('m| am) (done|good|fine))",
    re.IGNORECASE,
)
_DECLINING_WORDS = 14


@dataclass(frozen=True, slots=True)
class Decision:
    """The next prompt, why, and what a language model would need to word it."""

    kind: PromptKind
    text: str
    key: str
    """Identifies the thing asked, so that it is not asked again."""
    phase_id: str = ""
    intent: str = ""
    facts: tuple[str, ...] = ()
    ends: bool = False
    """True when this prompt closes the interview."""
    late: bool = False
    """True when all steps had been walked and this goes back to one of them."""
    goes_on: bool = False
    """True for a further sentence of the prompt before it."""
    withheld: tuple[str, ...] = ()
    """Points of a strong answer, which a language model must not give away."""


class Prompter:
    """Chooses the next prompt for one interview."""

    def __init__(self, memory: Memory, *, seed: int = 0) -> None:
        self._memory = memory
        self._seed = seed

    # -- after a turn ----------------------------------------------------------------------------

    def decide(self, at_s: float, turn_text: str) -> Decision:
        """What to say at `at_s`, after a turn with this text. Never fails: the last resort is to close."""
        memory = self._memory
        if memory.agenda.left_s(at_s) <= 0:
            return self.closing()
        if is_declining(turn_text):
            return self._warn(at_s) or self._invite_next() or self._wind_up()
        return (
            self._reply_to_question(turn_text)
            or self._encourage(turn_text)
            or self._warn(at_s)
            or self._move_on_at_budget(at_s)
            or self._push_back(turn_text)
            or self._follow_up(at_s)
            or self._invite_next()
            or self._anything_missing()
            or self._wind_up()
        )

    def _wind_up(self) -> Decision:
        """All steps were walked: one surprise, one look back, and the end."""
        return self._curve_ball() or self._last_word() or self.closing()

    def _reply_to_question(self, text: str) -> Decision | None:
        wanted = clarifying.wanted(text, self._memory.meanings_at_end(text))
        if wanted == clarifying.CHECK:
            return self._decision("acknowledgement", "go_on", wording.GO_ON, repeatable=True)
        if wanted == clarifying.NOTHING:
            return None
        asked = clarifying.last_sentence(text)
        found = clarifying.fact(wanted, self._memory.question.clarifications)
        if found is None:
            options = wording.NO_FACT.get(self._memory.framework.type, wording.NO_CLARIFICATION)
            return self._decision("clarification", "clarify:none", options, repeatable=True)
        topic, fact = found
        return Decision(
            "clarification",
            fact,
            f"clarify:{topic}",
            self._memory.agenda.current,
            intent=f"Answer the candidate's question '{asked}' in one sentence.",
            facts=(fact,),
        )

    def _encourage(self, text: str) -> Decision | None:
        if wording.word_count(text) >= SHORT_TURN_WORDS or self._memory.last_kind == "acknowledgement":
            return None
        return self._decision("acknowledgement", "go_on", wording.GO_ON, repeatable=True)

    def after_skip(self) -> Decision:
        """What comes after 'let's skip this one': the next step, never the thing skipped."""
        skipped = self._memory.agenda.current
        self._memory.follow_ups_in[skipped] += MAX_FOLLOW_UPS
        return self._invite_next() or self._anything_missing() or self._last_word() or self.closing()

    def was_asked(self, key: str) -> bool:
        """Whether a decision of this key was spoken."""
        return key in self._memory.asked

    # -- by the clock ----------------------------------------------------------------------------

    def _warn(self, at_s: float) -> Decision | None:
        agenda = self._memory.agenda
        if agenda.left_s(at_s) > agenda.warning_left_s or "warning" in self._memory.asked:
            return None
        return self.warning(at_s)

    def warning(self, at_s: float) -> Decision:
        """Says how much is left, and asks for the ending where that is still open."""
        last = self._memory.framework.phases[-1]
        left = wording.spoken_duration(self._memory.agenda.left_s(at_s))
        done = self._memory.is_covered(last)
        tail = "Is there anything you want to add?" if done else f"Please bring it to {_closing_step(last)}."
        text = f"We have {left} left. {tail}"
        return Decision(
            "warning", text, "warning", last.id, intent="Say how much time is left.", facts=(left,)
        )

    def time_check(self, at_s: float) -> Decision:
        """The answer to 'how much time do I have?'."""
        agenda = self._memory.agenda
        left = wording.spoken_duration(agenda.left_s(at_s))
        text = f"You have {left} left."
        return Decision("time_check", text[0].upper() + text[1:], "time_check")

    def _move_on_at_budget(self, at_s: float) -> Decision | None:
        agenda = self._memory.agenda
        if agenda.phase_left_s(agenda.current, at_s) > 0:
            return None
        return self.nudge()

    def nudge(self) -> Decision | None:
        """The budget of the current phase is used up: on to the next open one, once per phase."""
        current = self._memory.agenda.current
        following = self._memory.next_open_phase()
        if f"nudge:{current}" in self._memory.asked or following is None:
            return None
        lead = wording.pick(self._seed, f"nudge:{current}", NUDGE_LEADS)
        invitation = self._wording_for(f"invite:{following.id}", following.invitations)
        if invitation is None:
            return None
        text = f"{lead} {invitation}"
        if not wording.is_speakable(text):
            text = invitation
        return Decision(
            "nudge",
            text,
            f"nudge:{current}",
            following.id,
            intent=f"Say that time for this step is used up and move on to {following.name}.",
            facts=(following.purpose,),
        )

    # -- by what was said ------------------------------------------------------------------------

    def _push_back(self, text: str) -> Decision | None:
        if any(key.startswith("push_back") for key in self._memory.asked):
            return None
        for claim in claims.weak_claims(text):
            options = [o.format(quote=_capitalised(o, claim.quote)) for o in claims.PUSH_BACKS[claim.kind]]
            decision = self._decision("push_back", f"push_back:{claim.kind}", options)
            if decision is not None:
                return decision
        if claims.WEAK in self._memory.meanings_at_end(text):
            return self._decision("push_back", "push_back:meant", claims.DOUBTS)
        return None

    def _follow_up(self, at_s: float) -> Decision | None:
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
            options = self._filled_in(signal.follow_ups, phase)
            decision = self._decision("follow_up", f"signal:{signal.id}", options, phase)
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
            decision = self._decision("follow_up", f"question:{index}", [follow_up.text], phase)
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
            options = probing.probes(memory.framework.type, phrase)
            if decision := self._decision("follow_up", f"{prefix}{here}", options, phase):
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
            texts = [text for text in self._filled_in(one.texts, phase) if text not in memory.said]
            if texts and all(self._is_missing(signal) for signal in one.unless):
                options[f"{prefix}{number}"] = texts
        if not options:
            return None
        key = wording.pick(self._seed, prefix, list(options))
        return self._decision("follow_up", key, options[key], phase)

    def _invite_next(self) -> Decision | None:
        following = self._memory.next_open_phase()
        if following is None or self._memory.framework.monologue:
            return None
        return self._decision("invitation", f"invite:{following.id}", list(following.invitations), following)

    def _anything_missing(self) -> Decision | None:
        """All phases were visited and there is time: the most valuable gaps anywhere, but no second
        interview.
        """
        if sum(key.startswith("signal:") for key in self._memory.asked_late) >= MAX_LATE_QUESTIONS:
            return None
        return self._missing_signal(self._memory.framework.phases, least_value=LATE_VALUE, late=True)

    def _curve_ball(self) -> Decision | None:
        ball = self._memory.question.curve_ball
        return self._decision("follow_up", "curve_ball", [ball]) if ball else None

    def _last_word(self) -> Decision | None:
        return self._decision("follow_up", "last_word", LAST_WORDS)

    def closing(self) -> Decision:
        """The last words."""
        options = self._memory.persona.closings if self._memory.persona else wording.CLOSINGS
        usable = [option for option in options if wording.is_speakable(option)] or list(wording.CLOSINGS)
        return Decision("closing", wording.pick(self._seed, "closing", usable), "closing", ends=True)

    # -- wording ---------------------------------------------------------------------------------

    def _decision(
        self,
        kind: PromptKind,
        key: str,
        options: list[str] | tuple[str, ...],
        phase: Phase | None = None,
        *,
        repeatable: bool = False,
    ) -> Decision | None:
        if key in self._memory.asked and not repeatable:
            return None
        text = self._wording_for(key, options, repeatable=repeatable)
        if text is None:
            return None
        phase_id = phase.id if phase else self._memory.agenda.current
        name = phase.name if phase else ""
        intent = {
            "follow_up": f"Ask for what is missing in {name or 'the answer'}: {text}",
            "push_back": f"Doubt one weak claim: {text}",
            "invitation": f"Move on to {name}: {text}",
        }.get(kind, text)
        facts = tuple(self._memory.recent_quotes())
        return Decision(kind, text, key, phase_id, intent=intent, facts=facts, withheld=self._withheld())

    def _withheld(self) -> tuple[str, ...]:
        """Points of a strong answer that the candidate has not made."""
        said = self._memory.said_stems
        points = (point for made in self._memory.question.points.values() for point in made)
        return tuple(point for point in points if len(content_stems(point) - said) >= 2)

    def _wording_for(
        self, key: str, options: list[str] | tuple[str, ...], *, repeatable: bool = False
    ) -> str | None:
        """A speakable wording not said before (or, when repeatable, not said last)."""
        said = self._memory.said
        usable = [o for o in options if wording.is_speakable(o) and (repeatable or o not in said)]
        if not usable:
            return None
        turn = f":{len(said)}" if repeatable else ""
        return wording.pick(self._seed, key + turn, usable, avoid=said[-1:])

    def _filled_in(self, options: tuple[str, ...], phase: Phase) -> list[str]:
        """Wordings that take up the candidate's own words, where some fit; otherwise those that need none."""
        plain = [option for option in options if "{" not in option]
        said = " ".join(self._memory.said).lower()
        for gap, words in self._memory.own_words(phase.id):
            quote = as_quote(words)
            if not quote or quote.lower() in said:
                continue
            filled = [option.replace(gap, quote) for option in options if gap in option]
            usable = [text[:1].upper() + text[1:] for text in filled if wording.is_speakable(text)]
            if usable:
                return usable
        return plain


NUDGE_LEADS = (
    "Let us move on for time.",
    "I want to keep us on time.",
    "Let us leave that there.",
    "In the interest of time, let us go on.",
)
LAST_WORDS = (
    "Before we stop: what would you change about your answer, if anything?",
    "One last thing: which part of your answer are you least sure of?",
)


def is_declining(text: str) -> bool:
    """'I have nothing to add': a short turn that hands the floor back."""
    return wording.word_count(text) <= _DECLINING_WORDS and bool(_DECLINING.search(text))


def _closing_step(phase: Phase) -> str:
    return {"summarize": "a short summary", "result": "the result and what you learned"}.get(
        phase.id, f"a close: {phase.name.lower()}"
    )


def _capitalised(template: str, quote: str) -> str:
    if not template.startswith("{quote}"):
        return quote
    return quote[:1].upper() + quote[1:]
