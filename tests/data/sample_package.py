"""A small change package for the sample review: every kind of row and every kind of term."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from tests.data.sample_review import sample_review

from spinewise.know.concepts import Concept, Row
from spinewise.know.model import (
    ChangeIdea,
    EpisodeFile,
    ImagingFile,
    Indicator,
    Item,
    PackageFile,
    RedFlagsFile,
    Resource,
    Text,
)
from spinewise.know.package import Package

SOURCED: dict[str, Any] = {"sources": ["standard"], "confidence": "D"}


def both(en: str, fr: str) -> dict[str, str]:
    return {"en": en, "fr": fr}


def _file() -> PackageFile:
    return msgspec.convert(
        {
            "id": "low-back-pain",
            "version": "1.0.0",
            "title": both(
                "Imaging for nonspecific low back pain", "Imagerie pour la lombalgie non spécifique"
            ),
            "aim": both(
                "Fewer images of the low back where no red flag was found, and none missed where"
                " there is one.",
                "Moins d’imageries lombaires sans drapeau rouge, et aucune omise là où il y en a"
                " un.",
            ),
            "intended_use": both(
                "Supports the professional’s judgement; does not diagnose and does not read"
                " images.",
                "Soutient le jugement du professionnel; ne pose pas de diagnostic et n’interprète"
                " pas d’images.",
            ),
            "edition": "qs-2025",
            "edition_choices": [
                {
                    "id": "qs-2025",
                    "title": both("Quality standard, low back pain", "Norme de qualité, lombalgie"),
                    "published": "2025",
                    "url": "https://www.ontariohealth.ca/",
                    "status": "current",
                }
            ],
            "recommendation": [
                {
                    "text": both(
                        "Consider an image only when a red flag points to a serious cause.",
                        "N’envisager une imagerie que si un drapeau rouge évoque une cause grave.",
                    ),
                    **SOURCED,
                }
            ],
            "source": [
                {
                    "id": "standard",
                    "title": "Quality standard: low back pain",
                    "url": "https://www.ontariohealth.ca/clinical/quality-standards",
                    "year": 2025,
                    "licence": "linked, not copied",
                },
                {"id": "trial", "title": "A trial of feedback to practices", "year": 2022},
            ],
            "forum": [
                {
                    "name": "Quorum",
                    "url": "https://quorum.hqontario.ca/en/",
                    "what": both(
                        "An Ontario community: what other practices tried, and how it went.",
                        "Une communauté ontarienne : ce que d’autres ont essayé, et le résultat.",
                    ),
                }
            ],
        },
        PackageFile,
    )


def _concepts() -> dict[str, Concept]:
    def concept(name: str, verified: int, proposed: int, off: int) -> Concept:
        def rows(status: Any, number: int) -> list[Row]:
            return [
                Row("ICD-10-CM", f"{name}-{i}", "", status, "", "code-and-meaning")
                for i in range(number)
            ]

        return Concept(
            name,
            (*rows("verified", verified), *rows("proposed", proposed)),
            "package",
            tuple(rows("check", off)),
        )

    return {
        "lbp-diagnosis-core": concept("lbp-diagnosis-core", 61, 4, 1),
        "radiculopathy-sciatica": concept("radiculopathy-sciatica", 22, 0, 0),
        "exclusion-pregnancy": concept("exclusion-pregnancy", 1200, 0, 0),
        "imaging-lumbar-xray": concept("imaging-lumbar-xray", 31, 2, 0),
        "imaging-lumbar-mri": concept("imaging-lumbar-mri", 18, 0, 2),
        "redflag-cancer": concept("redflag-cancer", 2100, 3, 0),
        "specialist-consultation": concept("specialist-consultation", 140, 9, 0),
        "not-specialist-consultation": concept("not-specialist-consultation", 80, 0, 0),
        "consultation-any": concept("consultation-any", 12, 0, 0),
        "opioids": concept("opioids", 190, 0, 0),
        "opioids-not-for-pain": concept("opioids-not-for-pain", 9, 0, 0),
    }


def _episode() -> EpisodeFile:
    return msgspec.convert(
        {
            "index": {
                "diagnosis": ["lbp-diagnosis-core", "radiculopathy-sciatica"],
                "settings": ["office", "virtual", "emergency", "home"],
                "washout": [-180, -1],
                "washout_ignores": ["laboratory"],
                "minimum_age": 16,
                "length": 84,
                "practice_settings": ["office", "virtual", "home"],
                "attribute_by": 14,
                **SOURCED,
            },
            "exclusion": [
                {
                    "id": "chronic",
                    "name": both("Chronic pain", "Douleur chronique"),
                    "when": {
                        "is": "any",
                        "of": [
                            {
                                "is": "ongoing",
                                "concepts": ["lbp-diagnosis-core"],
                                "always": ["radiculopathy-sciatica"],
                                "days": ["ever", -181],
                            },
                            {"is": "onset", "days": ["ever", -84]},
                        ],
                    },
                    **SOURCED,
                },
                {
                    "id": "pregnant",
                    "name": both("Pregnancy, to one year after", "Grossesse, jusqu’à un an après"),
                    "when": {
                        "is": "evidence",
                        "concepts": ["exclusion-pregnancy"],
                        "days": [-365, 280],
                    },
                    **SOURCED,
                },
                {
                    "id": "not-acute",
                    "name": both("Inflammatory pain", "Douleur inflammatoire"),
                    "when": {
                        "is": "red-flag",
                        "state": "combination",
                        "id": "inflammation",
                        "by": 14,
                    },
                    **SOURCED,
                },
            ],
        },
        EpisodeFile,
    )


def _imaging() -> ImagingFile:
    return msgspec.convert(
        {
            "image": [
                {"modality": "xray", "concepts": ["imaging-lumbar-xray"], **SOURCED},
                {"modality": "mri", "concepts": ["imaging-lumbar-mri"], **SOURCED},
            ],
            "level_unknown": ["OHIP-FEE|X415"],
            "region": "lumbar",
            "unknown_regions": ["spine"],
            "text_says_region": ["lumb", "lomb"],
            "window": [0, 42],
            "join_within": 365,
            "counts_before_index": 14,
        },
        ImagingFile,
    )


def _red_flags() -> RedFlagsFile:
    return msgspec.convert(
        {
            "family": [
                {
                    "id": "tumour",
                    "name": both("Tumour", "Tumeur"),
                    "needed": True,
                    "imaging": ["mri", "xray"],
                    "urgency": "within-2-weeks",
                    **SOURCED,
                },
                {
                    "id": "inflammation",
                    "name": both("Inflammation", "Inflammation"),
                    "needed": False,
                    "imaging": ["xray"],
                    "urgency": "routine-soon",
                    **SOURCED,
                },
            ],
            "finding": [
                {
                    "id": "T1",
                    "family": "tumour",
                    "name": both("History of cancer", "Antécédents de cancer"),
                    "question": both("Any history of cancer?", "Des antécédents de cancer?"),
                    "strength": "sufficient",
                    "codes": ["redflag-cancer"],
                    **SOURCED,
                },
                {
                    "id": "I1",
                    "family": "inflammation",
                    "name": both("Morning stiffness", "Raideur matinale"),
                    "question": both("Stiff in the morning?", "Raideur le matin?"),
                    "strength": "supporting",
                    **SOURCED,
                },
            ],
            "combination": [
                {
                    "id": "inflammation",
                    "name": both("Inflammatory pattern", "Profil inflammatoire"),
                    "all_of": ["I1"],
                    "justifies_imaging": False,
                    **SOURCED,
                }
            ],
            "reason": [
                {
                    "id": "surgery",
                    "name": both(
                        "Candidate for surgery after six weeks of care",
                        "Candidat à une chirurgie après six semaines de soins",
                    ),
                    "when": {
                        "is": "referred",
                        "concepts": ["specialist-consultation"],
                        "specialties": ["specialist-consultation"],
                        "days": [42, 84],
                    },
                    **SOURCED,
                }
            ],
        },
        RedFlagsFile,
    )


IMAGED: dict[str, Any] = {"is": "imaged", "days": [0, 42]}
SAFE = {
    "is": "not",
    "of": {
        "is": "any",
        "of": [{"is": "red-flag", "state": "present"}, {"is": "accepted-reason"}],
    },
}
RULES: dict[str, dict[str, Any]] = {
    "imaging-early": {
        "population": SAFE,
        "numerator": IMAGED,
        "window": [0, 42],
        "needs": [{"domain": "imaging", "days": [0, 42]}],
        "target": {
            "value": 0.2,
            "why": both("Near the best tenth of practices.", "Près du meilleur dixième."),
            **SOURCED,
        },
    },
    "imaging-without-recorded-flag": {
        "numerator": {"is": "not", "of": {"is": "verdict", "verdict": "indicated"}}
    },
    "imaging-unknown": {"numerator": {"is": "verdict", "verdict": "cannot-tell"}},
    "imaging-missed": {
        "kind": "balancing",
        "population": {"is": "red-flag", "state": "emergency"},
        "numerator": {
            "is": "not",
            "of": {
                "is": "any",
                "of": [
                    {
                        "is": "imaged",
                        "days": [0, 3],
                        "by": "performance",
                        "modalities": ["mri", "ct"],
                        "fitting": True,
                    },
                    {"is": "visited", "days": [0, 3], "settings": ["emergency", "inpatient"]},
                ],
            },
        },
        "unknown_population": "beside",
        "first_in_list": True,
    },
    "red-flag-documentation": {
        "numerator": {
            "is": "any",
            "of": [
                {"is": "red-flag", "state": "complete", "by": 14},
                {"is": "red-flag", "state": "sufficient", "by": 14},
            ],
        }
    },
    "specialist-consultation": {
        "numerator": {
            "is": "visited",
            "days": [0, 84],
            "specialties": ["specialist-consultation"],
            "not_specialties": ["not-specialist-consultation"],
            "only_with_specialty": ["consultation-any"],
            "when_missing": "unknown",
        },
        "also_count": {"referral-only": {"is": "referred", "days": [0, 84]}},
        "also_count_name": {
            "referral-only": both("Referrals without a visit", "Aiguillages sans consultation")
        },
    },
    "quality-of-life": {
        "kind": "outcome",
        "population": {"is": "answered", "item": "life", "days": [-7, 14], "values": ["3", "4"]},
        "numerator": {
            "is": "change",
            "item": "life",
            "baseline": [-7, 14],
            "follow_up": [28, 120],
            "at_least": 1.0,
        },
    },
    "experience-definitely": {
        "kind": "experience",
        "numerator": {"is": "answer-is", "item": "manage", "values": ["4"]},
    },
    "opioid-start": {
        "population": {
            "is": "not",
            "of": {
                "is": "evidence",
                "concepts": ["opioids"],
                "kinds": ["medication"],
                "days": [-180, -1],
                "at_least": 2,
                "not_concepts": ["opioids-not-for-pain"],
            },
        },
        "numerator": {
            "is": "all",
            "of": [
                {
                    "is": "evidence",
                    "concepts": ["opioids"],
                    "days": [0, 30],
                    "at_least": 2,
                    "distinct_days": True,
                    "when_missing": "unknown",
                },
                {"is": "onset", "days": [-30, 0]},
            ],
        },
    },
}


def _indicators() -> dict[str, Indicator]:
    return {
        found.id: msgspec.convert(
            {
                "id": found.id,
                "version": found.version,
                "author": "Spinewise maintainers",
                "reviewed": date(2025, 11, 1),
                "status": "proposed",
                "sources": ["standard", "trial"],
                "unit": found.unit,
                "kind": "process",
                "better": found.better,
                "order": found.order,
                "name": msgspec.to_builtins(found.name),
                "meaning": msgspec.to_builtins(found.meaning),
                "headline": msgspec.to_builtins(found.headline),
                "why_wrong": [],
                **RULES[found.id],
            },
            Indicator,
        )
        for found in sample_review().indicators
    }


def _idea(id_: str, name: Text, what: Text, first: Text, effect: Text, grade: str) -> ChangeIdea:
    return msgspec.convert(
        {
            "id": id_,
            "name": name,
            "what": what,
            "mechanism": Text(
                en="It makes the wanted step the easy one.",
                fr="Elle rend facile le geste souhaité.",
            ),
            "first_step": first,
            "effort": {"strong": "medium", "moderate": "low"}.get(grade, "low"),
            "effect": effect,
            "grade": grade,
            "sources": ["trial"],
            "confidence": "V",
        },
        ChangeIdea,
    )


UNMEASURED = Text(
    en="Its own effect on imaging was not measured.",
    fr="Son effet propre sur l’imagerie n’a pas été mesuré.",
)


def _ideas() -> dict[str, ChangeIdea]:
    ideas = [
        _idea(
            "order-time-form",
            Text(en="A red-flag form at order time", fr="Un formulaire au moment de la demande"),
            Text(
                en="The order asks for the red flag that it rests on.",
                fr="La demande exige le drapeau rouge qui la motive.",
            ),
            Text(
                en="Open your imaging order template and see where one line would fit.",
                fr="Ouvrez votre modèle de demande d’imagerie et repérez où ajouter une ligne.",
            ),
            Text(
                en="Orders fell by about a third in two hospital systems.",
                fr="Les demandes ont baissé d’environ un tiers dans deux réseaux hospitaliers.",
            ),
            "moderate",
        ),
        _idea(
            "patient-sheet",
            Text(en="A sheet to give to patients", fr="Une fiche à remettre aux patients"),
            Text(
                en="A page that says what to expect, and when to come back.",
                fr="Une page qui dit à quoi s’attendre et quand revenir.",
            ),
            Text(en="Print one copy.", fr="Imprimez-en une copie."),
            UNMEASURED,
            "none",
        ),
        _idea(
            "peer-feedback",
            Text(en="Feedback beside that of peers", fr="Une rétroaction à côté des pairs"),
            Text(
                en="Each clinician sees the own rate beside the practice.",
                fr="Chaque clinicien voit son taux à côté de celui du cabinet.",
            ),
            Text(
                en="Put this report on the agenda of the next huddle.",
                fr="Mettez ce rapport à l’ordre du jour de la prochaine rencontre.",
            ),
            Text(
                en="A few points by itself.",
                fr="Quelques points à elle seule.",
            ),
            "strong",
        ),
        _idea(
            "exam-template",
            Text(en="A back exam template", fr="Un modèle d’examen du dos"),
            Text(
                en="The screen is asked in the same order every time.",
                fr="Le dépistage suit chaque fois le même ordre.",
            ),
            Text(
                en="Add the needed questions to your visit template.",
                fr="Ajoutez les questions requises à votre modèle de consultation.",
            ),
            UNMEASURED,
            "weak",
        ),
        _idea(
            "monthly-huddle",
            Text(en="Ten minutes a month on the run chart", fr="Dix minutes par mois au graphique"),
            Text(
                en="The team looks at one chart and two charts of patients.",
                fr="L’équipe examine un graphique et deux dossiers.",
            ),
            Text(en="Choose the day.", fr="Choisissez le jour."),
            UNMEASURED,
            "weak",
        ),
        _idea(
            "rapid-access",
            Text(en="Register for rapid access", fr="S’inscrire à l’accès rapide"),
            Text(
                en="Refer to an assessment clinic instead of a surgeon.",
                fr="Aiguiller vers une clinique d’évaluation plutôt qu’un chirurgien.",
            ),
            Text(en="Find your clinic’s number.", fr="Trouvez le numéro de votre clinique."),
            UNMEASURED,
            "weak",
        ),
        _idea(
            "survey",
            Text(en="Ask patients", fr="Interroger les patients"),
            Text(
                en="A two-question survey after the visit.",
                fr="Un sondage de deux questions après la consultation.",
            ),
            Text(en="Read the two questions.", fr="Lisez les deux questions."),
            UNMEASURED,
            "none",
        ),
    ]
    return {idea.id: idea for idea in ideas}


def _resources() -> dict[str, Resource]:
    rows: list[tuple[str, Text, Text, str, str, list[str]]] = [
        (
            "choosing-wisely",
            Text(en="Imaging tests for low back pain", fr="Examens d’imagerie pour la lombalgie"),
            Text(en="A pamphlet for patients.", fr="Un dépliant pour les patients."),
            "https://choosingwiselycanada.org/imaging-tests-low-back-pain/",
            "https://choosingwiselycanada.org/pamphlet/imaging-tests-low-back-pain/",
            ["en", "fr"],
        ),
        (
            "quality-standard",
            Text(en="Quality standard: low back pain", fr="Norme de qualité : lombalgie"),
            Text(
                en="What good care looks like, from 16 years of age.",
                fr="À quoi ressemblent de bons soins, à partir de 16 ans.",
            ),
            "https://www.hqontario.ca/Portals/0/documents/evidence/quality-standards/low-back-pain-draft-en.pdf",
            "https://www.ontariohealth.ca/clinical/quality-standards/qs-details.html?cf=low-back-pain",
            ["en", "fr"],
        ),
        (
            "core-tool",
            Text(en="A structured back exam", fr="Un examen structuré du dos"),
            Text(
                en="Helps to recognize patterns of back pain and to screen.",
                fr="Aide à reconnaître les profils de lombalgie et à dépister.",
            ),
            "https://www.cfpc.ca/uploadedFiles/Resources/Resource_Items/Health_Professionals/CEP_CoreBackTool_2016.pdf",
            "https://tools.cep.health/tool/clinically-organized-relevant-exam-core-back-tool/",
            ["en"],
        ),
        (
            "rapid-access-clinics",
            Text(en="Rapid access clinics", fr="Cliniques d’accès rapide"),
            Text(
                en="Assessment and education for people with back pain.",
                fr="Évaluation et éducation pour les personnes atteintes de lombalgie.",
            ),
            "http://www.isaec.org/",
            "https://lowbackrac.ca/",
            ["en"],
        ),
    ]
    return {
        id_: msgspec.convert(
            {
                "id": id_,
                "name": name,
                "what": what,
                "seed_url": seed,
                "url": url,
                "last_checked": date(2025, 11, 1),
                "languages": languages,
                "licence": "linked, not copied" if id_ == "core-tool" else "",
                **SOURCED,
            },
            Resource,
        )
        for id_, name, what, seed, url, languages in rows
    }


def _items() -> dict[str, Item]:
    return {
        "life": Item(
            id="life",
            question=Text(en="How is your day-to-day life?", fr="Comment va votre quotidien?"),
            values=["1", "2", "3", "4"],
            sources=["standard"],
            confidence="D",
        ),
        "manage": Item(
            id="manage",
            question=Text(
                en="Do you feel better able to manage?", fr="Vous sentez-vous mieux outillé?"
            ),
            values=["1", "2", "3", "4"],
            labels={"4": Text(en="definitely", fr="tout à fait")},
            sources=["standard"],
            confidence="D",
        ),
    }


def sample_package() -> Package:
    """The package as loaded."""
    return Package(
        file=_file(),
        concepts=_concepts(),
        episode=_episode(),
        imaging=_imaging(),
        red_flags=_red_flags(),
        indicators=_indicators(),
        ideas=_ideas(),
        resources=_resources(),
        items=_items(),
        digest="4f1d0e2b" * 8,
        value_sets="package",
        verified_only=False,
    )
