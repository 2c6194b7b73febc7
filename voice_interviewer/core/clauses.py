"""A clause that has begun with "if" or "when" and still lacks the one it belongs to.

The recogniser closes it with a full stop all the same: "If someone is off sick and you need cover." A
comma, or a subject after the first words, tells that the main clause has come ("if it fails we go back").
In 2,300 written answers a sentence without either stands at 1 end and at 50 pauses.
"""

from __future__ import annotations

import re

_OPENS = re.compile(
    r"(?:even |only |just )?(?:if|when|whenever|unless|as soon as|every time)(?! (?:yes|no|so|not)\b) "
)
_PRONOUNS = "i you he she it we they that there this nobody somebody someone nothing something people".split()
_SUBJECT = re.compile(
    r"(?<!\band)(?<!\bor)(?<!\bthat)(?<!\bwhat)(?<!\bwho)(?<!\bhow)(?<!\bwhere)(?<!\bbecause)(?<!\bif)(?<!\bwhen)"
    rf" (?:then|the|(?:{'|'.join(_PRONOUNS)})(?:'\w+)?)\b"
)
_OWN_WORDS = 2
"""The first words of the clause are its own subject."""


def lacks_main_clause(sentence: str, bare: str) -> bool:
    """Whether the sentence is only such a clause: `sentence` as recognised, `bare` in lower case without
    punctuation and without 'um', 'so', 'like' before it.
    """
    opens = _OPENS.match(bare)
    if not opens or "," in sentence.lower().partition(opens[0].strip())[2].rstrip(", "):
        return False
    rest = bare[opens.end() :].split()[_OWN_WORDS:]
    return not _SUBJECT.search(" " + " ".join(rest))
