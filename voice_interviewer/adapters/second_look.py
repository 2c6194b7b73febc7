"""A session heard again, more carefully than there was time for while somebody waited.

In an interview each utterance is read once, at once. Afterwards the candidate's track is read as a recording
is: in windows, twice where in doubt. The journal keeps what was understood then, since that is what the
interviewer acted on; what is heard now is noted behind it, and the report goes by the later note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import numpy as np

from voice_interviewer.adapters import acoustics_file, journal, session_lock
from voice_interviewer.adapters.audio_files import AudioReader
from voice_interviewer.adapters.content_files import load_framework
from voice_interviewer.adapters.meanings_later import as_note, meanings_of
from voice_interviewer.adapters.phase_marks import phase_marks
from voice_interviewer.adapters.review_pipeline import Reviewed, ReviewPipeline
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.told import read_told
from voice_interviewer.adapters.whisper import Listener
from voice_interviewer.core.codec import encode
from voice_interviewer.core.errors import UsageError
from voice_interviewer.core.events import Transcribed
from voice_interviewer.core.speech import Utterance, Word
from voice_interviewer.ports import SAMPLE_RATE_HZ, Pcm16

MARGIN_S = 0.3
"""Of an utterance's sound either side; beyond it the microphone may hear the interviewer."""
NEAR_S = 0.7
"""A word this close to an utterance belongs to it."""
SURE = 0.5
"""An utterance that is no longer heard at all stays when it was understood with this mean probability."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the journal tells of a session's utterances."""

    review: bool
    framework: str
    one_phase: bool
    spans: dict[int, Span]
    words: dict[int, tuple[Word, ...]]


def listen_again(
    folder: SessionFolder, listener: Listener, *, progress: Callable[[float], None] | None = None
) -> int:
    """Hear the candidate's track again and note words, fillers and pitch; how many words were heard.

    Nothing is written before all was heard. Raises UsageError without a recording, SessionBusyError,
    JournalError, ModelError, AudioFileError, SessionError.
    """
    if not folder.candidate_track.is_file():
        raise UsageError(f"session {folder.id} has no recording to listen to")
    with session_lock.hold(folder.path / session_lock.LOCK_NAME, folder.id):
        told = _read(folder.journal)
        reader = AudioReader(folder.candidate_track)
        blocks = iter(reader) if told.review else within(reader, list(told.spans.values()))
        reviewed = ReviewPipeline(listener).run(blocks, progress=progress)
        again = _again(told, reviewed)
        acoustics_file.save(folder.path / acoustics_file.ACOUSTICS_NAME, reviewed.acoustics)
        journal.append_note(
            folder.journal,
            {
                "vocal_fillers": [asdict(event) for event in reviewed.vocal_fillers],
                "heard_again": [encode(event) for event in again],
                **_read_again(told, again),
            },
        )
    return sum(len(event.words) for event in again)


def _read_again(told: _Told, again: list[Transcribed]) -> dict[str, object]:
    """What the utterances mean and where in the framework each belongs, now that all of them are known."""
    if not told.framework:
        return {"placed_again": []}
    framework = load_framework(told.framework)
    said = [
        Utterance(event.utterance_id, event.start_s, event.end_s, event.words)
        for event in sorted(again, key=lambda event: event.start_s)
        if event.words
    ]
    meanings = meanings_of(framework, said)
    # One phase taken again is all of that phase.
    marks = [] if told.one_phase else phase_marks(framework, said, meanings)
    return {"placed_again": [encode(mark) for mark in marks], **as_note(framework, meanings)}


def within(blocks: AudioReader, spans: Sequence[Span]) -> Iterator[Pcm16]:
    """The sound with everything outside `spans` and their margins silenced."""
    done = 0
    for block in blocks:
        kept = np.zeros_like(block)
        for start_s, end_s in spans:
            first = round((start_s - MARGIN_S) * SAMPLE_RATE_HZ) - done
            last = round((end_s + MARGIN_S) * SAMPLE_RATE_HZ) - done
            if last > 0 and first < len(block):
                part = slice(max(0, first), last)
                kept[part] = block[part]
        done += len(block)
        yield kept


def assigned(words: Sequence[Word], spans: Mapping[int, Span]) -> tuple[dict[int, list[Word]], list[Word]]:
    """Words by the utterance they lie in or nearest to, and those that are near none."""
    found: dict[int, list[Word]] = {}
    rest: list[Word] = []
    for word in words:
        middle_s = (word.start_s + word.end_s) / 2
        apart = ((max(a - middle_s, middle_s - b, 0.0), key) for key, (a, b) in spans.items())
        distance_s, key = min(apart, default=(np.inf, 0))
        if distance_s <= NEAR_S:
            found.setdefault(key, []).append(word)
        else:
            rest.append(word)
    return found, rest


def _again(told: _Told, reviewed: Reviewed) -> list[Transcribed]:
    """Every utterance as it is heard now."""
    words = [word for said in reviewed.utterances for word in said.words]
    if told.review:  # its utterances came from the same reading: the new ones replace them
        gone = [_heard(key, span, ()) for key, span in told.spans.items() if key > len(reviewed.utterances)]
        return [*map(_whole, reviewed.utterances), *gone]
    found, _ = assigned(words, told.spans)
    for key in told.spans:
        before = told.words.get(key, ())
        if key not in found and before and mean(word.probability for word in before) >= SURE:
            found[key] = list(before)
    return [_heard(key, span, tuple(found.get(key, ()))) for key, span in told.spans.items()]


def _whole(said: Utterance) -> Transcribed:
    return _heard(said.id, (said.start_s, said.end_s), said.words)


def _heard(key: int, span: Span, words: tuple[Word, ...]) -> Transcribed:
    return Transcribed(span[1], key, span[0], span[1], words)


def _read(path: Path) -> _Told:
    header = journal.read_header(path)
    told = read_told(path)
    return _Told(
        # Of two voices in one channel only the candidate's stretches are the candidate's.
        review=header.get("kind") == "review" and not header.get("diarized"),
        framework=str(header.get("framework") or ""),
        one_phase=bool(header.get("phase")),
        spans={key: (one.start_s, one.end_s) for key, one in told.spans.items()},
        words={key: one.words for key, one in told.understood.items()},
    )
