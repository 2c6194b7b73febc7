"""Things the candidate mentioned, as short noun phrases to take up: 'the waiting room', 'four nurses'.

There is no parser here, and none is needed: of all that is said only what is surely a noun phrase is taken.
It begins with an article or a number, holds plain words with no verb among them, and ends where English ends
one: before a preposition, a conjunction, an auxiliary or punctuation. And it stands where a noun phrase must
stand: after a preposition or a verb, or before an auxiliary. So 'the partner learns' is never taken for one.
"""

from __future__ import annotations

import re

from voice_interviewer.core.phrases import SENTENCE

LEAST_CONTENT, MOST_CONTENT = 1, 4
"""Words besides the article or number."""
_TOKEN = re.compile(r"[A-Za-z][A-Za-z'\-]*|\d[\d,.]*\d|\d|[.,;:?!]")
_FILLERS = re.compile(
    r"(?:,\s*)?\b(?:um+|uh+|erm?|hmm*|mm+)\b[,.]?\s*|,\s*(?:like|you know|i mean|sort of|kind of),\s*",
    re.IGNORECASE,
)
_ARTICLES = frozenset("a an the my our".split())
_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty"
    " sixty seventy eighty ninety hundred thousand million billion".split()
)
_ENDS = frozenset(
    "of in on at for with from by to into about between without within during after before under over"
    " across through against per and or but because so that which who whom whose when where while if"
    " as than then is are was were be been being am has have had will would can could should may might"
    " must do does did isn't aren't wasn't weren't don't doesn't didn't can't won't i i'd i'm i'll"
    " i've you we we'd we'll they they'd they're he she it it's there's that's what's here's not also"
    " just once until unless though although".split()
)
"""Words before which a noun phrase is over."""
_AUXILIARIES = frozenset(
    "is are was were has had will would can could should may might must isn't aren't wasn't weren't"
    " can't won't".split()
)
"""Before one of these a noun phrase is the subject."""
_OBJECT_AFTER = frozenset(
    "of in on at for with from by to into about between without within during before after under over"
    " across through against per via like than is are was were be been being there's it's that's i'd"
    " and or plus called has have had".split()
)
"""After one of these, or a verb, the noun phrase that begins is no subject."""
_NO_OBJECT_AFTER = frozenset("and or plus".split())
"""Only words with no ending of a verb may follow these."""
_NO_PART = frozenset(
    "this these those their its his her your some any every each all both either neither no none such"
    " what how why very really quite rather pretty too so more most much many few less least lot bit"
    " kind sort type bunch couple whole own same other another only even still again already always"
    " never often maybe perhaps actually basically probably like um uh er hmm okay ok yeah yes well oh"
    " right one ones thing things stuff something anything everything nothing someone somebody anybody"
    " everybody everyone nobody way ways first second third last next former latter end beginning"
    " start part point points question questions answer step steps fact idea ideas case cases reason"
    " reasons example option options moment minute minutes seconds hour hours day days week weeks"
    " month months year years time times today tomorrow yesterday morning evening night side hand top"
    " middle bottom rest world people person guy guys user users customer customers product products"
    " company problem problems solution solutions goal goals metric metrics number numbers group"
    " groups segment segments pain pains feature features story situation task action result results"
    " team pleasure mind name opinion view guess head hypothesis assumption background job life plan"
    " approach structure experience reframe dive page dollar dollars euro euros pound pounds cent"
    " cents percent bucks kilometers miles meters bytes here there out up down off away back later ago"
    " anyway together alone else enough ahead around prior along upfront downtown earlier beforehand"
    " myself himself herself itself themselves yourself ourselves once clear total certain specific"
    " particular important possible joke yours mine rose weakness mistake list intro angle line"
    " objective objectives beside besides instead minus"
    " difference differences benefit benefits advantage disadvantage"
    " selectable nicest login the an a my our best better"
    " worst biggest smallest largest different good nice bad big small"
    " issue issues state states impact spot single high higher low lower medium huge new old brand".split()
)
"""Taken up, a phrase with such a word would say nothing, or too much."""
_PEOPLE = frozenset(
    "assistant assistants nurse nurses doctor doctors lead leads manager managers supervisor supervisors"
    " teacher teachers parent parents mother father daughter son wife husband driver drivers rider riders"
    " engineer engineers designer designers developer developers analyst director officer admin admins"
    " administrator clerk worker workers staff student students colleague colleagues boss"
    " founder chief patient patients tenant landlord seller sellers buyer buyers courier couriers man men"
    " woman women child children kid kids boy girl friend friends technician technicians".split()
)
"""'A shop assistant: what would be lost without that?' No question here fits a person."""
_DENIALS = frozenset("not no never without instead skip avoid except hardly".split())
_SUPPOSED = re.compile(r"\b(?:if|say,|for example|for instance|imagine|suppose)(?!\w)", re.IGNORECASE)
"""What is only supposed, or one example of many, is not to be asked about as if it were meant."""
_VERBS = frozenset(
    "ask asks asked add adds added agree agreed allow allows apply applied arrive arrives be become"
    " becomes begin begins believe belongs break breaks bring brings brought build builds built buy"
    " buys bought call calls called came care cares carry change changes changed check checks checked"
    " choose chooses chose click clicks close closes closed come comes cost costs count counts cover"
    " covers create creates cut cuts decide decides decided deliver delivers depend depends did die"
    " dies disappear does done drive drives drop drops dropped earn earns eat eats end ends enter"
    " exist exists expect explain explains fail fails failed fall falls feel feels felt fell find"
    " finds found finish fit fits fix fixes focus follow follows forget forgets gave get gets getting"
    " give gives given go goes going gone got grow grows grew had happen happens happened hate hates"
    " hear hears heard help helps helped hide hold holds hope hurt hurts improve improves include"
    " includes increase increased install keep keeps kept knew know knows launch launched lead leads"
    " learn learned leave leaves led left let lets lie lies live lives look looks looked lose loses"
    " lost love loves made make makes matter matters mean means meant measure measured meet meets miss"
    " misses move moves moved need needs needed notice offer offers open opens opened order orders own"
    " paid pay pays pick picks picked place play plays put puts ran reach reaches read reads realize"
    " receive reduce reduces remember report reports run runs said sat save saves saved saw say says"
    " see sees seen seem seems sell sells send sends sent serve serves set sets share shares ship"
    " shipped show shows showed sit sits sleep solve solves sold speak speaks spend spends spent spoke"
    " stand stands start starts started stay stays stop stops stopped suggest talk talks talked take"
    " takes taken teach tell tells think thinks thought told took touch track travel travels tried"
    " tries trust try turn turns type understand use uses used using visit visits wait waits walk"
    " walks want wants wanted watch watches went win wins wish won work works worked worry write"
    " writes wrote saying doing making taking looking coming trying working thinking talking asking"
    " having being".split()
)


