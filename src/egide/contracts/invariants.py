"""What must always be true of contracts."""

from __future__ import annotations

from egide.journal.invariants import Invariant

INVARIANTS = (
    Invariant(
        "covers.no_overlap",
        "Personne n’est couvert deux fois le même jour.",
        """SELECT a.id FROM contracts_cover a JOIN contracts_cover b
             ON b.person_id = a.person_id AND b.id > a.id AND a.period && b.period
           WHERE NOT a.cancelled AND NOT b.cancelled""",
    ),
    Invariant(
        "covers.inside_enrolment",
        "Chaque couverture tient dans les dates de son adhésion.",
        """SELECT c.id FROM contracts_cover c JOIN contracts_enrolment e ON e.id = c.enrolment_id
           WHERE NOT c.cancelled AND NOT c.period <@ daterange(e.starts_on, e.ends_on)""",
    ),
    Invariant(
        "covers.same_perimeter",
        "Adhésion, couverture et personne sont du même périmètre.",
        """SELECT c.id FROM contracts_cover c JOIN contracts_enrolment e ON e.id = c.enrolment_id
           JOIN people_person p ON p.id = c.person_id
           WHERE c.perimeter_id <> e.perimeter_id OR c.perimeter_id <> p.perimeter_id""",
    ),
    Invariant(
        "enrolments.member_covered",
        "L’adhérent est couvert par sa propre adhésion, ou l’a été.",
        """SELECT e.id FROM contracts_enrolment e WHERE NOT EXISTS
             (SELECT 1 FROM contracts_cover c WHERE c.enrolment_id = e.id AND c.person_id = e.member_id)""",
    ),
    Invariant(
        "covers.after_birth",
        "Personne n’est couvert avant d’être né.",
        """SELECT c.id FROM contracts_cover c JOIN people_person p ON p.id = c.person_id
           WHERE NOT c.cancelled AND lower(c.period) < p.birth_date""",
    ),
    Invariant(
        "covers.announced",
        "Chaque couverture a été annoncée au régime obligatoire, ou attend de l’être.",
        """SELECT c.id FROM contracts_cover c
           WHERE NOT EXISTS (SELECT 1 FROM contracts_rightsmovement m WHERE m.cover_id = c.id)""",
    ),
)
