"""voice-interviewer stories: a bank of stories for behavioural rounds, told out loud."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from voice_interviewer.core.errors import SessionError, UsageError, VoiceInterviewerError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from voice_interviewer.core.content import Company, Framework
    from voice_interviewer.core.speech import Utterance
    from voice_interviewer.core.stories import Story

DEFAULT_COMPANY = "amazon"
WRITTEN = {".txt", ".md", ".markdown"}
SOUND = {".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".webm", ".mp4", ".mov", ".mkv"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `stories`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the stories so far")
    tell = actions.add_parser("tell", help="tell a story out loud; Enter or ten seconds of silence end it")
    tell.add_argument("--principle", metavar="ID", help="tell one for this principle")
    tell.add_argument("--mic", metavar="NAME|FILE", help="microphone by name, or a recording in its place")
    add = actions.add_parser("add", help="take in a recording, a written story or a practice session")
    add.add_argument(
        "source", metavar="FILE|SESSION", help="sound, .txt, .md, or a behavioural session's name"
    )
    add.add_argument("--sessions-dir", type=Path, metavar="DIR", help="where sessions are kept")
    for one in (tell, add):
        one.add_argument("--title", help="what to call it")
        one.add_argument("--company", metavar="ID", help="whose principles to look at first")
    show = actions.add_parser("show", help="one story with its parts and tags")
    show.add_argument("story", nargs="?", default="last", help="number, name or 'last'")
    coverage = actions.add_parser("matrix", help="which principles lack their two or three stories")
    coverage.add_argument("--company", metavar="ID", help="amazon unless the plan is for another")
    tag = actions.add_parser("tag", help="correct what a story was tagged with")
    tag.add_argument("story", help="number, name or 'last'")
    tag.add_argument(
        "--add", nargs="+", default=[], metavar="ID", help="competencies or principles it serves"
    )
    tag.add_argument("--remove", nargs="+", default=[], metavar="ID", help="those it does not serve")
    tag.add_argument("--title", help="another title")
    delete = actions.add_parser("delete", help="remove a story and its recording for good")
    delete.add_argument("story", help="number, name or 'last'")


def run(args: argparse.Namespace) -> int:
    """0; raises what went wrong as VoiceInterviewerError."""
    return {
        "list": _list,
        "tell": _tell,
        "add": _add,
        "show": _show,
        "matrix": _matrix,
        "tag": _tag,
        "delete": _delete,
    }[args.action](args)


# -- looking ----------------------------------------------------------------------------------------


def _list(_args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.story_files import load_stories
    from voice_interviewer.render.story_view import stories_list

    stories = load_stories(_data_dir())
    if not stories:
        print("There are no stories yet. Tell one: voice-interviewer stories tell")
    else:
        _print(stories_list(stories))
    return 0


def _show(args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.story_files import find_story

    _show_story(find_story(_data_dir(), args.story))
    return 0


def _matrix(args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.story_files import load_stories
    from voice_interviewer.core.stories import coverage
    from voice_interviewer.render.story_view import matrix

    company = _company(args.company)
    stories = load_stories(_data_dir())
    rows = coverage([(one.id, one.name) for one in company.principles], stories)
    _print(matrix(rows, stories, company.name))
    return 0


# -- changing ---------------------------------------------------------------------------------------


def _tag(args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.story_files import find_story, load_tag_rules, save_story
    from voice_interviewer.core.stories import retag

    story = find_story(_data_dir(), args.story)
    rules = load_tag_rules()
    competencies = {rule.id for rule in rules.competencies}
    principles = {rule.id for rule in rules.principles}
    for one in (*args.add, *args.remove):
        if one not in competencies | principles:
            raise UsageError(f"there is no competency or principle {one}", hint=_near(one, principles))
    story = replace(
        story,
        title=args.title or story.title,
        # 'leadership' is both a competency and a principle: it is added and removed as both.
        competencies=retag(story.competencies, [one for one in args.add if one in competencies], args.remove),
        principles=retag(story.principles, [one for one in args.add if one in principles], args.remove),
    )
    save_story(_data_dir(), story)
    _show_story(story)
    return 0


def _near(name: str, known: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.4)
    return f"did you mean {' or '.join(close)}?" if close else "content list shows the companies' principles"


def _delete(args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.story_files import delete_story, find_story

    story = find_story(_data_dir(), args.story)
    delete_story(_data_dir(), story)
    print(f"Deleted {story.id}")
    return 0


# -- telling ----------------------------------------------------------------------------------------


def _tell(args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.story_files import FOLDER
    from voice_interviewer.cli import story_telling

    company = _company(args.company)
    principle, prompt = _prompt(company, args.principle)
    print(prompt, file=sys.stderr)
    folder = _data_dir() / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sound = folder / f".told-{datetime.now().astimezone():%Y%m%dT%H%M%S}.wav"
    story_telling.record_story(args.mic, sound)
    try:
        told = story_telling.hear_story(sound)
    except VoiceInterviewerError as error:
        kept = sound.with_name(sound.name.lstrip("."))
        sound.rename(kept)
        raise SessionError(error.message, hint=f"the recording is kept: stories add {kept}") from None
    story = _keep(told, args.title, source="told", asked_for=principle)
    sound.rename(folder / f"{story.id}.wav")
    _show_story(story)
    return 0


def _prompt(company: Company, wished: str | None) -> tuple[str, str]:
    """The principle that was asked for ('' when none was), and what to say to the teller."""
    from voice_interviewer.adapters.story_files import load_stories
    from voice_interviewer.core.stories import coverage

    principles = {one.id: one for one in company.principles}
    if wished is not None and wished not in principles:
        hint = f"{company.name} has {', '.join(principles)}"
        raise UsageError(f"{company.name} has no principle {wished}", hint=hint)
    rows = coverage([(one.id, one.name) for one in company.principles], load_stories(_data_dir()))
    chosen = principles[wished or min(rows, key=lambda row: len(row.stories)).principle_id]
    question = chosen.questions[datetime.now().astimezone().toordinal() % len(chosen.questions)]
    lines = [
        f"{chosen.name}: {chosen.meaning}",
        f"\n    {question}\n",
        "Begin when you are ready."
        if wished
        else "Any other story will do as well. Begin when you are ready.",
        "Press Enter when you have finished, or be silent for ten seconds.",
    ]
    return wished or "", "\n".join(lines)


def _add(args: argparse.Namespace) -> int:
    from voice_interviewer.adapters.paths import sessions_dir
    from voice_interviewer.cli import story_telling

    path = Path(args.source)
    if path.suffix.lower() in WRITTEN and path.is_file():
        told, source = story_telling.read_written(path), path.name
    elif path.is_file():
        told, source = story_telling.hear_story(path), path.name
    elif path.suffix.lower() in WRITTEN | SOUND or len(path.parts) > 1:
        raise UsageError(f"there is no file {path}")
    else:
        told, source = story_telling.from_session(args.sessions_dir or sessions_dir(), args.source)
    _show_story(_keep(told, args.title, source=source))
    return 0


def _keep(told: Sequence[Utterance], title: str | None, *, source: str, asked_for: str = "") -> Story:
    """Take a told story apart, tag it and store it."""
    from voice_interviewer.adapters.content_files import load_companies
    from voice_interviewer.adapters.meaning import scorer_for
    from voice_interviewer.adapters.story_files import load_tag_rules, new_id, save_story
    from voice_interviewer.adapters.story_tags import principles_by_meaning
    from voice_interviewer.core import stories, story_parts

    rules = load_tag_rules()
    framework = _framework()
    scorer = scorer_for(framework)  # None without its weights: the cues then have to do
    meaning = scorer.scores if scorer is not None else None
    telling = story_parts.tell(story_parts.sentences(told), framework, rules.parts, meaning)
    text = " ".join(telling.parts.values())
    by_company = {one.id: [principle.id for principle in one.principles] for one in load_companies()}
    principles = stories.tag_principles(text, rules.principles, by_company, principles_by_meaning(text))
    if asked_for:
        principles = stories.retag(principles, [asked_for], [])
    title = title or stories.title_of(telling.parts)
    story = stories.Story(
        new_id(_data_dir(), title),
        title,
        datetime.now().astimezone().date().isoformat(),
        telling.parts,
        telling.seconds,
        stories.tag(text, rules.competencies, stories.MOST_COMPETENCIES),
        principles,
        source=source,
        unheard=telling.unheard,
    )
    save_story(_data_dir(), story)
    return story


# -- shared -----------------------------------------------------------------------------------------


def _data_dir() -> Path:
    from voice_interviewer.adapters.paths import data_dir

    return data_dir()


def _framework() -> Framework:
    from voice_interviewer.adapters.content_files import load_framework

    return load_framework("star")


def _company(wished: str | None) -> Company:
    """The one asked for, else the plan's, else the one that asks for most stories."""
    from voice_interviewer.adapters.content_files import load_company
    from voice_interviewer.adapters.plan_files import load_state

    if wished is None:
        state = load_state(_data_dir())
        wished = state.company if state is not None and state.company else DEFAULT_COMPANY
    return load_company(wished)


def _show_story(story: Story) -> None:
    from voice_interviewer.adapters.story_files import load_tag_rules
    from voice_interviewer.render.story_view import story_view

    rules = load_tag_rules()
    names = {rule.id: rule.name for rule in (*rules.principles, *rules.competencies)}
    _print(story_view(story, _framework(), names))


def _print(shown: RenderableType) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    Console(width=min(console.width, 96), highlight=False).print(shown)
