"""
A believable review of a practice that does not exist, and the package words that it points at.

Counts are chosen so that they agree with each other (sums, ranges, intervals); the rates are near
those that are published for primary care. Every state occurs: computable, too few, no cases, not
computable; months without cases; a signal and none; a region unknown.
"""

from __future__ import annotations

from datetime import date

import msgspec

from spinewise.know.model import Text
from spinewise.numerals import percent
from spinewise.review.result import (
    Area,
    Counts,
    CoverageMonth,
    DataTrust,
    Group,
    ImageCounts,
    IndicatorResult,
    LedgerRow,
    Linkage,
    Month,
    OpportunityPart,
    QuarantineRow,
    Rate,
    Review,
    RunChart,
    State,
    Table,
)
from spinewise.statistics.intervals import wilson
from spinewise.statistics.run_chart import runs

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)


def rate(
    n: int,
    d: int,
    low: tuple[int, int] | None = None,
    high: tuple[int, int] | None = None,
    unknown: int = 0,
    state: State | None = None,
) -> Rate:
    """``n`` of ``d`` with its interval; the range is given by its two fractions."""
    interval = wilson(n, d)
    return Rate(
        n=n,
        d=d,
        recorded=n / d if d else None,
        low=low[0] / low[1] if low else (n / d if d else None),
        high=high[0] / high[1] if high else (n / d if d else None),
        wilson_low=interval[0] if interval else None,
        wilson_high=interval[1] if interval else None,
        unknown=unknown,
        state=state or ("no cases" if d == 0 else "too few" if d < 10 else "computable"),
    )


def chart(pairs: list[tuple[int, int]], first: date = FIRST) -> RunChart:
    """The run chart of monthly ``(n, d)`` from the month ``first`` on."""
    months = [
        Month(
            month=date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1),
            rate=rate(n, d),
        )
        for i, (n, d) in enumerate(pairs)
    ]
    found = runs([month.rate.recorded for month in months])
    return RunChart(months=months, **found._asdict())


def result(
    id_: str,
    order: int,
    name: Text,
    meaning: Text,
    headline: Text,
    rate_: Rate,
    counts: Counts,
    **more: object,
) -> IndicatorResult:
    """A result with the usual rest."""
    usual: dict[str, object] = {
        "id": id_,
        "version": "1.0.0",
        "status": "proposed",
        "unit": "episode",
        "better": "lower",
        "name": name,
        "meaning": meaning,
        "headline": headline,
        "reason": None,
        "rate": rate_,
        "counts": counts,
        "previous": None,
        "run_chart": None,
        "clinicians": [],
        "clinicians_hidden": 0,
        "modalities": [],
        "proposed_share": 0.04,
        "opportunities": [],
        "target": None,
        "why_wrong": [],
        "change_ideas": [],
        "resources": [],
        "order": order,
    }
    return msgspec.convert({**usual, **more}, IndicatorResult)


def counts(units: int, decided: int, **more: object) -> Counts:
    """What became of ``units``; what is not said is none."""
    usual: dict[str, object] = {
        "units": units,
        "decided": decided,
        "decided_against": 0,
        "excluded": {},
        "excluded_units": 0,
        "outside": {},
        "not_evaluated": {},
        "undecided": {},
        "screened_absent": 0,
        "not_documented": 0,
    }
    return msgspec.convert({**usual, **more}, Counts)


def sentence(n: int, d: int, en: str, fr: str, better: str = "lower", signal: str = "none") -> Text:
    """A headline as a review writes it: numbers, direction, signal."""
    share = {language: percent(n / d, language) for language in ("en", "fr")}
    direction = {
        "lower": (" Lower is better.", " Une valeur plus faible est préférable."),
        "higher": (" Higher is better.", " Une valeur plus élevée est préférable."),
    }[better]
    told = {
        "none": (" No signal of change.", " Aucun signal de changement."),
        "signal": (" There is a signal of change.", " Il y a un signal de changement."),
        "few": ("", ""),
    }[signal]
    return Text(
        en=en.format(n=n, d=d, rate=share["en"]) + direction[0] + told[0],
        fr=fr.format(n=n, d=d, rate=share["fr"]) + direction[1] + told[1],
    )


