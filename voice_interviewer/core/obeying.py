"""What the interviewer does when it is asked for something: by voice, or by a key."""

from __future__ import annotations

from voice_interviewer.core import greeting, wording
from voice_interviewer.core.decision import Decision
from voice_interviewer.core.hands_free import HandsFree
from voice_interviewer.core.interview import Interview

NOTHING_TO_ADD = "I have nothing to add here."


def obey(who: Interview, asked: HandsFree, at_s: float) -> None:
    """Carry out a request; nothing happens where it makes no sense."""
    state = who.machine.state
    if state == "paused":
        if asked.kind == "resume":
            _resume(who, at_s)
        elif asked.kind == "end":
            who.close(at_s)
        return
    if state not in ("listening", "replying"):
        return
    match asked.kind:
        case "repeat":
            who.reply(at_s, who.saying.last_asked or greeting.question(who.setup))
        case "give_me_a_minute":
            who.taker.hold_floor(at_s + asked.seconds)
            # Whoever speaks again meanwhile needs no leave, and would be talked over.
            if not asked.to_self and not who.taker.candidate_speaking:
                who.reply(at_s, Decision("hold", _pick(who, "hold", wording.HOLDS), "hold"))
        case "time_left":
            who.reply(at_s, who.prompter.time_check(at_s))
        case "pause":
            _pause(who, at_s)
        case "skip":
            _skip(who, at_s)
        case "done":
            # With a turn open the turn taker ends it; otherwise the candidate has nothing to add.
            if not who.taker.has_open_turn and state == "listening":
                who.reply(at_s, who.prompter.decide(at_s, NOTHING_TO_ADD))
        case "end":
            who.close(at_s)
        case _:
            pass


def _pause(who: Interview, at_s: float) -> None:
    who.agenda.pause(at_s)
    who.machine.fire("pause_asked")
    text = wording.pick(who.setup.seed, "paused", wording.PAUSED)
    who.saying.say(at_s, Decision("hold", text, "paused"))
    for outcome in who.taker.suspend(at_s):
        who.take(outcome, at_s)


def _resume(who: Interview, at_s: float) -> None:
    for outcome in who.taker.resume(at_s):
        who.take(outcome, at_s)
    who.agenda.resume(at_s)
    text = _pick(who, "resumed", wording.RESUMED)
    who.machine.fire("resume_asked")
    who.saying.say(at_s, Decision("hold", text, "resumed"))


def _skip(who: Interview, at_s: float) -> None:
    skipped = who.saying.last_asked
    if skipped is not None and skipped.kind != "question":
        # Cut off or not: what the candidate wants to skip is not asked again.
        who.memory.asked.add(skipped.key)
        who.memory.invited.add(skipped.phase_id)
    who.reply(at_s, Decision("acknowledgement", _pick(who, "skip", wording.SKIPPED), "skip"))
    who.reply(at_s, who.prompter.after_skip())


def _pick(who: Interview, key: str, options: tuple[str, ...]) -> str:
    said = who.memory.said
    return wording.pick(who.setup.seed, f"{key}:{len(said)}", options, said[-1:])
