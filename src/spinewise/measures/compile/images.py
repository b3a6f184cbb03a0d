"""Images of everybody: which rows are one, and whose episode it is in (SEMANTICS 5), as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spinewise.measures.compile.codes import CodePredicates
from spinewise.measures.compile.episodes import Step
from spinewise.measures.compile.sql import day, ever, one_of, text
from spinewise.measures.frame import Frame

PARTS: Final = 1_000_000
"""An image's number: the event of its order or first row times this, and the performance's."""


def image_steps(frame: Frame, codes: CodePredicates) -> Iterator[Step]:
    rule = frame.package.imaging
    diagnosis = codes.column(frame.package.episode.index.diagnosis, name="diagnosis")
    image_concepts = [name for row in rule.image for name in row.concepts]
    listed = codes.column(image_concepts, name="image")
    verified = codes.verified(image_concepts, name="image_verified")
    pattern = "(?i)" + "|".join(f"(?:{p})" for p in rule.text_says_region)
    says_so = (
        f"coalesce(regexp_matches(e.text, {text(pattern)}), FALSE)"
        if rule.text_says_region
        else "FALSE"
    )
    yield (
        "image_row",
        f"""
        WITH imaging AS (
            SELECT e.patient, e.event, coalesce(e.role, 'performed') AS role,
                {day("e.start_lo")} AS day_lo, {day("e.start_hi")} AS day_hi, e.start_time, e.link,
                CASE WHEN e.clinician_role = 'ordering'
                        OR (e.role = 'order' AND coalesce(e.clinician_role, '') = '')
                    THEN nullif(e.clinician, '') END AS ordered_by,
                coalesce(c.modality, e.modality, '') AS modality,
                lower(trim(coalesce(e.region, ''))) AS named,
                coalesce(c.{listed}, FALSE) AS listed,
                coalesce(c.level_unknown, FALSE) AS level_unknown,
                coalesce(c.{listed}, FALSE) AND NOT coalesce(c.{verified}, FALSE) AS proposed,
                coalesce(r.{diagnosis}, FALSE) AS for_pain, {says_so} AS says_so
            FROM events AS e
            LEFT JOIN code_is AS c ON c.code = e.code
            LEFT JOIN code_is AS r ON r.code = e.reason
            WHERE e.kind = 'imaging' AND e.status IS DISTINCT FROM 'refuted'
                AND e.start_lo IS NOT NULL
        ), classed AS (
            SELECT *, CASE
                WHEN named = {text(rule.region)} THEN TRUE
                WHEN named <> '' AND NOT {one_of("named", rule.unknown_regions)} THEN FALSE
                WHEN named = '' AND NOT level_unknown THEN listed OR says_so
                WHEN says_so OR for_pain THEN TRUE
                ELSE NULL END AS region
            FROM imaging
        )
        SELECT patient, event, role, day_lo, day_hi, start_time, link, ordered_by, modality, region,
            for_pain, proposed, link IS NOT NULL AS is_linked,
            coalesce(link, CASE WHEN role = 'order' THEN 'order:' || event
                ELSE 'shown:' || modality || ':' || day_lo || ':' || day_hi END) AS image_group
        FROM classed WHERE region IS NULL OR region
        """,
    )
    # Most links tie one order to one performance, or one row to nothing: see the pairs below.
    yield (
        "several_rows",
        """
        SELECT patient, link FROM image_row WHERE link IS NOT NULL GROUP BY patient, link
        HAVING sum(CASE role WHEN 'order' THEN 1 WHEN 'report' THEN 1000000 ELSE 1000 END)
            NOT IN (1, 1000, 1001)
        """,
    )
    # Most other groups were performed once, on one day, or never: that is known at once, too.
    shown = "FILTER (WHERE role IN ('performed', 'study'))"
    yield (
        "image_group",
        f"""
        SELECT patient, is_linked, image_group, {ever("region")} AS region,
            bool_or(for_pain) AS for_pain, min(event) FILTER (WHERE role = 'order') AS order_event,
            arg_min(day_lo, event) FILTER (WHERE role = 'order') AS order_lo,
            arg_min(day_hi, event) FILTER (WHERE role = 'order') AS order_hi,
            arg_min(proposed, event) FILTER (WHERE role = 'order') AS proposed,
            arg_min(modality, event) FILTER (WHERE modality <> '') AS modality,
            arg_min(ordered_by, event) FILTER (WHERE ordered_by IS NOT NULL) AS clinician,
            min(event) {shown} AS shown_event, min(day_lo) {shown} AS shown_lo,
            max(day_hi) {shown} AS shown_hi, min(start_time) {shown} AS performed_time,
            arg_min(proposed, event) {shown} AS shown_proposed,
            arg_min(modality, event) FILTER (
                WHERE modality <> '' AND role IN ('performed', 'study')) AS shown_modality,
            max(day_lo) {shown} > shown_lo OR min(day_hi) {shown} < shown_hi
                OR (shown_event IS NULL AND bool_or(role = 'report')) AS is_several
        FROM image_row AS r LEFT JOIN several_rows AS s USING (patient, link)
        WHERE r.link IS NULL OR s.patient IS NOT NULL
        GROUP BY patient, is_linked, image_group
        """,
    )
    # The others: each day is a performance; the day of a report where there is nothing else.
    yield (
        "performance",
        """
        WITH of_several AS (
            SELECT r.*, g.shown_event IS NULL AS is_reported
            FROM image_row AS r JOIN image_group AS g USING (patient, is_linked, image_group)
            WHERE g.is_several
        )
        SELECT patient, is_linked, image_group, day_lo, day_hi,
            min(event) AS event, arg_min(proposed, event) AS proposed,
            min(start_time) AS performed_time,
            arg_min(modality, event) FILTER (WHERE modality <> '') AS modality,
            row_number() OVER (
                PARTITION BY patient, is_linked, image_group ORDER BY day_lo, day_hi) AS number
        FROM of_several
        WHERE role IN ('performed', 'study') OR (is_reported AND role = 'report')
        GROUP BY patient, is_linked, image_group, day_lo, day_hi
        """,
    )
    yield (
        "image_part",
        f"""
        WITH pair AS (
            SELECT patient, link, coalesce(o.event, s.event) AS event,
                CASE WHEN o.event IS NOT NULL THEN o.proposed ELSE s.proposed END AS proposed,
                o.day_lo AS order_lo, o.day_hi AS order_hi, s.day_lo AS shown_lo,
                s.day_hi AS shown_hi, s.start_time AS performed_time,
                coalesce(nullif(s.modality, ''), o.modality, '') AS modality,
                coalesce(o.region, s.region) AS region,
                coalesce(o.for_pain, FALSE) OR coalesce(s.for_pain, FALSE) AS for_pain,
                coalesce(CASE WHEN s.event < o.event THEN s.ordered_by END,
                    o.ordered_by, s.ordered_by, '') AS clinician
            FROM (SELECT * FROM image_row WHERE link IS NOT NULL AND role = 'order') AS o
            FULL JOIN (SELECT * FROM image_row WHERE link IS NOT NULL AND role <> 'order') AS s
                USING (patient, link)
            ANTI JOIN several_rows USING (patient, link)
        ), performed AS (
            SELECT * EXCLUDE (is_several), CAST(1 AS BIGINT) AS number
            FROM image_group WHERE NOT coalesce(is_several, FALSE)
            UNION ALL
            SELECT g.* EXCLUDE (is_several) REPLACE (p.event AS shown_event, p.day_lo AS shown_lo,
                p.day_hi AS shown_hi, p.performed_time AS performed_time,
                p.proposed AS shown_proposed, p.modality AS shown_modality), p.number
            FROM image_group AS g JOIN performance AS p USING (patient, is_linked, image_group)
        ), part AS (
            SELECT patient, coalesce(order_event, shown_event) AS event,
                CASE WHEN order_event IS NOT NULL THEN number ELSE 1 END AS number,
                CASE WHEN order_event IS NOT NULL THEN proposed ELSE shown_proposed END AS proposed,
                order_lo, order_hi, shown_lo, shown_hi, performed_time,
                coalesce(shown_modality, modality, '') AS modality, region, for_pain,
                coalesce(clinician, '') AS clinician,
                CASE WHEN is_linked THEN image_group END AS link
            FROM performed
            UNION ALL
            SELECT patient, event, 1, proposed, order_lo, order_hi, shown_lo, shown_hi,
                performed_time, modality, region, for_pain, clinician, link
            FROM pair
        ), same_day AS (
            SELECT patient, shown_lo FROM part WHERE shown_lo IS NOT NULL
            GROUP BY patient, shown_lo HAVING count(*) > 1
        ), alike AS (
            SELECT patient, modality, shown_lo, shown_hi, {ever("region")} AS region,
                bool_or(for_pain) AS for_pain, bool_or(order_lo IS NOT NULL) AS is_ordered,
                min(event) AS first_event
            FROM part SEMI JOIN same_day USING (patient, shown_lo)
            GROUP BY patient, modality, shown_lo, shown_hi HAVING count(*) > 1
        )
        SELECT p.* REPLACE (
            CASE WHEN a.first_event IS NULL THEN p.region ELSE a.region END AS region,
            CASE WHEN a.first_event IS NULL THEN p.for_pain ELSE a.for_pain END AS for_pain)
        FROM part AS p LEFT JOIN alike AS a USING (patient, modality, shown_lo, shown_hi)
        WHERE a.first_event IS NULL OR p.order_lo IS NOT NULL
            OR (NOT a.is_ordered AND p.event = a.first_event)
        """,
    )
    yield (
        "waiting",
        """
        SELECT o.*, row_number() OVER (
            PARTITION BY patient, modality ORDER BY order_lo, event) AS place
        FROM image_part AS o
        WHERE shown_lo IS NULL AND order_lo = order_hi
        """,
    )
    yield (
        "free",
        """
        SELECT f.*, row_number() OVER (
            PARTITION BY patient, modality ORDER BY shown_lo, event) AS place
        FROM image_part AS f SEMI JOIN waiting USING (patient, modality)
        WHERE order_lo IS NULL AND shown_lo = shown_hi
        """,
    )
    yield (
        "joined",
        f"""
        WITH RECURSIVE queue AS (
            SELECT patient, modality, CAST(0 AS BIGINT) AS turn, CAST(0 AS BIGINT) AS taken,
                CAST(0 AS BIGINT) AS match
            FROM (SELECT DISTINCT patient, modality FROM waiting SEMI JOIN free
                USING (patient, modality))
            UNION ALL
            SELECT q.patient, q.modality, q.turn + 1,
                CASE WHEN min(f.shown_lo) <= any_value(w.order_lo) + {rule.join_within}
                    THEN min(f.place) ELSE any_value(q.taken) END,
                CASE WHEN min(f.shown_lo) <= any_value(w.order_lo) + {rule.join_within}
                    THEN min(f.place) ELSE 0 END
            FROM queue AS q
            JOIN waiting AS w ON w.patient = q.patient AND w.modality = q.modality
                AND w.place = q.turn + 1
            LEFT JOIN free AS f ON f.patient = q.patient AND f.modality = q.modality
                AND f.place > q.taken AND f.shown_lo >= w.order_lo
            GROUP BY q.patient, q.modality, q.turn
        )
        SELECT patient, modality, turn AS order_place, match AS shown_place
        FROM queue WHERE match > 0
        """,
    )
    yield (
        "image",
        f"""
        WITH matched AS (
            SELECT w.patient, w.event, w.number, w.proposed, w.order_lo, w.order_hi,
                f.shown_lo, f.shown_hi, f.performed_time, w.modality,
                w.region OR f.region AS region, w.for_pain OR f.for_pain AS for_pain,
                CASE WHEN w.clinician <> '' THEN w.clinician ELSE f.clinician END AS clinician,
                w.link, f.link AS shown_link, f.event AS shown_event
            FROM joined AS j
            JOIN waiting AS w ON w.patient = j.patient AND w.modality = j.modality
                AND w.place = j.order_place
            JOIN free AS f ON f.patient = j.patient AND f.modality = j.modality
                AND f.place = j.shown_place
        ), every AS (
            SELECT * EXCLUDE (shown_event) FROM matched
            UNION ALL
            SELECT patient, event, number, proposed, order_lo, order_hi, shown_lo, shown_hi,
                performed_time, modality, region, for_pain, clinician, link, NULL
            FROM image_part AS p
            WHERE NOT (p.shown_lo IS NULL AND p.order_lo = p.order_hi
                    AND EXISTS (SELECT 1 FROM matched AS m WHERE m.event = p.event))
                AND NOT (p.order_lo IS NULL
                    AND EXISTS (SELECT 1 FROM matched AS m WHERE m.shown_event = p.event))
        )
        SELECT CAST(event AS BIGINT) * {PARTS} + number AS image, *,
            coalesce(order_lo, shown_lo) AS day_lo, coalesce(order_hi, shown_hi) AS day_hi
        FROM every
        """,
    )


def placing_steps(frame: Frame) -> Iterator[Step]:
    """Images that units of the scope may hold, and whose episode each is in."""
    rule = frame.package.imaging
    length = frame.package.episode.index.length
    yield (
        "placed",
        f"""
        WITH near AS (
            SELECT i.image, any_value(i.day_lo) AS day_lo, any_value(i.day_hi) AS day_hi,
                max(c.index_lo) FILTER (WHERE c.is_dated AND c.index_lo <= i.day_lo) AS first_lo,
                max(c.index_lo) FILTER (WHERE c.is_dated AND c.index_lo <= i.day_hi) AS last_lo,
                arg_max(c.unit, c.index_lo) FILTER (
                    WHERE c.is_dated AND c.index_lo <= i.day_lo) AS holds,
                arg_min(c.unit, c.index_lo) FILTER (
                    WHERE c.is_dated AND i.day_lo = i.day_hi AND i.order_lo IS NOT NULL
                        AND i.for_pain AND c.index_lo > i.day_lo) AS soon,
                arg_min(c.unit, {{'lo': c.index_lo, 'hi': c.index_hi}}) FILTER (
                    WHERE c.index_lo <= i.day_hi) AS perhaps
            FROM image AS i JOIN candidate AS c ON c.patient = i.patient
                AND c.is_episode IS DISTINCT FROM FALSE
                AND c.index_lo <= i.day_hi + {rule.counts_before_index}
                AND c.index_hi >= i.day_lo - {length}
            WHERE i.day_hi >= (SELECT image_from FROM reach)
            GROUP BY i.image
        ), held AS (
            SELECT image, soon, perhaps,
                CASE WHEN first_lo = last_lo AND day_hi <= first_lo + {length} THEN holds END
                    AS held
            FROM near
        ), chosen AS (
            SELECT h.image, c.unit, c.index_lo, h.held IS NOT NULL AS is_held,
                coalesce(h.held, h.soon) IS NOT NULL AS certain
            FROM held AS h LEFT JOIN candidate AS c
                ON c.unit = coalesce(h.held, h.soon, h.perhaps)
        )
        SELECT *, counted_lo - index_lo AS after_lo, counted_hi - index_lo AS after_hi
        FROM (
            SELECT i.*, h.unit, h.index_lo, coalesce(h.certain, TRUE) AS certain,
                CASE WHEN h.is_held OR NOT h.certain THEN i.day_lo ELSE h.index_lo END
                    AS counted_lo,
                CASE WHEN h.is_held OR NOT h.certain THEN i.day_hi ELSE h.index_lo END
                    AS counted_hi
            FROM image AS i LEFT JOIN chosen AS h USING (image)
            WHERE i.day_hi >= (SELECT image_from FROM reach)
        )
        """,
    )
