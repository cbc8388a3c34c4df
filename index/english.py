"""English words -> the forms they are compared in: light stems, one spelling, no function words."""

from __future__ import annotations

import re

STOP = frozenset(
    (
        "a about above after again all also am an and any are as at be because been before being "
        "below between both but by can could did do does doing done during each few for from had "
        "has have having he her here hers him his how i if in into is it its just may me might "
        "more most much must my no nor not of off on once only or other our out over own same "
        "she should so some such than that the their them then there these they this those "
        "through to too under until up upon us very was we were what when where which while who "
        "whom whose why will with would you your"
    ).split()
)

_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "men:man women:woman children:child feet:foot teeth:tooth mice:mouse people:person "
        "won:win led:lead built:build wrote:write written:write taught:teach thought:think "
        "caught:catch bought:buy brought:bring fought:fight sought:seek began:begin begun:begin "
        "gave:give given:give took:take taken:take made:make came:come became:become went:go "
        "gone:go saw:see seen:see knew:know known:know grew:grow grown:grow threw:throw "
        "thrown:throw drew:draw drawn:draw flew:fly flown:fly held:hold lost:lose left:leave "
        "met:meet paid:pay said:say sold:sell sent:send spent:spend stood:stand told:tell "
        "understood:understand wore:wear worn:wear ran:run fell:fall fallen:fall felt:feel "
        "found:find got:get kept:keep laid:lay lay:lie meant:mean rose:rise risen:rise "
        "spoke:speak spoken:speak stole:steal stolen:steal struck:strike swore:swear "
        "swam:swim sang:sing sung:sing sank:sink sunk:sink sprang:spring broke:break "
        "broken:break chose:choose chosen:choose drove:drive driven:drive ate:eat eaten:eat "
        "froze:freeze frozen:freeze hid:hide hidden:hide rode:ride ridden:ride shook:shake "
        "shaken:shake shot:shoot slept:sleep bore:bear born:bear bred:breed fed:feed dealt:deal "
        "bound:bind hung:hang lent:lend lit:light wound:wind larvae:larva bacteria:bacterium "
        "nuclei:nucleus foci:focus metastases:metastasis diagnoses:diagnosis hypotheses:hypothesis "
        "analyses:analysis criteria:criterion phenomena:phenomenon alveoli:alveolus better:good "
        "died:die lied:lie tied:tie agreed:agree freed:free "
        "best:good worse:bad worst:bad"
    ).split()
)
# British -> American, anywhere in a word.
_SPELLING = (
    ("tumour", "tumor"),
    ("oedema", "edema"),
    ("aemi", "emi"),
    ("haem", "hem"),
    ("oesoph", "esoph"),
    ("paediatr", "pediatr"),
    ("gynaeco", "gyneco"),
    ("faec", "fec"),
    ("diarrhoea", "diarrhea"),
    ("dyspnoea", "dyspnea"),
    ("foetal", "fetal"),
    ("foetus", "fetus"),
    ("oestr", "estr"),
    ("caesarean", "cesarean"),
    ("isation", "ization"),
    ("colour", "color"),
    ("labour", "labor"),
    ("behaviour", "behavior"),
    ("sulph", "sulf"),
    ("leuco", "leuko"),
    ("defence", "defense"),
    ("offence", "offense"),
    ("licence", "license"),
    ("programme", "program"),
    ("catalogue", "catalog"),
)
_SPELLING_END = (
    ("fibre", "fiber"),
    ("centre", "center"),
    ("litre", "liter"),
    ("metre", "meter"),
    ("theatre", "theater"),
)
_BRITISH = re.compile("|".join(old for old, _ in _SPELLING))


def american(word: str) -> str:
    """Return a lower-case word in American spelling, as far as it is regular."""
    if _BRITISH.search(word):
        for old, new in _SPELLING:
            word = word.replace(old, new)
    for old, new in _SPELLING_END:
        if word.endswith(old):
            return word[: -len(old)] + new
    return word


def singular(word: str) -> str:
    """Return a lower-case noun without a plural ending."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def base_forms(word: str) -> list[str]:
    """Return the dictionary forms that a lower-case word may be an inflected form of."""
    found = [_IRREGULAR[word]] if word in _IRREGULAR else []
    if (one := singular(word)) != word:
        found.append(one)
    for ending in ("ed", "ing"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 2 and re.search("[aeiouy]", base):
            found += [base, base + "e"]
            found += [base[:-1]] if base[-1] == base[-2] else []
            found += [base[:-1] + "y"] if base[-1] == "i" else []
    return found


def stem(word: str) -> str:
    """Return what is alike in the inflected forms of a lower-case English word.

    Lighter than Porter's: plural, -ed, -ing and a final e, and the commonest irregular forms.
    """
    word = american(_IRREGULAR.get(word, word))
    word = singular(word)
    if word.endswith("ied"):
        word = word[:-3] + "y"
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 2 and re.search("[aeiouy]", base):
            word = base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word
