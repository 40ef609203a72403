"""Reads the definitions of a block: produit, entree, table, constante, regle, refus.

::

    produit CODE  version DATE  titre "…"  assureur "…"  formules (a "A", b "B")  responsable oui|non
    entree NOM pour portee {, portee} : type [ parmi (choix ["libellé"], …) | de BAS a HAUT ] libelle "…"
    table NOM dans "fichier.csv" { cle … } { valeur … } source "…"
        cle NOM [ : type [ parmi (…) ] ] [ colonne "…" | de "min" (a|avant) "max" ] [ couvre BAS a HAUT ]
        valeur NOM : type [ colonne "…" ]
    constante NOM : type = valeur [ libelle "…" ]
    regle NOM pour portee : type [ libelle "…" ] = corps (dit|detail) { si condition "…" sinon } "…"
    refus NOM pour portee si condition dit "…"

A fault in one definition does not hide the faults of the next ones.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import pairwise
from typing import get_args

from egide.rules.kinds import TYPE_NAMES, YES_NO, Type, TypeName, Value, text_of
from egide.rules.lexer import Kind, Token, read_words
from egide.rules.parser import Reader, read_body, read_condition, read_expression
from egide.rules.problems import Fault, Problem, did_you_mean, problem_at
from egide.rules.syntax import (
    Constant,
    Definition,
    Domain,
    Entry,
    Expression,
    KeyColumn,
    Product,
    Rule,
    TableDefinition,
    ValueColumn,
)

OPENINGS = ("produit", "entree", "table", "constante", "regle", "refus")
_KIND_OF = {"nombre": Kind.NUMBER, "montant": Kind.AMOUNT, "taux": Kind.RATE, "date": Kind.DATE}


def read_definitions(
    text: str, file: str, first_line: int = 1, article: str = ""
) -> tuple[list[Definition], list[Problem]]:
    """Return the definitions of a block and every problem met."""
    words, problems = read_words(text, file, first_line)
    definitions: list[Definition] = []
    for group in _split(words, problems):
        reader = Reader(group)
        try:
            definition = _definition(reader, article)
            if reader.next.kind is not Kind.END:
                raise reader.unexpected(
                    "La fin de la définition", "Une définition par mot d'ouverture, au début d'une ligne."
                )
            definitions.append(definition)
        except Fault as fault:
            problems.append(fault.problem)
    return definitions, problems


def _split(words: list[Token], problems: list[Problem]) -> list[list[Token]]:
    """Cut the words at each opening keyword that starts a line."""
    groups: list[list[Token]] = []
    for word, following in pairwise(words):
        if word.opens_line and word.is_word(*OPENINGS):
            groups.append([])
        elif not groups or _looks_like_an_opening(word, following):
            remedy = did_you_mean(word.text, OPENINGS, f"Commencez par l'un de : {', '.join(OPENINGS)}.")
            message = f"« {word.text} » n'ouvre pas une définition."
            problems.append(problem_at(word.place, message, remedy))
            groups.append([])
        groups[-1].append(word)
    kept = [group for group in groups if group[0].is_word(*OPENINGS)]
    for group in kept:
        last = group[-1]
        group.append(Token(Kind.END, "", "", last.place, True))
    return kept


def _looks_like_an_opening(word: Token, following: Token) -> bool:
    """Tell whether a line starts with a misspelt opening: "reglee rembourse …"."""
    near = get_close_matches(word.text, OPENINGS, n=1, cutoff=0.8)
    return word.opens_line and word.kind is Kind.NAME and following.kind is Kind.NAME and bool(near)


def _definition(reader: Reader, article: str) -> Definition:
    opening = reader.take()
    match opening.text:
        case "produit":
            return _product(reader, opening)
        case "entree":
            return _entry(reader, opening)
        case "table":
            return _table(reader, opening)
        case "constante":
            return _constant(reader, opening)
        case _:
            return _rule(reader, opening, article)


def _text(reader: Reader, what: str) -> str:
    if reader.next.kind is not Kind.TEXT:
        raise reader.unexpected(what, 'Écrivez un texte entre guillemets droits : "…".')
    return str(reader.take().value)


def _product(reader: Reader, opening: Token) -> Product:
    model = "Un produit dit, dans l'ordre : version, titre, assureur, formules (…), responsable oui ou non."
    code = reader.name("Le code du produit").text
    reader.expect("version", because=model)
    if reader.next.kind is not Kind.DATE:
        raise reader.unexpected("Une date", "La version est la date d'effet du livre, AAAA-MM-JJ.")
    version = reader.take().value
    reader.expect("titre", because=model)
    title = _text(reader, "Le titre")
    reader.expect("assureur", because=model)
    insurer = _text(reader, "Le nom de l'assureur")
    reader.expect("formules", because=model)
    formulas = _choices(reader)
    reader.expect("responsable", because=model)
    if not reader.next.is_word("oui", "non"):
        raise reader.unexpected("« oui » ou « non »", model)
    return Product(code, version, title, insurer, formulas, reader.take().text == "oui", opening.place)


def _choices(reader: Reader) -> tuple[tuple[str, str], ...]:
    reader.expect("(", because="Écrivez la liste entre parenthèses, séparée par des virgules.")
    found: list[tuple[str, str]] = []
    while True:
        word = reader.take() if reader.next.kind is Kind.TEXT else reader.name("Un choix de la liste")
        value = str(word.value)
        label = str(reader.take().value) if reader.next.kind is Kind.TEXT else value.replace("_", " ")
        if value in dict(found):
            raise Fault(word.place, f"« {value} » est deux fois dans la liste.", "Gardez-en un.")
        found.append((value, label))
        if not reader.accept(","):
            break
    reader.expect(")", because="Séparez les choix par des virgules et refermez la liste.")
    return tuple(found)


def _type(reader: Reader) -> TypeName:
    reader.expect(":", because=f"Donnez un type : {', '.join(TYPE_NAMES)}.")
    word = reader.next
    for name in get_args(TypeName):
        if word.is_word(name):
            reader.take()
            return name  # type: ignore[no-any-return]
    raise Fault(
        word.place,
        f"« {word.text} » n'est pas un type.",
        did_you_mean(word.text, TYPE_NAMES, f"Les types sont : {', '.join(TYPE_NAMES)}."),
    )


def _typed_domain(reader: Reader) -> tuple[Type, Domain]:
    """Read ``: type``, then its choices or its range."""
    name = _type(reader)
    if name == "texte":
        if not reader.accept("parmi"):
            raise reader.unexpected("« parmi (…) »", "Un texte est pris dans une liste fermée.")
        labels = _choices(reader)
        return text_of(*(value for value, _ in labels)), Domain(labels=labels)
    if reader.next.is_word("de") and reader.after(1).kind is not Kind.TEXT:
        reader.take()
        low, high = _range(reader, name)
        return Type(name), Domain(low, high)
    return Type(name), Domain()


def _range(reader: Reader, type_name: TypeName) -> tuple[Value, Value]:
    low = _value(reader, type_name)
    reader.expect("a", because="Écrivez « de 0 a 120 ».")
    place = reader.next.place
    high = _value(reader, type_name)
    if high < low:  # type: ignore[operator]
        raise Fault(place, "Cet intervalle finit avant de commencer.", "Écrivez le plus petit d'abord.")
    return low, high


def _value(reader: Reader, type_name: TypeName) -> Value:
    word = reader.next
    if type_name == "ouinon" and word.is_word("oui", "non"):
        return reader.take().text == "oui"
    wanted = _KIND_OF.get(type_name)
    if wanted is None or word.kind is not wanted:
        raise reader.unexpected(f"Une valeur de type {type_name}", "Exemples : 12, 12,50 €, 70 %, 2026-01-01.")
    return reader.take().value


def _scopes(reader: Reader) -> tuple[str, ...]:
    reader.expect("pour", because="Dites pour qui : « pour beneficiaire » ou « pour soin ».")
    scopes = [reader.name("Une portée").text]
    while reader.accept(","):
        scopes.append(reader.name("Une portée").text)
    return tuple(scopes)


def _entry(reader: Reader, opening: Token) -> Entry:
    name = reader.name("Le nom de l'entrée").text
    scopes = _scopes(reader)
    kind, domain = _typed_domain(reader)
    reader.expect("libelle", because='Chaque entrée se nomme en français : libelle "…".')
    return Entry(name, scopes, kind, domain, _text(reader, "Le libellé"), opening.place)


def _table(reader: Reader, opening: Token) -> TableDefinition:
    name = reader.name("Le nom de la table").text
    reader.expect("dans", because='Écrivez table nom dans "fichier.csv".')
    file = _text(reader, "Le fichier de la table")
    keys: list[KeyColumn] = []
    values: list[ValueColumn] = []
    while reader.next.is_word("cle", "valeur"):
        if reader.take().text == "cle":
            keys.append(_key(reader))
        else:
            word = reader.name("Le nom de la valeur")
            kind = Type(_type(reader))
            column = _text(reader, "La colonne") if reader.accept("colonne") else word.text
            values.append(ValueColumn(word.text, kind, column, word.place))
    if not keys or not values:
        raise reader.unexpected("« cle » ou « valeur »", "Une table a au moins une clé et une valeur, puis sa source.")
    source = _text(reader, "La source") if reader.accept("source") else ""
    return TableDefinition(name, file, tuple(keys), tuple(values), source, opening.place)


def _key(reader: Reader) -> KeyColumn:
    word = reader.name("Le nom de la clé")
    kind: Type | None = None
    domain = Domain()
    if reader.next.is_sign(":"):
        kind, domain = _typed_domain(reader)
    columns: tuple[str, ...] = (word.text,)
    end_outside = False
    if reader.accept("colonne"):
        columns = (_text(reader, "La colonne"),)
    elif reader.accept("de"):
        low = _text(reader, "La colonne du début")
        end_outside = reader.accept("avant")
        if not end_outside:
            because = 'Écrivez « de "age_min" a "age_max" », ou « avant » si la fin n\'est pas comprise.'
            reader.expect("a", because=because)
        columns = (low, _text(reader, "La colonne de fin"))
    if reader.accept("couvre"):
        if kind is None:
            raise reader.unexpected("Le type de la clé", "Donnez le type avant « couvre ».")
        domain = Domain(*_range(reader, kind.name))
    return KeyColumn(word.text, kind, domain, columns, end_outside, word.place)


def _constant(reader: Reader, opening: Token) -> Constant:
    name = reader.name("Le nom de la constante").text
    kind = Type(_type(reader))
    reader.expect("=", because="Écrivez « constante nom : montant = 12,50 € ».")
    value = _value(reader, kind.name)
    label = _text(reader, "Le libellé") if reader.accept("libelle") else name.replace("_", " ")
    return Constant(name, kind, value, label, opening.place)


def _rule(reader: Reader, opening: Token, article: str) -> Rule:
    word = reader.name(f"Le nom de la règle ({opening.text})")
    scopes = _scopes(reader)
    if len(scopes) != 1:
        raise Fault(word.place, "Une règle vaut pour une seule portée.", "Écrivez deux règles.")
    label = word.text.replace("_", " ")
    if opening.text == "refus":
        reader.expect("si", because='Écrivez refus nom pour soin si condition dit "…".')
        body, kind = read_expression(reader), YES_NO
    else:
        kind = Type(_type(reader))
        if reader.accept("libelle"):
            label = _text(reader, "Le libellé")
        reader.expect("=", because="Écrivez « regle nom pour soin : montant = … ».")
        body = read_body(reader)  # type: ignore[assignment]
    is_detail = reader.next.is_word("detail")
    variants, sentence = _sentences(reader)
    return Rule(
        word.text,
        scopes[0],
        kind,
        body,
        sentence,
        label,
        opening.place,
        article,
        is_refusal=opening.text == "refus",
        variants=variants,
        is_detail=is_detail,
    )


def _sentences(reader: Reader) -> tuple[tuple[tuple[Expression, str], ...], str]:
    """Read ``dit { si condition "…" sinon } "…"``: the conditional sentences, then the last one ("" when absent)."""
    if not reader.accept("dit") and not reader.accept("detail"):
        return (), ""
    variants: list[tuple[Expression, str]] = []
    while reader.accept("si"):
        condition = read_condition(reader)
        variants.append((condition, _text(reader, "La phrase")))
        reader.expect("sinon", because='Écrivez dit si condition "…" sinon "…".')
    return tuple(variants), _text(reader, "La phrase")
