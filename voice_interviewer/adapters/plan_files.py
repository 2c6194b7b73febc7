"""The plan on disk: `content/plan.toml`, and what the user told it, in `plan.json` of the data folder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from voice_interviewer.adapters.content_schema import read
from voice_interviewer.adapters.session_folder import write_private
from voice_interviewer.core.errors import SessionError
from voice_interviewer.core.plan import Plan, PlanItem, PlanState, Stage

STATE_NAME = "plan.json"


def load_plan(folder: Path | None = None) -> Plan:
    """The plan. `folder`: another content folder. Raises ContentError."""
    if folder is None:
        from voice_interviewer.adapters.paths import content_dir

        folder = content_dir()
    data = read(folder / "plan.toml", "plan").data
    return Plan(data["id"], data["name"], data["summary"], tuple(_stage(stage) for stage in data["stages"]))


def _stage(data: dict[str, Any]) -> Stage:
    return Stage(data["id"], data["name"], data["days"], tuple(_item(item) for item in data["items"]))


def _item(data: dict[str, Any]) -> PlanItem:
    return PlanItem(
        data["id"],
        data["title"],
        data["kind"],
        data["wanted"],
        tuple(data.get("types", ())),
        data.get("framework", ""),
        data.get("guide", ""),
        float(data.get("minutes", 0)),
    )


def load_state(data_dir: Path) -> PlanState | None:
    """What the user told the plan, None before they told it anything. Raises SessionError when unreadable."""
    path = data_dir / STATE_NAME
    if not path.exists():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        interview = data.get("interview_on")
        return PlanState(
            date.fromisoformat(data["begun_on"]),
            date.fromisoformat(interview) if interview else None,
            str(data.get("company", "")),
            frozenset(str(one) for one in data.get("ticked", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SessionError(f"{path} cannot be read: {error}", hint="mend or remove the file") from None


def save_state(data_dir: Path, state: PlanState) -> None:
    """Write it, whole or not at all. Raises SessionError, StorageFullError."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    facts = {
        "begun_on": state.begun_on.isoformat(),
        "interview_on": state.interview_on.isoformat() if state.interview_on else None,
        "company": state.company,
        "ticked": sorted(state.ticked),
    }
    write_private(data_dir / STATE_NAME, json.dumps(facts, indent=2) + "\n")


def ticked(state: PlanState, item: PlanItem, *, done: bool) -> PlanState:
    """The state with that item declared done, or not."""
    changed = state.ticked | {item.id} if done else state.ticked - {item.id}
    return replace(state, ticked=changed)
