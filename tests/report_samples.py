"""Records to make reports from: a product-design interview, a STAR story, a bare recording.

Texts are spoken by a small clock: every word takes a time by its length, punctuation pauses, `<0.8>` is a
silence, `um` and kin are words as a recogniser writes them, and `(um)` is one that only the audio has.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from voice_interviewer.analysis.record import (
    AcousticTrack,
    PhaseSpan,
    PromptSpan,
    SessionRecord,
    VocalFillerEvent,
)
from voice_interviewer.core.content import Framework, Phase, Question, RubricLine, Signal
from voice_interviewer.core.speech import Utterance, Word

_PIECE = re.compile(r"<([\d.]+)>|\((\w+)\)|(\S+)")


@dataclass
class Script:
    """Writes a session down word by word; `at_s` is where it stands."""

    at_s: float = 0.0
    pace: float = 1.0
    utterances: list[Utterance] = field(default_factory=list)
    prompts: list[PromptSpan] = field(default_factory=list)
    spans: list[PhaseSpan] = field(default_factory=list)
    vocal: list[VocalFillerEvent] = field(default_factory=list)

    def say(self, text: str, *, phase: str = "", pace: float = 0.0) -> Script:
        """The candidate speaks one utterance."""
        start_s = self.at_s
        words: list[Word] = []
        speed = pace or self.pace
        for silence, audio_only, token in _PIECE.findall(text):
            if silence:
                self.at_s += float(silence)
            elif audio_only:
                end_s = self.at_s + 0.35
                self.vocal.append(
                    VocalFillerEvent(audio_only, round(self.at_s, 3), round(end_s, 3), 0.8, ("flat vowel",))
                )
                self.at_s = end_s + 0.05
            else:
                length_s = (0.12 + 0.045 * len(re.sub(r"\W", "", token))) / speed
                words.append(Word(token, round(self.at_s, 3), round(self.at_s + length_s, 3), 0.93))
                self.at_s += length_s + 0.02
                self.at_s += {".": 0.55, "?": 0.55, ",": 0.18}.get(token[-1], 0.0)
        self.utterances.append(Utterance(len(self.utterances) + 1, start_s, words[-1].end_s, tuple(words)))
        if phase:
            self.spans.append(PhaseSpan(phase, start_s, self.at_s, 0.9))
        return self

    def ask(self, text: str, kind: str = "follow_up", *, wait_s: float = 1.2) -> Script:
        """The interviewer speaks, then it is quiet for a while."""
        self.at_s += 0.6
        end_s = self.at_s + 0.32 * len(text.split())
        self.prompts.append(
            PromptSpan(len(self.prompts) + 1, round(self.at_s, 3), round(end_s, 3), text, kind)
        )
        self.at_s = end_s + wait_s
        return self

    def record(self, **facts: object) -> SessionRecord:
        """The session so far, as the facts a report is made from."""
        known: dict[str, object] = {
            "id": "20260302-101500-sample",
            "kind": "practice",
            "started_at": "2026-03-02T10:15:00+01:00",
            "duration_s": round(self.at_s + 1.0, 3),
            "utterances": tuple(self.utterances),
            "prompts": tuple(self.prompts),
            "phase_spans": tuple(self.spans),
            "vocal_fillers": tuple(self.vocal),
            "speech_spans": tuple((u.start_s, u.end_s) for u in self.utterances),
            "models": {"transcriber": "whisper-base"},
        }
        return SessionRecord(**{**known, **facts})  # type: ignore[arg-type]


def tone(duration_s: float, words: list[Word]) -> AcousticTrack:
    """A voice around 120 Hz that rises and falls, 30 dB above the room."""
    frames = int(duration_s * 100)
    spoken = bytearray(frames)
    for word in words:
        spoken[int(word.start_s * 100) : int(word.end_s * 100)] = b"\1" * (
            min(frames, int(word.end_s * 100)) - int(word.start_s * 100)
        )
    return AcousticTrack(
        0.01,
        tuple(120.0 * 2 ** (3 * math.sin(n / 80) / 12) if spoken[n] else 0.0 for n in range(frames)),
        tuple(-24.0 + 4 * math.sin(n / 130) if spoken[n] else -58.0 for n in range(frames)),
    )


def _phase(phase_id: str, name: str, budget_s: float, signals: tuple[Signal, ...], group: str = "") -> Phase:
    return Phase(phase_id, name, f"{name}.", budget_s, group, (), (), (), (), (), (), signals)


def _signal(signal_id: str, name: str, value: float, *patterns: str) -> Signal:
    return Signal(signal_id, name, value, patterns, ())


CIRCLES = Framework(
    id="circles",
    name="CIRCLES",
    type="product-design",
    summary="Product design in seven steps.",
    phases=(
        _phase("comprehend", "Comprehend", 36, (_signal("goal", "asks for the goal", 0.8, r"\bgoal\b"),)),
        _phase(
            "identify",
            "Identify the customer",
            30,
            (_signal("segment", "names a segment", 1.0, r"\bteachers\b"),),
            "users",
        ),
        _phase(
            "report",
            "Report needs",
            30,
            (_signal("pain", "names a pain point", 0.9, r"\bstruggle\b"),),
            "users",
        ),
        _phase(
            "cut",
            "Cut through priorities",
            24,
            (_signal("reason", "gives a reason for the choice", 0.7, r"\bbecause\b"),),
        ),
        _phase(
            "list",
            "List solutions",
            96,
            (_signal("several", "offers several solutions", 0.9, r"\bsecond\b"),),
        ),
        _phase(
            "evaluate",
            "Evaluate trade-offs",
            144,
            (_signal("trade", "weighs a trade-off", 1.0, r"\btrade-off\b"),),
        ),
        _phase("summarize", "Summarize", 60, (_signal("metric", "names a metric", 0.9, r"\bmetric\b"),)),
    ),
)

STAR = Framework(
    id="star",
    name="STAR",
    type="behavioural",
    summary="A story in four parts.",
    phases=(
        _phase("situation", "Situation", 48, ()),
        _phase("task", "Task", 48, ()),
        _phase(
            "action",
            "Action",
            288,
            (_signal("i_did", "says what they did", 1.0, r"\bI (?:wrote|called|built)\b"),),
        ),
        _phase(
            "result",
            "Result",
            96,
            (_signal("quantified", "quantifies the result", 1.0, r"\d+ ?(?:percent|%)"),),
        ),
    ),
    monologue=True,
)

RUBRIC = (
    RubricLine(
        "structure",
        "Structure",
        ("No structure.", "Some.", "A frame.", "A clear frame.", "A frame that serves the question."),
        ("circles.goal", "circles.reason", "circles.metric"),
    ),
)

QUESTION = Question(
    id="library-app",
    type="product-design",
    framework="circles",
    wording="Design a product that helps teachers find reading for their classes.",
    difficulty=2,
)


def interview() -> SessionRecord:
    """A product-design interview of some three minutes: ums, filler words, a long phase and a missing one."""
    script = Script(at_s=0.5)
    script.ask("Hi, thanks for joining me today.", "greeting", wait_s=0.3)
    script.ask(QUESTION.wording, "question", wait_s=6.5)
    script.say(
        "Okay, so, um, before I start, what is the goal here? <0.4> Is it growth, or is it retention?",
        phase="comprehend",
    )
    script.ask("Assume the goal is weekly use.", "clarification")
    script.say(
        "Great. <0.5> So, um, I would like to start with the users. There are, like, school teachers, "
        "<0.9> (uh) parents, "
        "and, you know, librarians. I think maybe teachers matter most, because they choose for "
        "thirty children at once.",
        phase="identify",
    )
    script.say(
        "Teachers struggle with time. They kind of search for hours, and (um) then they, they use last "
        "year's list. "
        "It is a lot of work for a lot of people.",
        phase="report",
        pace=1.25,
    )
    script.ask("What would you build first?", "invitation", wait_s=2.8)
    script.say(
        "So I like the idea of a short list. First, um, a list that knows the class. I mean, it knows "
        "what they have read. <0.3> A second one is, uh, a shared shelf, <2.6> where teachers put what "
        "worked, you know, in their own class. "
        "And third, basically, a reading level that the child sees.",
        phase="list",
    )
    script.say(
        "And we could we could also just like send it to parents and then they read it at home and the "
        "child tells the teacher about it and so on and the teacher sees it on the next morning right "
        "away without asking anybody and "
        "that saves her another twenty minutes every single day of the week which is really good "
        "for everyone involved.",
        phase="list",
        pace=1.9,
    )
    script.say(
        "We should, we could begin with the shelf. It is, um, easy to build, and, uh, it grows by itself. "
        "<2.2> "
        "The trouble is that, um, an empty shelf is no use to anyone.",
        phase="list",
    )
    script.ask("We are a little over time here. What speaks against it?", "nudge")
    script.say(
        "The trade-off is that, like, a shelf is cold at the start, so that the first teachers see "
        "nothing. I would seed "
        "it with 500 lists. That costs about 20 percent of the first quarter.",
        phase="evaluate",
    )
    script.ask("Thank you, that was it from my side.", "closing", wait_s=0.5)
    words = [word for utterance in script.utterances for word in utterance.words]
    return script.record(
        framework=CIRCLES,
        question=QUESTION,
        rubric=RUBRIC,
        company="google",
        budgets_s={phase.id: phase.budget_s for phase in CIRCLES.phases},
        reply_gaps_s=(0.9, 1.1, 1.4, 2.0),
        acoustics=tone(script.at_s + 1.0, words),
        files={"candidate": "candidate.wav", "interviewer": "interviewer.wav"},
    )


def story() -> SessionRecord:
    """A STAR answer with too much situation and too much 'we'."""
    script = Script(at_s=0.5)
    script.ask("Tell me about a time you missed a deadline.", "question", wait_s=4.0)
    script.say(
        "So this was two years ago. We had a payments team and we were told that our old provider would "
        "close. We had eleven weeks. We sat together with our partners, and we made a plan, and we all "
        "knew that it was a lot of "
        "work. Everyone was really good at their part, but we had many customers with many contracts.",
        phase="situation",
    )
    script.say("Our task was to move all of them before the summer.", phase="task")
    script.say(
        "I called the five largest customers myself. Then I wrote a schedule, and we moved them one by one.",
        phase="action",
    )
    script.say(
        "In the end we were nine days late, and 3 percent of the customers left. I learned to ask earlier.",
        phase="result",
    )
    return script.record(id="20260303-090000-story", framework=STAR)


def recording() -> SessionRecord:
    """A bare recording: one voice, no interviewer, no framework."""
    script = Script()
    script.say(
        "I want to talk about our checkout. (um) It has four steps, and half of the people leave at the "
        "second one. <1.1> What we did was simple, you know, we took one step away. <12.0> After that the "
        "rate went up to 61 percent."
    )
    return script.record(id="talk", kind="review", models={})


def silence() -> SessionRecord:
    """Nothing was said."""
    return SessionRecord("empty", "review", "2026-03-02T10:15:00+00:00", 4.0, ())