EARLY_MONTHS = [
    (6, 17),
    (5, 19),
    (7, 16),
    (4, 18),
    (6, 15),
    (5, 20),
    (3, 14),
    (6, 17),
    (5, 18),
    (7, 21),
    (4, 16),
    (6, 15),
]  # 64 of 206
FLAG_MONTHS = [
    (3, 7),
    (5, 8),
    (6, 9),
    (0, 0),
    (5, 7),
    (6, 8),
    (4, 6),
    (5, 9),
    (6, 8),
    (5, 7),
    (4, 5),
    (6, 8),
]  # 55 of 82
SCREEN_MONTHS = [
    (4, 22),
    (5, 24),
    (4, 21),
    (5, 23),
    (4, 20),
    (6, 25),
    (9, 19),
    (11, 22),
    (12, 23),
    (14, 26),
    (11, 20),
    (11, 21),
]  # 96 of 266

WHY_WRONG = [
    Text(
        en="Images ordered elsewhere (emergency, walk-in, another province) may not be in the"
        " records.",
        fr="Les examens demandés ailleurs (urgence, clinique sans rendez-vous, autre province)"
        " peuvent manquer au dossier.",
    ),
    Text(
        en="A red flag that was asked about but not written down counts as not documented.",
        fr="Un drapeau rouge vérifié sans être consigné compte comme non consigné.",
    ),
    Text(
        en="Episodes belong to the clinician of the index visit, who may not have ordered the"
        " image.",
        fr="L’épisode est attribué au clinicien de la consultation initiale, qui n’a pas forcément"
        " demandé l’examen.",
    ),
]


