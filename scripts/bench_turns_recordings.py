"""The real parts on real speech: detector, segmenter, recogniser, prosody model and policy, no sound card.

    python scripts/bench_turns_recordings.py [--needed 2.4 2.9 3.4] [--look-ahead quick|full]

Plays the monologues, the interview answers and the telephone call of ../shared/data (skips, loudly, where
absent), turn by turn: where one speaker hands over to the next was marked from the transcript, and silence
follows there; every other pause is inside a turn. Words and votes are the models' own; how late they come
is modelled (`turn_simulation.Delays`), so that the figures do not depend on how busy the machine is. Few
pauses, but real ones: a check on the thousands that are simulated.
"""

from __future__ import annotations

import argparse
import dataclasses
import heapq
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from turn_simulation import Delays

from voice_interviewer.adapters import audio_files
from voice_interviewer.adapters.models import model_path
from voice_interviewer.adapters.smart_turn import SmartTurnVote
from voice_interviewer.adapters.vad import GatedVoiceActivity
from voice_interviewer.adapters.whisper import WhisperTranscriber
from voice_interviewer.core import turn_taking as tt
from voice_interviewer.core.commands import Transcribe, VoteTurn
from voice_interviewer.core.events import (
    Event,
    SpeechStarted,
    Tick,
    Transcribed,
    TurnVoted,
    UtteranceEnded,
)
from voice_interviewer.core.segmenter import Segmenter
from voice_interviewer.core.speech import Frame, Word
from voice_interviewer.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, Pcm16, Samples

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
QUESTION, SHORT = tt.Patience.QUESTION, tt.Patience.SHORT
TURNS: dict[str, tuple[tt.Patience, bool, tuple[float, ...]]] = {
    # What the answers are like, whether the recording's own end is the end of a turn, and the handovers,
    # seconds.
    "unlabelled/interview_1.flac": (QUESTION, False, (3.5, 5.8, 9.1, 41.2)),
    "unlabelled/interview_2.flac": (QUESTION, False, ()),
    "spontaneous/batchalign.flac": (QUESTION, True, ()),
    "spontaneous/mfa_acoustic_corpus.flac": (QUESTION, True, ()),
    "spontaneous/mfa_cold_corpus3.flac": (QUESTION, True, ()),
    "unlabelled/call_8khz.flac": (
        SHORT,
        True,
        (
            *(5.2, 16.8, 25.0, 34.5, 35.8, 39.1, 43.2, 46.9, 50.5, 53.5, 60.8, 65.1, 67.0, 76.2, 85.9, 87.8),
            *(104.3, 106.3, 107.6, 117.4, 123.6, 130.4, 140.1, 213.5, 216.0, 217.5, 225.1, 227.7, 232.4),
            *(235.1, 241.3, 245.8, 248.8, 251.9, 258.1, 269.2, 270.7, 271.8, 273.7),
        ),
    ),
}
TAIL_S = 8.0
END = float("inf")


@dataclass
class Recording:
    """One turn, with everything about it that does not depend on the policy."""

    name: str
    patience: tt.Patience
    ends: bool
    """Whether the last speech in it is the end of the turn."""
    samples: Samples
    events: list[Event]
    words: dict[tuple[float, float, bool], tuple[Word, ...]] = field(default_factory=dict)
    votes: dict[tuple[float, float], float] = field(default_factory=dict)


def load(name: str) -> list[Recording]:
    """Decode, cut into turns, detect."""
    patience, ends, handovers_s = TURNS[name]
    pcm = audio_files.load(DATA / name).astype("<i2")
    # 0.35 s of the silence after the last word go with it; the detector's memory starts anew.
    cuts = [0, *(int((at_s + 0.35) * SAMPLE_RATE_HZ) for at_s in handovers_s), len(pcm)]
    tail = np.zeros(int(TAIL_S * SAMPLE_RATE_HZ), "<i2")
    recordings = []
    for number, (first, last) in enumerate(itertools.pairwise(cuts)):
        whole = last < len(pcm) or ends
        sound = np.concatenate([pcm[first:last], tail])
        samples = (sound / 32768.0).astype(np.float32)
        recordings.append(Recording(f"{name} {number}", patience, whole, samples, detect(sound)))
    return recordings


def detect(pcm: Pcm16) -> list[Event]:
    """What detector and segmenter make of it."""
    detector, segmenter = GatedVoiceActivity(), Segmenter()
    events: list[Event] = []
    for start in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        frame = Frame(start, pcm[start : start + FRAME_SAMPLES].tobytes())
        events += segmenter.push((start + FRAME_SAMPLES) / SAMPLE_RATE_HZ, detector.is_speech(frame))
    return events


