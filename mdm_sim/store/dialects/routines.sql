-- Functions that the service's SQL has, as SQLite has them. None raises an error for a bad value:
-- PostgreSQL's own would repeat the value in it. They are made anew at each start.

CREATE OR REPLACE FUNCTION mdm_integer(scalar text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN scalar ~ '^-?[0-9]{1,18}$' THEN scalar::bigint END
$$;

CREATE OR REPLACE FUNCTION mdm_number(scalar text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(scalar) < 400
                     AND scalar ~ '^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$'
                THEN scalar::numeric END
$$;

CREATE OR REPLACE FUNCTION mdm_whole(number bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT number $$;

CREATE OR REPLACE FUNCTION mdm_whole(number numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(least(trunc(number), 9223372036854775807), -9223372036854775808)::bigint
$$;

CREATE OR REPLACE FUNCTION mdm_whole(number double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN abs(number) < 9.2e18 THEN trunc(number)::bigint
                ELSE mdm_whole(number::numeric) END
$$;

CREATE OR REPLACE FUNCTION mdm_whole(digits text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN digits IS NOT NULL
                THEN coalesce(substring(digits FROM '^\s*([+-]?[0-9]{1,18})')::bigint, 0) END
$$;

-- Case is mapped in full in every script, as Python does; {collation} is one that knows how.
CREATE OR REPLACE FUNCTION mdm_lower(told text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT lower(told COLLATE {collation}) COLLATE "C" $$;

CREATE OR REPLACE FUNCTION mdm_upper(told text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT upper(told COLLATE {collation}) COLLATE "C" $$;

CREATE OR REPLACE FUNCTION instr(told text, part text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT strpos(told, part) $$;

CREATE OR REPLACE FUNCTION substr(told text, begins bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.substr(told, least(begins, 2147483647)::integer)
$$;

CREATE OR REPLACE FUNCTION substr(told text, begins bigint, most bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.substr(told, least(begins, 1073741823)::integer,
                             greatest(least(most, 1073741823), 0)::integer)
$$;

CREATE OR REPLACE FUNCTION sha256(told text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(pg_catalog.sha256(convert_to(told, 'UTF8')), 'hex')
$$;

-- Days since 1970 of a date of the proleptic Gregorian calendar.
CREATE OR REPLACE FUNCTION mdm_days(year bigint, month bigint, day bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (era - 1) * 146097 + yoe * 365 + yoe / 4 - yoe / 100
           + (153 * (month + CASE WHEN month > 2 THEN -3 ELSE 9 END) + 2) / 5 + day - 1 - 719468
    FROM (SELECT y / 400 AS era, y % 400 AS yoe
          FROM (SELECT year + 400 - CASE WHEN month <= 2 THEN 1 ELSE 0 END AS y) moved) split
$$;

-- Seconds since 1970 of a date, or of a moment that is of UTC or says how far it is from it.
CREATE OR REPLACE FUNCTION mdm_seconds(told text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN told ~ ('^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
                             '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?'
                             '(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$')
           THEN (mdm_days(substr(told, 1, 4)::bigint, substr(told, 6, 2)::bigint,
                          substr(told, 9, 2)::bigint)) * 86400
                + coalesce(nullif(substr(told, 12, 2), '')::bigint, 0) * 3600
                + coalesce(nullif(substr(told, 15, 2), '')::bigint, 0) * 60
                + coalesce(substring(told FROM '^.{16}:([0-9]{2})')::bigint, 0)
                - CASE WHEN told ~ '[+-][0-9]{2}:[0-9]{2}$' AND length(told) > 16
                       THEN left(right(told, 6), 3)::bigint * 3600
                            + (left(right(told, 6), 1) || right(told, 2))::bigint * 60
                       ELSE 0 END
           END
$$;

CREATE OR REPLACE FUNCTION strftime(form text, told text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE form WHEN '%s' THEN mdm_seconds(told)::text END
$$;

CREATE OR REPLACE FUNCTION strftime(form text, seconds numeric, unit text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN unit = 'unixepoch' AND seconds BETWEEN -62135596800 AND 253402300799
           THEN to_char(timestamp '1970-01-01' + seconds::double precision * interval '1 second',
                        CASE form WHEN '%Y' THEN 'YYYY' WHEN '%m' THEN 'MM' WHEN '%d' THEN 'DD'
                                  WHEN '%H' THEN 'HH24' WHEN '%M' THEN 'MI'
                                  WHEN '%S' THEN 'SS' END) END
$$;

CREATE OR REPLACE FUNCTION json_valid(document text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT document IS JSON WITH UNIQUE KEYS $$;

-- The JSON at a path of no more than one name: `$`, `$.name` or `$."name"`.
CREATE OR REPLACE FUNCTION mdm_json_at(document text, path text) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN document IS NOT JSON THEN NULL
                WHEN path = '$' THEN document::json
                WHEN document IS JSON OBJECT THEN document::json -> btrim(substr(path, 3), '"') END
$$;

CREATE OR REPLACE FUNCTION mdm_json_type(found json) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE json_typeof(found)
           WHEN 'string' THEN 'text'
           WHEN 'boolean' THEN found #>> '{}'
           WHEN 'number' THEN CASE WHEN found #>> '{}' ~ '^-?[0-9]+$' THEN 'integer'
                                   ELSE 'real' END
           ELSE json_typeof(found) END
$$;

CREATE OR REPLACE FUNCTION json_type(document text, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT mdm_json_type(mdm_json_at(document, path)) $$;

CREATE OR REPLACE FUNCTION json_extract(document text, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT mdm_json_at(document, path) #>> '{}' $$;

CREATE OR REPLACE FUNCTION json_each(document text, path text DEFAULT '$')
RETURNS TABLE (key text, value text, type text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT each.key, each.value #>> '{}', mdm_json_type(each.value)
    FROM (SELECT mdm_json_at(document, path) AS found) held,
         LATERAL (
             SELECT member.key, member.value
             FROM json_each(CASE WHEN json_typeof(found) = 'object' THEN found END) member
             UNION ALL
             SELECT (item.place - 1)::text, item.value
             FROM json_array_elements(CASE WHEN json_typeof(found) = 'array' THEN found END)
                  WITH ORDINALITY AS item (value, place)
             UNION ALL
             SELECT NULL, found WHERE json_typeof(found) NOT IN ('object', 'array')
         ) each
$$;

CREATE OR REPLACE FUNCTION json_remove(document text, VARIADIC paths text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN document IS JSON OBJECT
           THEN (document::jsonb - ARRAY(SELECT btrim(substr(path, 3), '"')
                                         FROM unnest(paths) path
                                         WHERE path LIKE '$.%'))::text
           ELSE document END
$$;
