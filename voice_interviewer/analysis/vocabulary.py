"""Word lists behind the text analyses. Closed classes mostly: words of which English has few."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBJECTS = _words(
    "i you we they who people users customers everyone everybody nobody kids students others folks"
)
LIKE_CLAUSE_SUBJECTS = _words("i you we he she they")
SAYING_VERBS = _words("said say mentioned mention discussed explained described told suggested talked")
MODALS = _words(
    "would will might may could can should must do does did don't doesn't didn't won't wouldn't to "
    "i'd you'd we'd they'd he'd she'd not never also really always"
)
DO_FORMS = _words("do does did doing done")
PREPOSITIONS = _words("by on in for with from at about before after during")
BEFORE_BASE_VERB = _words("to just can could would will should might")
BASE_VERBS = _words(
    "be do get go have make take manage start use see find think build talk say work help keep try figure "
    "come put show create change give tell ask reach ship understand learn look move run sit know feel "
    "call meet write"
)
CLAUSE_SUBJECTS = _words(
    "i you we they he she i'm we're they're there's let's i've we've i'd we'd he's she's you're"
)
BE_FORMS = _words("is are was were be been being am isn't wasn't aren't weren't")
BE_CONTRACTIONS = _words("it's that's there's he's she's i'm we're they're you're what's who's here's")
VERBS_BEFORE_LIKE = _words(
    "look looks looked looking sound sounds sounded sounding feel feels felt feeling seem seems seemed "
    "taste tastes smell smells smelled act acts acted acting behave behaves behaved work works worked "
    "working operate treat treats"
)
HEADS_BEFORE_LIKE = _words(
    "something anything nothing things stuff someone somebody anyone more less much most nobody one ones "
    "exactly unlike rather companies products tools apps people places brands platforms just"
)
NOUNS_BEFORE_LIKE = _words("stuff things something anything nothing people companies products tools apps")
CANNOT_PRECEDE_REAL_LIKE = _words(
    "a an the this these those my your our their his her its some any every each of in on at for with "
    "from by about into onto through between and but or because so if when while since then than uh um "
    "very have has had having get got gets getting there maybe probably actually basically kind sort well "
    "which where whether"
)
AFTER_APPROXIMATE = _words(
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty "
    "sixty seventy eighty ninety hundred thousand million half super really very so totally pretty quite "
    "too not no all every maybe almost constantly basically literally"
)
CLAUSE_STARTERS = _words(
    "i you we they he she it this that there what how if when i'm we're they're it's that's there's let's "
    "i've we've i'd we'd he's she's you're the a an my our"
)
FILLER_STARTERS = _words("um uh yeah like you i basically actually okay well anyway right so")
PILE_UP = _words("like so well okay just")
FINITE_VERBS = _words(
    "is isn't was wasn't would wouldn't will could can might should has had does doesn't did seems works "
    "makes depends really just kind sort took gave went got came"
)
BEFORE_REAL_YOU_KNOW = _words(
    "do did if as how what when since because once before until unless where don't didn't would could "
    "should whether who let lets letting sure"
)
AFTER_REAL_YOU_KNOW = _words(
    "the those these my our what how who where why which whether that your this about each everything "
    "nothing anything someone exactly him her them me it when"
)
BEFORE_REAL_KIND = _words(
    "a the this that these those what which some any every one other same all two each no whatever"
)
ADJECTIVES_BEFORE_KIND = _words(
    "different new certain special particular another right wrong best worst first second third same "
    "similar specific only main other own common rare various"
)
AFTER_FILLING_KIND = _words("like um uh really very just")
BEFORE_FILLING_KIND = _words(
    "was is were are it's that's i'm we're they're you're just i we they you he she it been be to and but "
    "so because felt feels feel seemed got get had have"
)
BEFORE_REAL_SO = _words(
    "and or do did does doing done even not think thought guess hope say said why if is are was were be "
    "it's that's i'm we're they're been ever never feel felt just be quite more how"
)
BEFORE_REAL_RIGHT = _words(
    "the a turn that's all is was be not get got it's go exactly just your my their our far"
)
LITERAL_AFTER = _words(
    "means mean meaning translated translates translate speaking true interpreted taken zero"
)
LITERAL_BEFORE = _words(
    "translate translates translated take takes took taken interpret interpreted read mean not quite"
)
