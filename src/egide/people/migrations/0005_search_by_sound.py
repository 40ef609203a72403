from django.db import migrations

# What a person may be searched by stands in columns that the database makes from what is stored: nobody can forget to fill
# them, and adding them fills the rows that are there. Row-level security lets an index be used only through leak-proof
# operators, which @@ and % are not: the one function that searches reads past the policy on purpose, and gives back numbers
# that the transaction's perimeters hold. What 0003 made stays for the code before this one.
KEYS = r"""
-- The words of a key, and each two and three that follow one another written as one: « Le Gall » is also « Legall ».
CREATE FUNCTION people_joined_words(key text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  WITH w AS (SELECT string_to_array(btrim(regexp_replace(key, '[^a-z0-9]+', ' ', 'g')), ' ') AS a)
  SELECT COALESCE(array_agg(DISTINCT said), '{}') FROM w, generate_subscripts(a, 1) AS i,
    LATERAL unnest(ARRAY[a[i], a[i] || a[i + 1], a[i] || a[i + 1] || a[i + 2]]) AS said
  WHERE said <> ''
$$;

-- How French words sound, each separately: « Schaeffer », « Schäfer » and « Chafer » are one; so are « Dupont » and « Dupond ».
-- Order counts. Capitals and figures stand for one sound: C ch, N gn, G hard g, 1 an/en, 2 in/un, 3 on.
CREATE FUNCTION people_sounds(words text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE t text := translate(words, 'yw', 'iv');
BEGIN
  t := regexp_replace(t, 'sch|sh|ch(?![rlt])', 'C', 'g');          -- Schmitt, Chauvin; not Christian
  t := replace(replace(replace(t, 'ph', 'f'), 'gn', 'N'), 'h', '');  -- Philippe, Agnès, Thomas, Henri
  t := regexp_replace(t, 'gu(?=[ei])', 'G', 'g');                   -- Guérin
  t := regexp_replace(t, 'g(?=[ei])', 'j', 'g');                    -- Gérard, Jérard
  t := regexp_replace(t, 'c(?=[ei])', 's', 'g');                    -- Vincent
  t := regexp_replace(t, 'qu|q|c', 'k', 'g');                       -- Jacquet, Leclercq
  t := regexp_replace(replace(t, 'bv', 'v'), 'x(?=[a-zA-Z])', 'ks', 'g');  -- Lefebvre; Alexandre, not Leroux
  t := regexp_replace(translate(t, 'z', 's'), 't(?=s)', '', 'g');   -- Schultz
  t := regexp_replace(t, '([a-zA-Z])\1+', '\1', 'g');               -- Pettit
  t := regexp_replace(t, 'eau|au', 'o', 'g');                       -- Moreau
  t := regexp_replace(t, 'oeu|oe|eu', 'e', 'g');                    -- Le Bœuf
  t := regexp_replace(t, 'ou|ue', 'u', 'g');                        -- Roux, Mueller
  t := regexp_replace(t, '(?:[ae]i|i|u)[nm](?![aeiou])', '2', 'g'); -- Martin, Germain, Lebrun
  t := regexp_replace(t, '[ae][nm](?![aeiou])', '1', 'g');          -- Durand, Clément
  t := regexp_replace(t, 'o[nm](?![aeiou])', '3', 'g');             -- Dupont
  t := regexp_replace(replace(t, 'ae', 'a'), '[ae]i', 'e', 'g');    -- Schaefer; Lemaire, Meyer
  t := regexp_replace(t, '(?<=[a-zA-Z0-9]{2})[etdspx]+(?= |$)', '', 'g');  -- what ends a word unheard: Petit, Dubois, Louise
  RETURN regexp_replace(lower(t), '([a-z])\1+', '\1', 'g');
END $$;

CREATE FUNCTION people_word_vector(key text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_to_tsvector(people_joined_words(key))
$$;
CREATE FUNCTION people_sound_vector(key text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_to_tsvector(array_remove(
    string_to_array(people_sounds(array_to_string(people_joined_words(key), ' ')), ' '), ''))
$$;
-- Towns are kept as written: their accents are taken off here, those of French.
CREATE FUNCTION people_place_vector(postcode text, city text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT people_word_vector(postcode || ' ' || translate(replace(lower(city), 'œ', 'oe'),
    'àâäáãçéèêëíîïìñóôöòúùûüÿÀÂÄÇÉÈÊËÎÏÔÖÙÛÜ', 'aaaaaceeeeiiiinoooouuuuyaaaceeeeiioouuu'))
$$;

ALTER TABLE people_person
  ADD COLUMN search_words tsvector GENERATED ALWAYS AS (people_word_vector(sort_key)) STORED,
  ADD COLUMN search_sounds tsvector GENERATED ALWAYS AS (people_sound_vector(sort_key)) STORED;
ALTER TABLE people_household
  ADD COLUMN search_place tsvector GENERATED ALWAYS AS (people_place_vector(postcode, city)) STORED;
CREATE INDEX people_person_search_words ON people_person USING gin (search_words);
CREATE INDEX people_person_search_sounds ON people_person USING gin (search_sounds);
CREATE INDEX people_household_search_place ON people_household USING gin (search_place);
"""