def indicators() -> list[IndicatorResult]:
    """Nine indicators that show every state."""
    early = result(
        "imaging-early",
        1,
        Text(en="Imaging in the first six weeks", fr="Imagerie dans les six premières semaines"),
        Text(
            en="Episodes without a recorded red flag in which a lumbar image was ordered within"
            " 42 days.",
            fr="Épisodes sans drapeau rouge consigné où une imagerie lombaire a été demandée dans"
            " les 42 jours.",
        ),
        sentence(
            64,
            206,
            "In 2024, a lumbar image was ordered within six weeks in {n} of {d} episodes without a"
            " recorded red flag ({rate}).",
            "En 2024, une imagerie lombaire a été demandée dans les six semaines pour {n} épisodes"
            " sans drapeau rouge consigné sur {d} ({rate}).",
        ),
        rate(64, 206, (12, 72), (78, 212), 154),
        counts(
            318,
            58,
            decided_against=12,
            excluded={"chronic": 31, "pregnant": 9, "not-acute": 4},
            excluded_units=42,
            outside={"washout": 18, "population": 26},
            not_evaluated={"not-yet": 11, "not-followed": 6},
            undecided={"washout-unknown": 5, "chronic-unknown": 4},
            screened_absent=58,
            not_documented=148,
            assumed={"onset-not-recorded": 171},
        ),
        previous=rate(71, 198, (15, 70), (85, 205), 160),
        run_chart=chart(EARLY_MONTHS),
        clinicians=[
            Group(key="Dr. Adebayo", rate=rate(14, 61, (2, 20), (17, 62), 42)),
            Group(key="Dr. Côté", rate=rate(19, 58, (3, 18), (23, 60), 44)),
            Group(key="NP Singh", rate=rate(9, 44, (2, 19), (12, 46), 29)),
            Group(key="", rate=rate(18, 31, (4, 10), (21, 33), 27)),
        ],
        clinicians_hidden=2,
        modalities=[
            Group(key="xray", rate=rate(47, 206)),
            Group(key="ct", rate=rate(6, 206)),
            Group(key="mri", rate=rate(13, 206)),
        ],
        target=0.2,
        opportunities=[
            OpportunityPart(
                kind="decided",
                a_year=0.0,
                against=12,
                decided=58,
                target=0.2,
                years=1.0,
                may_be_chance=True,
            ),
            OpportunityPart(
                kind="undecided",
                a_year=52.0,
                against=52,
                decided=148,
                target=None,
                years=1.0,
                may_be_chance=False,
            ),
        ],
        why_wrong=WHY_WRONG,
        change_ideas=["order-time-form", "patient-sheet", "peer-feedback"],
        resources=["choosing-wisely", "quality-standard"],
    )
    flag = result(
        "imaging-without-recorded-flag",
        2,
        Text(
            en="Images without a recorded red flag",
            fr="Imagerie sans drapeau rouge consigné",
        ),
        Text(
            en="Lumbar images ordered in an episode whose verdict is not “indicated”.",
            fr="Imageries lombaires demandées pendant un épisode et dont le verdict n’est pas"
            " « indiquée ».",
        ),
        sentence(
            55,
            82,
            "In 2024, {n} of {d} lumbar images ({rate}) were ordered with no red flag recorded.",
            "En 2024, {n} imageries lombaires sur {d} ({rate}) ont été demandées sans drapeau rouge"
            " consigné.",
        ),
        rate(55, 82, (12, 82), (55, 82), 43),
        counts(
            86,
            39,
            decided_against=12,
            undecided={"region-unknown": 4},
            screened_absent=12,
            not_documented=43,
            assumed={"dated-by-performance": 7},
        ),
        unit="image",
        previous=rate(60, 84, (11, 84), (60, 84), 49),
        run_chart=chart(FLAG_MONTHS),
        clinicians=[
            Group(key="Dr. Adebayo", rate=rate(12, 19, (3, 19), (12, 19), 9)),
            Group(key="Dr. Côté", rate=rate(18, 25, (4, 25), (18, 25), 14)),
        ],
        clinicians_hidden=4,
        modalities=[
            Group(key="xray", rate=rate(41, 55, (8, 55), (41, 55), 33)),
            Group(key="mri", rate=rate(10, 20, (3, 20), (10, 20), 7)),
            Group(key="ct", rate=rate(4, 7, (1, 7), (4, 7), 3)),
        ],
        target=0.5,
        opportunities=[
            OpportunityPart(
                kind="undecided",
                a_year=43.0,
                against=43,
                decided=82,
                target=None,
                years=1.0,
                may_be_chance=False,
            ),
        ],
        why_wrong=WHY_WRONG,
        change_ideas=["order-time-form", "exam-template"],
        resources=["core-tool"],
    )
    unknown = result(
        "imaging-unknown",
        3,
        Text(
            en="Images of which the chart does not say why",
            fr="Imagerie dont le dossier ne dit pas la raison",
        ),
        Text(
            en="Lumbar images ordered in an episode whose verdict is “cannot tell”.",
            fr="Imageries lombaires demandées pendant un épisode et dont le verdict est"
            " « impossible à dire ».",
        ),
        sentence(
            43,
            82,
            "In 2024, the chart does not say enough to judge {n} of {d} lumbar images ({rate}).",
            "En 2024, le dossier ne permet pas de juger {n} imageries lombaires sur {d} ({rate}).",
        ),
        rate(43, 82),
        counts(
            86,
            82,
            decided_against=43,
            undecided={"region-unknown": 4},
            screened_absent=12,
            not_documented=43,
        ),
        unit="image",
        why_wrong=WHY_WRONG[1:2],
        change_ideas=["exam-template"],
        resources=["core-tool"],
    )
    missed = result(
        "imaging-missed",
        4,
        Text(en="Emergencies without a fitting response", fr="Urgences sans suite adaptée"),
        Text(
            en="Episodes with a current emergency finding and no fitting image, emergency visit,"
            " admission or emergency referral in time.",
            fr="Épisodes avec un signe d’urgence actuel, sans imagerie adaptée, visite à l’urgence,"
            " hospitalisation ni aiguillage urgent à temps.",
        ),
        Text(
            en="In 2024, 1 of 4 episodes with an emergency finding had no fitting response on"
            " record. Lower is better.",
            fr="En 2024, 1 épisode sur 4 avec un signe d’urgence n’a pas de suite adaptée au"
            " dossier. Une valeur plus faible est préférable.",
        ),
        rate(1, 4, (1, 4), (1, 4), 0),
        counts(318, 4, decided_against=1, outside={"population": 106}, beside=208),
        reason=Text(
            en="Only 4 episodes had an emergency finding: under 10, a share says little. Each one"
            " is worth a look.",
            fr="Seuls 4 épisodes comportaient un signe d’urgence : sous 10, une proportion en dit"
            " peu. Chacun mérite un coup d’œil.",
        ),
        opportunities=[
            OpportunityPart(
                kind="decided",
                a_year=1.0,
                against=1,
                decided=4,
                target=0.0,
                years=1.0,
                may_be_chance=True,
            ),
        ],
        target=0.0,
        why_wrong=[
            Text(
                en="A hospital visit that is not in the records looks like no response.",
                fr="Une visite à l’hôpital absente des dossiers ressemble à une absence de suite.",
            )
        ],
        change_ideas=["exam-template"],
        resources=["quality-standard"],
    )
    screen = result(
        "red-flag-documentation",
        5,
        Text(en="Red-flag screen recorded", fr="Dépistage des drapeaux rouges consigné"),
        Text(
            en="Episodes with a complete screen, or a sufficient finding, recorded within 14 days.",
            fr="Épisodes dont le dépistage est complet, ou qui comportent un signe suffisant,"
            " consigné dans les 14 jours.",
        ),
        sentence(
            96,
            266,
            "In 2024, the red-flag screen was on record within 14 days in {n} of {d} episodes"
            " ({rate}).",
            "En 2024, le dépistage des drapeaux rouges était consigné dans les 14 jours pour {n}"
            " épisodes sur {d} ({rate}).",
            better="higher",
            signal="signal",
        ),
        rate(96, 266, (96, 270), (100, 270), 4),
        counts(
            318,
            266,
            decided_against=170,
            excluded={"chronic": 31, "pregnant": 9, "not-acute": 4},
            excluded_units=42,
            not_evaluated={"not-yet": 6},
            undecided={"age-unknown": 4},
            screened_absent=70,
            not_documented=170,
        ),
        better="higher",
        previous=rate(52, 251, (52, 255), (56, 255), 4),
        run_chart=chart(SCREEN_MONTHS),
        clinicians=[
            Group(key="Dr. Adebayo", rate=rate(41, 80, (41, 81), (42, 81), 1)),
            Group(key="Dr. Côté", rate=rate(15, 74, (15, 75), (16, 75), 1)),
            Group(key="NP Singh", rate=rate(33, 58, (33, 59), (34, 59), 1)),
            Group(key="", rate=rate(5, 40, (5, 41), (6, 41), 1)),
        ],
        clinicians_hidden=1,
        target=0.8,
        opportunities=[
            OpportunityPart(
                kind="decided",
                a_year=116.8,
                against=170,
                decided=266,
                target=0.8,
                years=1.0,
                may_be_chance=False,
            ),
        ],
        why_wrong=WHY_WRONG[1:2],
        change_ideas=["exam-template", "monthly-huddle"],
        resources=["core-tool"],
    )
    specialist = result(
        "specialist-consultation",
        6,
        Text(en="Specialist consultations", fr="Consultations d’un spécialiste"),
        Text(
            en="Episodes with a visit to a listed specialty within 84 days.",
            fr="Épisodes avec une consultation d’une spécialité de la liste dans les 84 jours.",
        ),
        sentence(
            17,
            249,
            "In 2024, {n} of {d} episodes ({rate}) led to a specialist visit within 84 days.",
            "En 2024, {n} épisodes sur {d} ({rate}) ont mené à une consultation d’un spécialiste"
            " dans les 84 jours.",
        ),
        rate(17, 249, (17, 253), (21, 253), 4),
        counts(
            318,
            249,
            decided_against=17,
            excluded={"chronic": 31, "pregnant": 9, "not-acute": 4},
            excluded_units=42,
            not_evaluated={"not-yet": 17, "not-followed": 6},
            undecided={"age-unknown": 4},
            screened_absent=66,
            not_documented=157,
            also={"referral-only": 23},
        ),
        run_chart=chart(
            [
                (1, 20),
                (2, 22),
                (1, 20),
                (1, 21),
                (2, 19),
                (1, 24),
                (2, 18),
                (1, 21),
                (2, 22),
                (1, 24),
                (2, 19),
                (1, 19),
            ]
        ),
        why_wrong=WHY_WRONG[:1],
        change_ideas=["rapid-access"],
        resources=["rapid-access-clinics"],
    )
    life = result(
        "quality-of-life",
        7,
        Text(en="Quality of life improved", fr="Qualité de vie améliorée"),
        Text(
            en="Episodes with a valid first and later answer that improved.",
            fr="Épisodes avec une première réponse et une réponse ultérieure valides, en"
            " amélioration.",
        ),
        Text(
            en="Quality of life cannot be computed from these records.",
            fr="La qualité de vie ne peut pas être calculée à partir de ces dossiers.",
        ),
        rate(0, 0, state="not computable"),
        counts(318, 0, not_evaluated={"not-carried:answers": 318}),
        better="higher",
        reason=Text(
            en="The export carries no survey answers.",
            fr="L’extraction ne contient aucune réponse à un sondage.",
        ),
        change_ideas=["survey"],
        resources=["quality-standard"],
    )
    experience = result(
        "experience-definitely",
        8,
        Text(
            en="Patients who feel better able to manage",
            fr="Patients qui se sentent mieux en mesure de gérer leur douleur",
        ),
        Text(
            en="Answers of “definitely” to the question about managing back pain.",
            fr="Réponses « tout à fait » à la question sur la gestion de la douleur au bas du dos.",
        ),
        Text(
            en="In 2024, 3 of 7 patients answered “definitely”: too few to judge.",
            fr="En 2024, 3 patients sur 7 ont répondu « tout à fait » : trop peu pour juger.",
        ),
        rate(3, 7),
        counts(7, 7, decided_against=4),
        unit="answer",
        better="higher",
        reason=Text(
            en="7 answers: under 10, a share says little.",
            fr="7 réponses : sous 10, une proportion en dit peu.",
        ),
        change_ideas=["survey"],
        resources=["quality-standard"],
    )
    opioid = result(
        "opioid-start",
        9,
        Text(en="Opioids started", fr="Début d’un opioïde"),
        Text(
            en="Episodes without an opioid before in which one was started within 30 days.",
            fr="Épisodes sans opioïde auparavant où un opioïde a été commencé dans les 30 jours.",
        ),
        Text(
            en="In 2024, no episode fell under this indicator.",
            fr="En 2024, aucun épisode ne relevait de cet indicateur.",
        ),
        rate(0, 0),
        counts(318, 0, outside={"population": 318}),
        reason=Text(
            en="No episode of the period is of the kind that this indicator counts.",
            fr="Aucun épisode de la période n’est du type que compte cet indicateur.",
        ),
        change_ideas=["patient-sheet"],
        resources=["choosing-wisely"],
    )
    return [early, flag, unknown, missed, screen, specialist, life, experience, opioid]


