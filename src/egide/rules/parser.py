"""Reads the expressions of the language, by recursive descent.

::

    expression  = "si" expression "alors" expression "sinon" expression | choix
    choix       = condition { "ou" condition }
    condition   = refus { "et" refus }
    refus       = "non" refus | comparaison
    comparaison = bornee [ ( "=" "<>" "<" "<=" ">" ">=" ) bornee | [ "non" ] "dans" "(" bornee { "," bornee } ")" ]
    bornee      = somme { ( "au plus" | "au moins" ) somme }
    somme       = produit { ( "+" | "-" ) produit }
    produit     = atome { "fois" atome | "de" atome | "prorata" atome "sur" atome }
    atome       = valeur | nom | fonction "(" … ")" | table "(" … ")" "." colonne | "(" expression ")"
                | "somme de" produit "par" cles | "cumul de" produit "par" somme "dans" cles
                | "rang parmi" condition "par" bornee "dans" cles
                | "attente de" atome "mois depuis" atome "passee le" atome | "premier refus parmi" "(" nom … ")"
    cles        = "[" bornee { "," bornee } "]"
    corps       = expression [ "dans la limite de" bornee "par" cles ]
                | "une fois par" atome "mois par" cles "le" atome "parmi" choix
"""

from __future__ import annotations

from typing import cast

from egide.rules.kinds import AMOUNT, DATE, NUMBER, RATE, YES_NO, text_of
from egide.rules.lexer import Kind, Token
from egide.rules.problems import Fault, Place
from egide.rules.syntax import (
    Binary,
    Body,
    Call,
    Ceiling,
    Expression,
    FirstRefusal,
    GroupRank,
    GroupRunning,
    GroupSum,
    If,
    Lookup,
    Name,
    Not,
    OncePer,
    OneOf,
    Operator,
    Prorata,
    Waited,
    Written,
)

_RESERVED = (
    "si alors sinon et ou non dans parmi par pour fois de prorata sur au depuis passee le une oui dit detail "
    "somme cumul rang attente premier produit entree table constante regle refus"
)
KEYWORDS = frozenset(_RESERVED.split())
_LITERALS = {Kind.NUMBER: NUMBER, Kind.AMOUNT: AMOUNT, Kind.RATE: RATE, Kind.DATE: DATE}


class Reader:
    """Walks over the words of one block."""

    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._at = 0

    @property
    def next(self) -> Token:
        """The word about to be read."""
        return self._words[self._at]

    def after(self, steps: int) -> Token:
        """The word a few steps further (the end stays the end)."""
        return self._words[min(self._at + steps, len(self._words) - 1)]

    def take(self) -> Token:
        """Read one word."""
        word = self.next
        if word.kind is not Kind.END:
            self._at += 1
        return word

    def accept(self, *words: str) -> bool:
        """Read these words in a row if they are next; else read nothing."""
        for step, word in enumerate(words):
            token = self.after(step)
            if not (token.is_word(word) or token.is_sign(word)):
                return False
        self._at += len(words)
        return True

    def expect(self, *words: str, because: str) -> None:
        """Read these words in a row, or say what was expected."""
        if not self.accept(*words):
            raise self.unexpected(f"« {' '.join(words)} »", because)

    def unexpected(self, wanted: str, remedy: str) -> Fault:
        """Return the fault for the next word."""
        word = self.next
        found = "la fin du bloc" if word.kind is Kind.END else f"« {word.text} »"
        return Fault(word.place, f"{wanted} attendu, {found} trouvé.", remedy)

    def name(self, what: str) -> Token:
        """Read a name that is not a word of the language."""
        word = self.next
        if word.kind is not Kind.NAME:
            raise self.unexpected(what, "Un nom s'écrit en lettres, chiffres et soulignés.")
        if word.text in KEYWORDS:
            raise Fault(
                word.place,
                f"{what} attendu, mais « {word.text} » est un mot du langage.",
                "Complétez ce qui précède, ou mettez l'expression entre parenthèses.",
            )
        return self.take()


def read_body(reader: Reader) -> Body:
    """Read the body of a rule."""
    place = reader.next.place
    if reader.accept("une"):
        return _once_per(reader, place)
    item = read_expression(reader)
    if not reader.next.is_word("dans"):
        return item
    place = reader.next.place
    reader.expect("dans", "la", "limite", "de", because="Écrivez « montant dans la limite de plafond par [cles] ».")
    limit = _bounded(reader)
    reader.expect("par", because="Dites à quoi s'applique le plafond : « par [beneficiaire, annee(…)] ».")
    return Ceiling(item, limit, _keys(reader), place)


def _once_per(reader: Reader, place: Place) -> OncePer:
    model = "Écrivez « une fois par 24 mois par [beneficiaire] le date_soins parmi condition »."
    reader.expect("fois", "par", because=model)
    months = _atom(reader)
    reader.expect("mois", "par", because=model)
    keys = _keys(reader)
    reader.expect("le", because=model)
    day = _atom(reader)
    reader.expect("parmi", because=model)
    return OncePer(months, keys, day, _choice(reader), place)


def read_expression(reader: Reader) -> Expression:
    """Read one expression."""
    place = reader.next.place
    if not reader.accept("si"):
        return _choice(reader)
    model = "Écrivez « si condition alors valeur sinon valeur »."
    condition = _choice(reader)
    reader.expect("alors", because=model)
    then = read_expression(reader)
    reader.expect("sinon", because=f"Une règle répond toujours : {model[0].lower()}{model[1:]}")
    return If(condition, then, read_expression(reader), place)


