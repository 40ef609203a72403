"""Names as they are met: accents, apostrophes, particles and double names; first names of each generation."""

from __future__ import annotations

import polars as pl

from egide.demo.chance import Chance
from egide.kernel.text import sort_key

_LAST = """
Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefèvre Leroy Roux David Bertrand
Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefebvre Faure André Mercier Blanc Guérin
Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu
Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière
Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger
Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq
Guillaume Lecomte López Jean Dupuy Guillot Hubert Berger Carpentier Sánchez Dupuis Moulin Louis Deschamps Huet Vasseur
Pérez Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard
Maillard Baron Bertin Bailly Hervé Schneider Fernández Le_Gall Collet Léger Bouvier Julien Prévost Millet Perrot Daniel
Le_Roux Cousin Germain Breton Besson Langlois Rémy Le_Goff Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber
Mallet Hamon Boulanger Jacob Monnier Michaud Rodríguez Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin
Chauvin Da_Silva Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine Hoarau Perret Barthélemy Cordier Pichon
Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte D’Angelo D’Almeida N’Diaye N’Guyen Traoré Diallo Benali
Belkacem Haddad Cohen Nguyen Tran Kowalski Nowak Schäfer Müller Wagner Zimmermann Hoffmann Keller Kieffer Wéber Öztürk
Yildiz Demir De_La_Fontaine De_Sainte-Croix Du_Plessis L’Hôte L’Hermitte D’Hondt Lœuillet Le_Bœuf Saint-Amand
Châtelain Thévenet Crépin Brûlé Sébastien Béranger Grégoire Cazeneuve Etcheverry Iriart Casanova Colonna Santoni
Mattéi Ferreira Gonçalves Araújo Conceição Pinto Esposito Ricci Lefrançois Aït_Ahmed Ben_Saïd El_Amrani Mbaye Koné
"""
_MEN = {
    1900: "Marcel Roger Henri Lucien Georges René André Raymond Maurice Fernand Émile Léon Gaston Eugène Théophile",
    1940: "Jean Michel Claude Bernard Jacques Gérard Daniel Alain Christian Jean-Pierre Jean-Claude Guy Yves Joël Noël",
    1960: "Philippe Patrick Pascal Éric Thierry Bruno Didier Frédéric Jean-Marc Hervé Franck Stéphane François-Xavier "
    "Olivier Dominique Rachid Mohamed José",
    1980: "Nicolas Julien Sébastien Guillaume Mickaël Benoît Rémi Jérôme Cédric Grégory Karim Loïc Aurélien Anthony "
    "Pierre-Yves Mathieu Maël Ousmane",
    2000: "Léo Noé Gabriel Raphaël Louis Arthur Jules Adam Lucas Maël Hugo Liam Noah Sacha Théo Éthan Naël Yanis "
    "Côme Eliott Marceau Jean-Baptiste Ilyès",
}
_WOMEN = {
    1900: "Marie Jeanne Germaine Yvonne Simone Suzanne Marguerite Lucienne Marcelle Odette Renée Thérèse Éliane Berthe",
    1940: "Monique Françoise Nicole Danielle Michèle Jacqueline Annie Josiane Marie-Thérèse Colette Éveline Ginette "
    "Marie-Claude Bernadette",
    1960: "Sylvie Isabelle Catherine Nathalie Véronique Christine Corinne Valérie Brigitte Pascale Béatrice Fatima "
    "Anne-Marie Laurence Hélène Maria",
    1980: "Céline Aurélie Émilie Élodie Julie Stéphanie Laëtitia Audrey Anaïs Marie-Ève Mélanie Aïcha Gaëlle Sabrina "
    "Anne-Sophie Noémie Nadia",
    2000: "Emma Jade Louise Alice Chloé Léa Inès Zoé Lou Rose Agathe Ambre Éléonore Maëlys Océane Assia Jeanne "
    "Louise-Anne Clémence Aïssatou Héloïse",
}


def _series(text: str) -> pl.Series:
    return pl.Series([name.replace("_", " ") for name in text.split()])


_LAST_NAMES = _series(_LAST)
_FIRST = {"M": {year: _series(text) for year, text in _MEN.items()}, "F": {y: _series(t) for y, t in _WOMEN.items()}}


def last_names(chance: Chance, purpose: str) -> pl.Expr:
    """A family name; one in twenty-five is double."""
    one = chance.pick(purpose, _LAST_NAMES)
    other = chance.pick(f"{purpose}, second", _LAST_NAMES)
    double = chance.happens(f"{purpose}, double", 40) & (one != other)
    return pl.when(double).then(pl.concat_str(one, pl.lit("-"), other)).otherwise(one)


def first_names(chance: Chance) -> pl.Expr:
    """A first name for the ``sex`` (M or F) and the generation of a ``birth_date``."""
    chosen: pl.Expr = pl.lit("")
    year = pl.col("birth_date").dt.year()
    for sex, generations in _FIRST.items():
        for start, names in generations.items():
            fits = (pl.col("sex") == sex) & (year >= start)
            # Generations come in order: the last that fits is the person's own.
            chosen = pl.when(fits).then(chance.pick("first name", names)).otherwise(chosen)
    return chosen


def sort_keys(frame: pl.DataFrame) -> pl.Expr:
    """The stored sort key of ``last_name`` and ``first_name``, as people's acts make it, one call per distinct name."""
    keys = []
    for name in ("last_name", "first_name"):
        distinct = frame[name].unique()
        keys.append(pl.col(name).replace_strict(distinct, pl.Series([sort_key(each) for each in distinct])))
    return pl.concat_str(keys[0], pl.lit(" "), keys[1])