def mentioned(text: str) -> list[str]:
    """The noun phrases of an utterance, in order, as the interviewer would say them."""
    sentences = [sentence for sentence in SENTENCE.findall(fluent(text)) if not _SUPPOSED.search(sentence)]
    tokens = _TOKEN.findall(" ".join(sentences))
    found = []
    for at, token in enumerate(tokens):
        if token.lower() in _ARTICLES or (_is_number(token) and not (at and _is_number(tokens[at - 1]))):
            phrase = _phrase(tokens, at)
            if phrase and phrase not in found and not _is_denied(tokens[:at]):
                found.append(phrase)
    return found


def _is_denied(before: list[str]) -> bool:
    """'I wouldn't get excited about a flashy onboarding': up to a stop or a 'but' all is denied."""
    for token in reversed(before):
        if token in ".;:?!" or token.lower() == "but":
            return False
        if token.lower() in _DENIALS or token.lower().endswith("n't"):
            return True
    return False


def fluent(text: str) -> str:
    """Without ums, and without 'like' and 'you know' where they fill."""
    return _FILLERS.sub(" ", text.replace("\u2019", "'"))


def is_counted(phrase: str) -> bool:
    """'four nurses': it begins with a number."""
    return bool(phrase) and _is_number(phrase.split()[0])


def _phrase(tokens: list[str], at: int) -> str:
    """The phrase that begins with the article or number at this place; '' where it is not sure to be one."""
    end = next((i for i in range(at + 1, len(tokens)) if _is_end(tokens[i])), None)
    if end is None:
        return ""  # the utterance breaks off: more may belong to it
    content = tokens[at + 1 : end]
    opener = [tokens[at].lower()]
    while _is_number(tokens[at]) and content and _is_number(content[0]):
        opener.append(content.pop(0).lower())
    if not LEAST_CONTENT <= len(content) <= MOST_CONTENT or not all(map(_is_plain, content)):
        return ""
    if content[-1].lower() in _PEOPLE and not _is_number(opener[0]):
        return ""
    if not _is_placed(tokens, at, end) or not _agrees(opener[0], content):
        return ""
    opener[0] = {"my": "your", "our": "your"}.get(opener[0], opener[0])
    return " ".join([*opener, *content])


def _is_placed(tokens: list[str], at: int, end: int) -> bool:
    """Does it stand where only a noun phrase can stand as a whole?"""
    before = tokens[at - 1].lower() if at else ""
    if before in _NO_OBJECT_AFTER:
        return not tokens[end - 1].lower().endswith(("s", "ed"))
    return before in _OBJECT_AFTER or before in _VERBS or tokens[end].lower() in _AUXILIARIES


def _agrees(opener: str, content: list[str]) -> bool:
    """'a' with one thing, a number with several; an article with at least two words, or it is too little."""
    last = content[-1].lower()
    plural = last.endswith(("s", "men", "people", "children")) and not last.endswith(("ss", "us", "is"))
    if _is_number(opener):
        return plural
    if (opener in ("a", "an") and plural) or last.endswith("ed"):
        return False
    return len(content) > 1 or opener in ("my", "our")


def _is_end(token: str) -> bool:
    return token.lower() in _ENDS or not token[0].isalnum()


def _is_plain(word: str) -> bool:
    """A noun or an adjective, as far as can be told."""
    low = word.lower()
    return (
        len(low) > 1
        and low not in _NO_PART
        and low not in _VERBS
        and low not in _NUMBERS
        and not low.endswith("ly")
        and "'" not in low
    )


def _is_number(token: str) -> bool:
    return token.lower() in _NUMBERS or token[0].isdigit()