def read_condition(reader: Reader) -> Expression:
    """Read one condition."""
    return _choice(reader)


def _choice(reader: Reader) -> Expression:
    left = _condition(reader)
    while reader.next.is_word("ou"):
        place = reader.take().place
        left = Binary("ou", left, _condition(reader), place)
    return left


def _condition(reader: Reader) -> Expression:
    left = _negation(reader)
    while reader.next.is_word("et"):
        place = reader.take().place
        left = Binary("et", left, _negation(reader), place)
    return left


def _negation(reader: Reader) -> Expression:
    if reader.next.is_word("non"):
        place = reader.take().place
        return Not(_negation(reader), place)
    return _comparison(reader)


def _comparison(reader: Reader) -> Expression:
    left = _bounded(reader)
    word = reader.next
    if word.is_sign("=", "<>", "<", "<=", ">", ">="):
        reader.take()
        return Binary(cast(Operator, word.text), left, _bounded(reader), word.place)
    if reader.accept("non", "dans"):
        return Not(_one_of(reader, left, word.place), word.place)
    if word.is_word("dans") and reader.after(1).is_sign("("):
        reader.take()
        return _one_of(reader, left, word.place)
    return left


def _one_of(reader: Reader, item: Expression, place: Place) -> OneOf:
    reader.expect("(", because="Écrivez « valeur dans (a, b, c) ».")
    return OneOf(item, _listed(reader, ")"), place)


def _listed(reader: Reader, closing: str) -> tuple[Expression, ...]:
    items = [_bounded(reader)]
    while reader.accept(","):
        items.append(_bounded(reader))
    reader.expect(closing, because="Séparez les éléments par des virgules et refermez la liste.")
    return tuple(items)


def _keys(reader: Reader) -> tuple[Expression, ...]:
    if reader.next.is_sign("["):
        reader.take()
        return _listed(reader, "]")
    return (_atom(reader),)


def _bounded(reader: Reader) -> Expression:
    left = _sum(reader)
    while reader.next.is_word("au"):
        place = reader.next.place
        if reader.accept("au", "plus"):
            left = Binary("au plus", left, _sum(reader), place)
        else:
            reader.expect("au", "moins", because="Écrivez « au plus » ou « au moins ».")
            left = Binary("au moins", left, _sum(reader), place)
    return left


def _sum(reader: Reader) -> Expression:
    left = _product(reader)
    while reader.next.is_sign("+", "-"):
        word = reader.take()
        left = Binary(cast(Operator, word.text), left, _product(reader), word.place)
    return left


def _product(reader: Reader) -> Expression:
    left = _atom(reader)
    while reader.next.is_word("fois", "de", "prorata"):
        word = reader.take()
        right = _atom(reader)
        if word.text == "prorata":
            reader.expect("sur", because="Écrivez « montant prorata n sur d ».")
            left = Prorata(left, right, _atom(reader), word.place)
        else:
            left = Binary(cast(Operator, word.text), left, right, word.place)
    return left


def _atom(reader: Reader) -> Expression:
    word = reader.next
    if word.kind in _LITERALS:
        reader.take()
        return Written(word.value, _LITERALS[word.kind], word.place)
    if word.kind is Kind.TEXT:
        reader.take()
        return Written(word.value, text_of(str(word.value)), word.place)
    if word.is_word("oui", "non"):
        reader.take()
        return Written(word.text == "oui", YES_NO, word.place)
    if reader.accept("("):
        inside = read_expression(reader)
        reader.expect(")", because="Refermez la parenthèse.")
        return inside
    special = _phrase(reader, word.place)
    if special is not None:
        return special
    name = reader.name("Une valeur ou un nom")
    if not reader.accept("("):
        return Name(name.text, name.place)
    arguments = () if reader.accept(")") else _listed(reader, ")")
    if reader.accept("."):
        return Lookup(name.text, arguments, reader.name("Le nom d'une colonne").text, name.place)
    return Call(name.text, arguments, name.place)


def _phrase(reader: Reader, place: Place) -> Expression | None:
    """Read one of the phrases of the language, if the next words open one."""
    if reader.accept("somme", "de"):
        item = _product(reader)
        reader.expect("par", because="Écrivez « somme de montant par [adhesion] ».")
        return GroupSum(item, _keys(reader), place)
    if reader.accept("cumul", "de"):
        item = _product(reader)
        model = "Écrivez « cumul de montant par ordre dans [adhesion] »."
        reader.expect("par", because=model)
        order = _sum(reader)
        reader.expect("dans", because=model)
        return GroupRunning(item, order, _keys(reader), place)
    if reader.accept("rang", "parmi"):
        condition = _choice(reader)
        model = "Écrivez « rang parmi condition par date_naissance dans [adhesion] »."
        reader.expect("par", because=model)
        order = _sum(reader)
        reader.expect("dans", because=model)
        return GroupRank(condition, order, _keys(reader), place)
    if reader.accept("attente", "de"):
        months = _atom(reader)
        model = "Écrivez « attente de 3 mois depuis debut passee le jour »."
        reader.expect("mois", "depuis", because=model)
        since = _atom(reader)
        reader.expect("passee", "le", because=model)
        return Waited(months, since, _atom(reader), place)
    if reader.accept("premier", "refus", "parmi"):
        reader.expect("(", because="Écrivez « premier refus parmi (refus_1, refus_2) ».")
        listed = _listed(reader, ")")
        names = [item for item in listed if isinstance(item, Name)]
        if len(names) != len(listed):
            raise Fault(place, "Cette liste ne nomme pas que des refus.", "Ne nommez que des refus.")
        return FirstRefusal(tuple(names), place)
    return None
