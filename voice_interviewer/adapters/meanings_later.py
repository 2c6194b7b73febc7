"""Words read for their meaning after the session: what a review, a second look or a rescue brought to light.

In an interview the transcriber does it at once. Words that came later are read here with the same ears, and
what they mean is noted at the journal's end, where the report finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from voice_interviewer.adapters import journal, session_lock
from voice_interviewer.adapters.content_files import load_framework
from voice_interviewer.adapters.session_folder import SessionFolder
from voice_interviewer.adapters.signal_heads import understanding_of
from voice_interviewer.analysis.from_journal import MEANT
from voice_interviewer.core.codec import decode
from voice_interviewer.core.content import Framework
from voice_interviewer.core.errors import ModelError, SessionBusyError
from voice_interviewer.core.events import Transcribed
from voice_interviewer.core.hearing import PROVED_BY
from voice_interviewer.core.signals import GIVES
from voice_interviewer.core.speech import Utterance

Meanings = Mapping[str, float]


def meanings_of(framework: Framework, utterances: Iterable[Utterance]) -> dict[int, Meanings]:
    """What each utterance means, by its id; empty where the weights are missing. `framework` is a whole one.

    Raises ModelError on damaged weights.
    """
    scorer = understanding_of(framework)
    return {} if scorer is None else {said.id: scorer.scores(said.text) for said in utterances}


def as_note(framework: Framework, meanings: Mapping[int, Meanings]) -> dict[str, object]:
    """The note's part that the report reads: the signals, and the phase that each fits best."""
    ids = [phase.id for phase in framework.phases]
    return {MEANT: [[key, _kept(ids, one)] for key, one in meanings.items()]} if meanings else {}


def _kept(phases: Sequence[str], meanings: Meanings) -> dict[str, float]:
    kept = {key: value for key, value in meanings.items() if key.startswith((GIVES, PROVED_BY))}
    fits = [phase for phase in phases if phase in meanings]
    if kept and fits:
        likeliest = max(fits, key=lambda phase: meanings[phase])
        kept[likeliest] = round(meanings[likeliest], 3)
    return kept


def complete(folder: SessionFolder) -> int:
    """Read what nobody has read for its meaning yet; how many utterances that were. A session that is still
    running, or has no framework, is left alone. Raises JournalError, SessionError.
    """
    header = journal.read_header(folder.journal)
    if not header.get("framework") or session_lock.is_held(folder.path / session_lock.LOCK_NAME):
        return 0
    missing = _unread(folder)
    if not missing:
        return 0
    try:
        framework = load_framework(str(header["framework"]))
        meanings = meanings_of(framework, missing)
        if meanings:
            with session_lock.hold(folder.path / session_lock.LOCK_NAME, folder.id):
                journal.append_note(folder.journal, as_note(framework, meanings))
    except (SessionBusyError, ModelError):
        return 0  # the report then goes by patterns alone
    return len(meanings)


def _unread(folder: SessionFolder) -> list[Utterance]:
    """Utterances whose words nobody looked at for their meaning. A look ahead stands for words that came no
    other way, as it does in the report.
    """
    known: dict[int, Transcribed] = {}
    read: set[int] = set()
    for line in journal.read_lines(folder.journal):
        note = line.get("note", {})
        for entry in note.get("heard_again", ()) if "note" in line else (line,):
            item = decode({key: value for key, value in entry.items() if key != "t"})
            if isinstance(item, Transcribed) and (item.final or not _is_final(known.get(item.utterance_id))):
                known[item.utterance_id] = item
        read |= {int(key) for key, _ in note.get(MEANT, ())}
    return [
        Utterance(key, item.start_s, item.end_s, item.words)
        for key, item in known.items()
        if item.words and not item.meanings and key not in read
    ]


def _is_final(item: Transcribed | None) -> bool:
    return item is not None and item.final