def areas(results: list[IndicatorResult]) -> list[Area]:
    """The list in order: what must not wait, then by size."""
    by_id = {found.id: found for found in results}

    def area(id_: str, part: int, sentence_: Text) -> Area:
        found = by_id[id_]
        return Area(
            indicator=id_,
            part=found.opportunities[part],
            sentence=sentence_,
            change_ideas=found.change_ideas,
            resources=found.resources,
        )

    return [
        area(
            "imaging-missed",
            0,
            Text(
                en="About 1 a year: 1 of 4 decided in 2024 went the other way; too few to judge a"
                " rate.",
                fr="Environ 1 par année : 1 des 4 cas tranchés pour la période 2024 va dans l’autre"
                " sens; trop peu de cas pour juger d’un taux.",
            ),
        ),
        area(
            "red-flag-documentation",
            0,
            Text(
                en="About 116.8 a year: 170 of 266 decided in 2024 (63.9%) went the other way; the"
                " target is 80.0%. A year: 170 − 20.0% × 266 = 116.8.",
                fr="Environ 116,8 par année : 170 des 266 cas"
                " tranchés pour la période 2024 (63,9 %) vont dans l’autre sens; la cible est"
                " de 80,0 %. Une année : 170 − 20,0 % × 266 = 116,8.",
            ),
        ),
        area(
            "imaging-early",
            1,
            Text(
                en="For about 52 a year the chart does not say (52"
                " of 148 in 2024). Recording it would settle them.",
                fr="Pour environ 52 par année, le"
                " dossier ne le précise pas (52 sur 148 pour la période 2024). Le consigner"
                " permettrait de trancher.",
            ),
        ),
        area(
            "imaging-without-recorded-flag",
            0,
            Text(
                en="For about 43 a year the chart does not say"
                " (43 of 82 in 2024). Recording it would settle them.",
                fr="Pour environ 43 par année, le dossier"
                " ne le précise pas (43 sur 82 pour la période 2024). Le consigner permettrait de"
                " trancher.",
            ),
        ),
    ]