SEARCH = r"""
-- A search of persons by what one types of their name: « rank » says how each was found, the best first.
--   1 the name begins so, or the words and the day are those    2 each word begins a word of the name, in any order
--   3 a name and a town, or a town alone                         4 it sounds the same        5 it is written nearly so
-- Towns and sounds are tried when few were found before, what is nearly so when nobody was.
CREATE FUNCTION people_found(typed text, variants text[], born date, at_most integer)
RETURNS TABLE (found_id bigint, found_rank integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET pg_trgm.word_similarity_threshold = 0.42 AS $$
DECLARE
  seen bigint[] := '{}'; these bigint[]; words text[] := string_to_array(typed, ' ');
  asked tsquery := people_asked(variants); heard tsquery := people_heard(variants);
  cut integer; name tsquery; place tsquery; enough integer := LEAST(at_most, 20);
BEGIN
  IF born IS NOT NULL THEN
    RETURN QUERY SELECT f.id, f.rank FROM (SELECT id, sort_key, CASE WHEN search_words @@ asked THEN 1
        WHEN search_sounds @@ heard THEN 4 WHEN typed <% sort_key THEN 5 END AS rank
      FROM people_person WHERE birth_date = born AND perimeter_id = ANY (egide_perimeters())) f
      WHERE f.rank IS NOT NULL ORDER BY f.rank, f.sort_key LIMIT at_most;
    RETURN;
  END IF;
  IF typed = '' THEN RETURN; END IF;

  seen := ARRAY(SELECT id FROM people_person WHERE sort_key ~>=~ typed AND sort_key ~<~ (typed || U&'\FFFF')
    AND perimeter_id = ANY (egide_perimeters()) ORDER BY sort_key USING ~<~ LIMIT at_most);
  RETURN QUERY SELECT unnest(seen), 1;

  IF cardinality(seen) < at_most THEN
    these := ARRAY(WITH hit AS MATERIALIZED (SELECT id, sort_key FROM people_person WHERE search_words @@ asked
        AND perimeter_id = ANY (egide_perimeters()) AND NOT id = ANY (seen) LIMIT 3000)
      SELECT id FROM hit ORDER BY sort_key USING ~<~ LIMIT at_most - cardinality(seen));
    RETURN QUERY SELECT unnest(these), 2;
    seen := seen || these;
  END IF;
  IF cardinality(seen) >= enough THEN RETURN; END IF;

  -- All of them the town; then a name before a town, cut at each word; then a town before a name.
  FOR cut IN 0 .. cardinality(words) * 2 - 1 LOOP
    IF cut < cardinality(words) THEN
      name := people_asked(ARRAY[array_to_string(words[1:cut], ' ')]);
      place := people_asked(ARRAY[array_to_string(words[cut + 1:], ' ')]);
    ELSE
      place := people_asked(ARRAY[array_to_string(words[1:cut - cardinality(words)], ' ')]);
      name := people_asked(ARRAY[array_to_string(words[cut - cardinality(words) + 1:], ' ')]);
    END IF;
    CONTINUE WHEN numnode(place) = 0
      OR NOT EXISTS (SELECT 1 FROM people_household WHERE search_place @@ place LIMIT 1);
    IF numnode(name) = 0 THEN
      these := ARRAY(WITH home AS MATERIALIZED (SELECT id FROM people_household
          WHERE search_place @@ place AND perimeter_id = ANY (egide_perimeters()) LIMIT 1000)
        SELECT p.id FROM home JOIN people_person p ON p.household_id = home.id
        WHERE NOT p.id = ANY (seen) AND p.perimeter_id = ANY (egide_perimeters())
        ORDER BY p.sort_key USING ~<~ LIMIT at_most - cardinality(seen));
    ELSE
      these := ARRAY(WITH hit AS MATERIALIZED (SELECT id, household_id, sort_key FROM people_person
          WHERE search_words @@ name AND perimeter_id = ANY (egide_perimeters()) AND NOT id = ANY (seen) LIMIT 10000)
        SELECT hit.id FROM hit JOIN people_household h ON h.id = hit.household_id WHERE h.search_place @@ place
        ORDER BY hit.sort_key USING ~<~ LIMIT at_most - cardinality(seen));
    END IF;
    RETURN QUERY SELECT unnest(these), 3;
    seen := seen || these;
    IF cardinality(seen) >= enough THEN RETURN; END IF;
  END LOOP;

  IF numnode(heard) > 0 THEN
    these := ARRAY(WITH hit AS MATERIALIZED (SELECT id, sort_key FROM people_person WHERE search_sounds @@ heard
        AND perimeter_id = ANY (egide_perimeters()) AND NOT id = ANY (seen) LIMIT 1000)
      SELECT id FROM hit ORDER BY word_similarity(typed, sort_key) DESC, sort_key USING ~<~ LIMIT at_most - cardinality(seen));
    RETURN QUERY SELECT unnest(these), 4;
    seen := seen || these;
  END IF;

  IF seen = '{}' AND length(typed) >= 4 THEN
    RETURN QUERY SELECT id, 5 FROM people_person WHERE typed <% sort_key AND perimeter_id = ANY (egide_perimeters())
      AND (cardinality(words) = 1 OR word_similarity(typed, sort_key) >= 0.7)  -- not « Bernard Luc » for « Bernard Zoé »
      ORDER BY similarity(typed, left(sort_key, length(typed) + 1)) DESC, word_similarity(typed, sort_key) DESC,
        sort_key USING ~<~ LIMIT LEAST(at_most, 20);
  END IF;
END $$;
"""