@dataclass
class Models:
    """The recogniser and the prosody model."""

    whisper: WhisperTranscriber
    turn: SmartTurnVote

    def words(self, recording: Recording, job: Transcribe, quick: bool) -> tuple[Word, ...]:
        """Of the job's span; asked once."""
        key = (round(job.start_s, 3), round(job.end_s, 3), quick)
        if key not in recording.words:
            first, last = int(job.start_s * SAMPLE_RATE_HZ), int(job.end_s * SAMPLE_RATE_HZ)
            sound = recording.samples[first:last]
            read = self.whisper.quick if quick else self.whisper.transcribe
            recording.words[key] = tuple(read(sound, start_s=job.start_s))
        return recording.words[key]

    def vote(self, recording: Recording, job: VoteTurn) -> float:
        """On the last 8 s before the pause and 0.2 s of it; asked once."""
        key = (round(job.start_s, 3), round(job.end_s, 3))
        if key not in recording.votes:
            last = int((job.end_s + 0.2) * SAMPLE_RATE_HZ)
            first = max(int(job.start_s * SAMPLE_RATE_HZ), last - 8 * SAMPLE_RATE_HZ)
            recording.votes[key] = self.turn.probability(recording.samples[first:last])
        return recording.votes[key]


@dataclass
class Tally:
    """What came of the pauses."""

    pauses: int = 0
    cut_offs: list[str] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    """Silence before the reply, at every end."""


def play(recording: Recording, settings: tt.TurnSettings, models: Models, tally: Tally) -> None:
    """One recording through the turn taker; the interviewer itself stays silent."""
    taker = tt.TurnTaker(settings)
    taker.expect(recording.patience)
    delays, counter = Delays(), itertools.count()
    heap: list[tuple[float, int, Event]] = [(e.at_s, next(counter), e) for e in recording.events]
    heapq.heapify(heap)
    free_s = 0.0
    while heap or taker.next_deadline_s is not None:
        deadline_s = taker.next_deadline_s
        if deadline_s is not None and (not heap or deadline_s < heap[0][0]):
            if deadline_s > len(recording.samples) / SAMPLE_RATE_HZ:
                break
            event: Event = Tick(deadline_s)
        else:
            event = heapq.heappop(heap)[2]
        for outcome in taker.handle(event):
            if isinstance(outcome, tt.TurnEnded):
                judge(recording, outcome.turn, event.at_s + delays.speak_s, tally)
            if not isinstance(outcome, tt.Issue):
                continue
            job = outcome.command
            if isinstance(job, VoteTurn):
                vote = models.vote(recording, job)
                answer: Event = TurnVoted(event.at_s + delays.vote_s, job.utterance_id, job.end_s, vote)
            elif isinstance(job, Transcribe):
                quick = settings.look_ahead == "quick" and not job.final
                words = models.words(recording, job, quick)
                cost_s = delays.quick_s if quick else delays.full_s + delays.token_s * 1.35 * len(words)
                free_s = max(free_s, event.at_s) + cost_s
                answer = Transcribed(free_s, job.utterance_id, job.start_s, job.end_s, words, job.final)
            heapq.heappush(heap, (answer.at_s, next(counter), answer))


def judge(recording: Recording, turn: tt.CandidateTurn, reply_s: float, tally: Tally) -> None:
    """Was that an end, and did the speaker go on before the reply?"""
    starts = [e.start_s for e in recording.events if isinstance(e, SpeechStarted)]
    following_s = min((s for s in starts if s > turn.end_s), default=END)
    if reply_s > following_s:
        return
    if following_s < END:
        tally.cut_offs.append(f"{recording.name} {turn.end_s:.1f} s: ...{turn.text[-40:]!r} ({turn.reason})")
    elif recording.ends:
        tally.gaps_s.append(reply_s - turn.end_s)


def count_pauses(recording: Recording) -> int:
    """Pauses of 0.5 to 5 s inside the turn."""
    ends = [e.end_s for e in recording.events if isinstance(e, UtteranceEnded)]
    starts = [e.start_s for e in recording.events if isinstance(e, SpeechStarted)]
    return sum(1 for end_s, start_s in zip(ends, starts[1:], strict=False) if 0.5 <= start_s - end_s <= 5.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--needed", type=float, nargs="*", default=[tt.EndpointSettings().needed])
    parser.add_argument("--look-ahead", choices=("quick", "full"), default="quick")
    options = parser.parse_args(arguments)
    if not DATA.is_dir():
        print(f"SKIPPED: {DATA} is not there; nothing was measured", file=sys.stderr)
        return 0
    models = Models(
        WhisperTranscriber(model_path("whisper-base")), SmartTurnVote(model_path("smart-turn-v3.2"))
    )
    recordings = [recording for name in TURNS for recording in load(name)]
    pauses = sum(count_pauses(recording) for recording in recordings)
    ends = sum(recording.ends and bool(recording.events) for recording in recordings)
    print(f"{len(recordings)} turns, {ends} of them whole, {pauses} pauses of 0.5 to 5 s inside them")
    for needed in options.needed:
        endpointing = dataclasses.replace(tt.EndpointSettings(), needed=needed)
        settings = tt.TurnSettings(endpointing=endpointing, look_ahead=options.look_ahead)
        tally = Tally()
        for recording in recordings:
            play(recording, settings, models, tally)
        gaps_s = sorted(tally.gaps_s)
        print(
            f"needed {needed:.1f}: cut in {len(tally.cut_offs)} ({len(tally.cut_offs) / pauses:.1%}), "
            f"{len(gaps_s)} replies, median {np.median(gaps_s):.2f} s, 95 % {np.quantile(gaps_s, 0.95):.2f} s"
        )
        for line in tally.cut_offs:
            print(f"    {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
