from django.db import migrations

# Row-level security lets an index be used only through leak-proof operators, and LIKE is not one. These functions read past
# the policy on purpose, and give back only what the transaction's perimeters hold; they return numbers, never content.
SEARCH = r"""
CREATE FUNCTION people_digits(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(regexp_replace(written, '\D', '', 'g'), '^(0033|33)(?=[1-9]\d{8}$)', '0')
$$;
CREATE FUNCTION people_words(sort_key text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ' ' || translate(sort_key, '-''.', '   ')
$$;
CREATE INDEX people_person_words ON people_person USING gin (people_words(sort_key) gin_trgm_ops);
CREATE INDEX people_person_born ON people_person (birth_date);
CREATE INDEX people_person_household_members ON people_person (household_id, birth_date);
CREATE INDEX people_household_phone ON people_household (people_digits(phone) text_pattern_ops) WHERE phone <> '';
CREATE INDEX people_household_email ON people_household (lower(email) text_pattern_ops) WHERE email <> '';

-- Names: those that begin with the text, in order; then those that hold a word beginning with each word of the text.
CREATE FUNCTION people_found_by_name(prefix text, patterns text[], at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found integer; condition text;
BEGIN
  RETURN QUERY EXECUTE 'SELECT id FROM people_person WHERE sort_key ~>=~ $1 AND sort_key ~<~ $2
    AND perimeter_id = ANY (egide_perimeters()) ORDER BY sort_key USING ~<~ LIMIT $3'
    USING prefix, prefix || U&'\FFFF', at_most;
  GET DIAGNOSTICS found = ROW_COUNT;
  IF found >= at_most OR patterns = '{}' THEN RETURN; END IF;
  SELECT string_agg(format('people_words(sort_key) LIKE %L', pattern), ' AND ') INTO condition
  FROM unnest(patterns) AS pattern;
  RETURN QUERY EXECUTE 'SELECT id FROM people_person WHERE ' || condition
    || ' AND NOT (sort_key ~>=~ $1 AND sort_key ~<~ $2) AND perimeter_id = ANY (egide_perimeters())
    ORDER BY sort_key USING ~<~ LIMIT $3'
    USING prefix, prefix || U&'\FFFF', at_most - found;
END $$;

CREATE FUNCTION people_found_by_contact(kind text, prefix text, at_most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE 'SELECT p.id FROM (SELECT id FROM people_household WHERE '
    || CASE kind WHEN 'phone' THEN 'phone <> '''' AND people_digits(phone)' ELSE 'email <> '''' AND lower(email)' END
    || ' ~>=~ $1 AND ' || CASE kind WHEN 'phone' THEN 'people_digits(phone)' ELSE 'lower(email)' END || ' ~<~ $2
    AND perimeter_id = ANY (egide_perimeters()) LIMIT $3) h JOIN people_person p ON p.household_id = h.id LIMIT $3'
    USING prefix, prefix || U&'\FFFF', at_most;
END $$;
"""

BACK = """
DROP FUNCTION people_found_by_contact(text, text, integer);
DROP FUNCTION people_found_by_name(text, text[], integer);
DROP INDEX people_household_email, people_household_phone, people_person_household_members, people_person_born,
  people_person_words;
DROP FUNCTION people_words(text);
DROP FUNCTION people_digits(text);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_protection")]
    operations = [migrations.RunSQL(SEARCH, BACK)]