ASKED = r"""
-- One of these texts, each of its words as the beginning of a word: « le gall », or « legall ».
CREATE FUNCTION people_asked(variants text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT COALESCE(string_agg(said, ' | '), '')::tsquery FROM (
    SELECT '(' || string_agg(quote_literal(word) || ':*', ' & ') || ')' AS said
    FROM unnest(variants) WITH ORDINALITY AS v(variant, place), unnest(string_to_array(variant, ' ')) AS word
    WHERE word <> '' GROUP BY place) AS each
$$;
-- The same by their sounds. A sound of one or two signs, or of two words in one, would begin too much: it must be whole.
CREATE FUNCTION people_heard(variants text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT COALESCE(string_agg(said, ' | '), '')::tsquery FROM (
    SELECT '(' || string_agg(quote_literal(sound) || CASE WHEN length(sound) > 2 AND place = 1 THEN ':*' ELSE '' END, ' & ') || ')' AS said
    FROM unnest(variants) WITH ORDINALITY AS v(variant, place), unnest(string_to_array(people_sounds(variant), ' ')) AS sound
    WHERE sound <> '' GROUP BY place) AS each
$$;
"""

BACK = """
DROP FUNCTION people_found(text, text[], date, integer);
DROP FUNCTION people_heard(text[]);
DROP FUNCTION people_asked(text[]);
ALTER TABLE people_person DROP COLUMN search_words, DROP COLUMN search_sounds;
ALTER TABLE people_household DROP COLUMN search_place;
DROP FUNCTION people_place_vector(text, text);
DROP FUNCTION people_sound_vector(text);
DROP FUNCTION people_word_vector(text);
DROP FUNCTION people_sounds(text);
DROP FUNCTION people_joined_words(text);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_history")]
    operations = [migrations.RunSQL(KEYS + ASKED + SEARCH, BACK)]