def trust() -> DataTrust:
    """What the numbers rest on."""
    months = [date(2023 + i // 12, i % 12 + 1, 1) for i in range(24)]
    return DataTrust(
        format="csv",
        patients=4812,
        consent_out=3,
        first_day=date(2021, 4, 1),
        cutoff=date(2025, 2, 14),
        cutoff_from="export",
        lag_days=45,
        coverage=[
            CoverageMonth(
                month=month,
                rows={
                    "visits": 1180 + 37 * (i % 5),
                    "imaging": 61 + 5 * (i % 4) if i != 15 else 0,
                    "prescriptions": 940 + 11 * (i % 7),
                },
            )
            for i, month in enumerate(months)
        ],
        carried={
            "visits": [(date(2021, 4, 1), date(2025, 2, 14))],
            "imaging": [
                (date(2021, 4, 3), date(2023, 1, 2)),
                (date(2023, 5, 1), date(2025, 2, 14)),
            ],
            "prescriptions": [(date(2021, 4, 1), date(2025, 2, 14))],
            "answers": [],
        },
        linkage=Linkage(
            events=48210,
            events_with_visit=41877,
            imaging_orders=1460,
            orders_with_performance=1212,
            performances_without_order=93,
            index_visits=318,
            index_with_onset=147,
            episodes_screen_complete=96,
            episodes=276,
        ),
        tables=[
            Table(name="patients", rows=4812, people=4812, first=None, last=None),
            Table(
                name="visits",
                rows=57210,
                people=4633,
                first=date(2021, 4, 1),
                last=date(2025, 2, 14),
            ),
            Table(
                name="condition",
                rows=31877,
                people=4501,
                first=date(1998, 1, 1),
                last=date(2025, 2, 13),
            ),
            Table(
                name="imaging",
                rows=2765,
                people=1204,
                first=date(2021, 4, 3),
                last=date(2025, 2, 12),
            ),
            Table(
                name="medication",
                rows=13568,
                people=2941,
                first=date(2021, 4, 1),
                last=date(2025, 2, 14),
            ),
        ],
        ledger=[
            LedgerRow(
                path="patients.csv",
                type="patients",
                read=4816,
                stored=4812,
                merged=0,
                skipped=3,
                not_a_fact=0,
                quarantined=1,
                reason="consent is out",
            ),
            LedgerRow(
                path="events.csv",
                type="events",
                read=106014,
                stored=105420,
                merged=211,
                skipped=38,
                not_a_fact=339,
                quarantined=6,
                reason="kind is not used",
            ),
        ],
        ledger_agrees=True,
        quarantined=7,
        quarantine=[
            QuarantineRow(
                path="patients.csv",
                line=212,
                field="birth_date",
                value="31/02/1960",
                reason="not a day of the calendar",
                mend="write it as YYYY-MM-DD, YYYY-MM or YYYY",
            ),
            QuarantineRow(
                path="events.csv",
                line=8811,
                field="patient_id",
                value="P-99017",
                reason="names a patient who is not in patients.csv",
                mend="add the patient, or leave the row out",
            ),
            QuarantineRow(
                path="events.csv",
                line=None,
                field="",
                value='<b>&"quoted"</b>',
                reason="not a row",
                mend="check the quotes",
            ),
        ],
        recorded_missing_share=0.083,
        proposed_share=0.041,
        unmapped_codes=[("local", "BACK-01", 212), ("OHIP-FEE", "K013", 54)],
        assumptions=[
            Text(
                en="Onset was not recorded in 171 episodes; they were taken as acute.",
                fr="Le début n’était pas consigné pour 171 épisodes; ils ont été considérés comme"
                " aigus.",
            )
        ],
        ongoing_pain=412,
    )


def sample_review() -> Review:
    """The review as a whole."""
    results = indicators()
    return Review(
        schema="spinewise-review/1",
        practice="Lakeview Family Health Team (synthetic)",
        period=(FIRST, LAST),
        package="low-back-pain",
        package_version="1.0.0",
        edition="qs-2025",
        package_digest="4f1d0e2b" * 8,
        value_sets="package",
        verified_only=False,
        extract_digest="9ac3b77e" * 8,
        spinewise_version="0.1.0",
        compared_with="2023-01-01/2023-12-31",
        indicators=results,
        areas=areas(results),
        images=ImageCounts(
            images=131,
            in_episode=82,
            in_excluded_episode=19,
            outside_episode=26,
            region_unknown=4,
            verdicts={"indicated": 27, "not-indicated": 12, "cannot-tell": 43},
        ),
        trust=trust(),
        notice=Text(
            en="This file holds personal health information. Keep it as you keep a chart."
            " It supports the professional’s judgement; it does not diagnose and does not read"
            " images.",
            fr="Ce fichier contient des renseignements personnels sur la santé. Conservez-le comme"
            " un dossier. Il soutient le jugement du professionnel; il ne pose pas de diagnostic et"
            " n’interprète pas d’images.",
        ),
    )


def empty_review() -> Review:
    """A review of records in which nothing was found: no cases, no areas, no months."""
    full = sample_review()
    return msgspec.structs.replace(
        full,
        compared_with=None,
        indicators=[found for found in full.indicators if found.id == "opioid-start"],
        areas=[],
        images=ImageCounts(
            images=0,
            in_episode=0,
            in_excluded_episode=0,
            outside_episode=0,
            region_unknown=0,
            verdicts={},
        ),
        trust=msgspec.structs.replace(
            full.trust,
            first_day=None,
            lag_days=None,
            coverage=[],
            carried={},
            tables=[],
            ledger=[],
            quarantined=0,
            quarantine=[],
            recorded_missing_share=None,
            proposed_share=None,
            unmapped_codes=[],
            assumptions=[],
            ongoing_pain=0,
            linkage=Linkage(
                events=0,
                events_with_visit=0,
                imaging_orders=0,
                orders_with_performance=0,
                performances_without_order=0,
                index_visits=0,
                index_with_onset=0,
                episodes_screen_complete=0,
                episodes=0,
            ),
        ),
    )
