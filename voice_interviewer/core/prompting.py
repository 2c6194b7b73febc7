"""What to say next: one decision, made from what was heard, what is missing, and the time left.

`Prompter.decide` only looks; nothing changes until the decision is committed. So the likely next prompt can
be prepared while the candidate still speaks, and what was prepared is what is said. Here is the order of
reasons; which gap a follow-up asks about is in `core.following_up`, how it is worded in `core.phrasing`.
"""

from __future__ import annotations

import re

from voice_interviewer.core import claims, clarifying, wording
from voice_interviewer.core.content import Phase
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.following_up import MAX_FOLLOW_UPS, FollowUps
from voice_interviewer.core.memory import Memory
from voice_interviewer.core.phrasing import Phrasing

__all__ = ["Decision", "Prompter", "is_declining"]

SHORT_TURN_WORDS = 4
"""Fewer words than this, and no question: not an answer yet; the candidate is invited to go on."""
_DECLINING = re.compile(
    r"^\W*(um+|uh+|no|yeah|okay|well|so|i think|and|\W)*\s*(that('s| is)? (covers|about|all|it)|(i have "
    r"|i've got |there is )?nothing "
    r"(else|more|to add|further|here|there)|i (would|'d|will|'ll) leave it at that|that was (it|all|the"
    r" main)|i('m| am) (done|good|fine))",
    re.IGNORECASE,
)
_DECLINING_WORDS = 14


class Prompter:
    """Chooses the next prompt for one interview."""

    def __init__(self, memory: Memory, *, seed: int = 0) -> None:
        self._memory = memory
        self._phrasing = Phrasing(memory, seed)
        self._follow_ups = FollowUps(memory, self._phrasing)

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
            or self._follow_ups.next(at_s)
            or self._invite_next()
            or self._follow_ups.late()
            or self._wind_up()
        )

    def _wind_up(self) -> Decision:
        """All steps were walked: one surprise, one look back, and the end."""
        return self._curve_ball() or self._last_word() or self.closing()

    def _reply_to_question(self, text: str) -> Decision | None:
        wanted = clarifying.wanted(text, self._memory.meanings_at_end(text))
        if wanted == clarifying.CHECK:
            return self._phrasing.decision("acknowledgement", "go_on", wording.GO_ON, repeatable=True)
        if wanted == clarifying.CHOICE:
            return self._phrasing.decision("acknowledgement", "choice", wording.YOUR_CHOICE, repeatable=True)
        if wanted == clarifying.NOTHING:
            return None
        asked = clarifying.last_sentence(text)
        found = clarifying.fact(wanted, self._memory.question.clarifications)
        if found is None:
            options = wording.NO_FACT.get(self._memory.framework.type, wording.NO_CLARIFICATION)
            return self._phrasing.decision("clarification", "clarify:none", options, repeatable=True)
        topic, fact = found
        if self.was_asked(f"clarify:{topic}") and not clarifying.asks_again(asked):
            # Not the same fact over and over: "would they be okay with opting in?" is about users, too.
            options = wording.NOTHING_FURTHER
            return self._phrasing.decision("clarification", "clarify:told", options, repeatable=True)
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
        return self._phrasing.decision("acknowledgement", "go_on", wording.GO_ON, repeatable=True)

    def after_skip(self) -> Decision:
        """What comes after 'let's skip this one': the next step, never the thing skipped."""
        skipped = self._memory.agenda.current
        self._memory.follow_ups_in[skipped] += MAX_FOLLOW_UPS
        return self._invite_next() or self._follow_ups.late() or self._last_word() or self.closing()

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
        lead = self._phrasing.pick(f"nudge:{current}", wording.NUDGE_LEADS)
        invitation = self._phrasing.text(f"invite:{following.id}", following.invitations)
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
            decision = self._phrasing.decision("push_back", f"push_back:{claim.kind}", options)
            if decision is not None:
                return decision
        if claims.WEAK in self._memory.meanings_at_end(text):
            return self._phrasing.decision("push_back", "push_back:meant", claims.DOUBTS)
        return None

    def _invite_next(self) -> Decision | None:
        following = self._memory.next_open_phase()
        if following is None or self._memory.framework.monologue:
            return None
        return self._phrasing.decision(
            "invitation", f"invite:{following.id}", list(following.invitations), following
        )

    def _curve_ball(self) -> Decision | None:
        ball = self._memory.question.curve_ball
        return self._phrasing.decision("follow_up", "curve_ball", [ball]) if ball else None

    def _last_word(self) -> Decision | None:
        return self._phrasing.decision("follow_up", "last_word", wording.LAST_WORDS)

    def closing(self) -> Decision:
        """The last words."""
        options = self._memory.persona.closings if self._memory.persona else wording.CLOSINGS
        usable = [option for option in options if wording.is_speakable(option)] or list(wording.CLOSINGS)
        return Decision("closing", self._phrasing.pick("closing", usable), "closing", ends=True)


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
