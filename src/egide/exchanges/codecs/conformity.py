"""The conformity page of the codecs, made from their own declarations: `python -m … > docs/codecs.md`.

What is printed is what the code uses: a position cannot be corrected in one and forgotten in the other.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from egide.exchanges.codecs import care_line_fields, enrolment_columns, noemie_rights_fields, sepa_fields
from egide.exchanges.codecs.fields import STATUS_FRENCH, Codec, Layout, Status

CODECS: tuple[Codec, ...] = (
    noemie_rights_fields.CODEC,
    care_line_fields.CODEC,
    enrolment_columns.CODEC,
    sepa_fields.DEBIT_CODEC,
    sepa_fields.CREDIT_CODEC,
    sepa_fields.RETURN_CODEC,
)

_HEAD = """# Formats d’échange : conformité zone par zone

Page produite par `python -m egide.exchanges.codecs.conformity > docs/codecs.md` ;
ne pas la modifier à la main.

Ce que veut dire chaque état :

- **conforme à la source** : la zone est à cette place dans une source publique citée (schéma, ou programme
  qui la lit). Cela ne vaut pas certificat : aucun cahier des charges officiel de l’assurance maladie
  n’a été obtenu.
- **déduit d’un exemple** : la place et le sens viennent d’un fichier ou d’un message public,
  sans texte à l’appui.
- **supposé** : le sens est une hypothèse ; à vérifier avec le partenaire avant tout échange réel.
- **maison** : zone propre à Égide, sans équivalent connu.
"""


def page() -> str:
    """Return the whole page, in Markdown."""
    lines = [_HEAD, "| format | " + " | ".join(STATUS_FRENCH.values()) + " |", "|---" * 5 + "|"]
    for codec in CODECS:
        found = Counter(field.status for layout in codec.layouts for field in layout.fields)
        lines.append(f"| {codec.title} | " + " | ".join(str(found[status]) for status in Status) + " |")
    for codec in CODECS:
        lines.extend(_section(codec))
    return "\n".join(lines) + "\n"


def _section(codec: Codec) -> Iterator[str]:
    yield f"\n## {codec.title}\n"
    yield f"**{codec.statement}**\n"
    yield from (f"- {limit}" for limit in codec.limits)
    for layout in codec.layouts:
        yield from _table(layout)


def _table(layout: Layout) -> Iterator[str]:
    length = f", {layout.length} caractères" if layout.length else ""
    yield f"\n### {layout.name} : {layout.title}{length}\n"
    yield "| zone | place | longueur | type | sens | état | source |"
    yield "|---|---|---|---|---|---|---|"
    for field in layout.fields:
        cells = (
            f"`{field.name}`", field.position, str(field.length or ""), field.kind.value, field.meaning,
            STATUS_FRENCH[field.status], field.source,
        )  # fmt: skip
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(page())
