"""Images of one person: which rows are one image, and which episode it belongs to (SEMANTICS 5)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spinewise.measures.frame import LEVEL_UNKNOWN, Frame
from spinewise.measures.interpret.episodes import Candidate
from spinewise.measures.kleene import Truth, any_of
from spinewise.records.people import Days, Event, Person


@dataclass(frozen=True, slots=True)
class Image:
    """An order and its performance, or one of the two."""

    event: int
    """The first row of its order, or of its performance where there is no order."""
    source: str
    """The source record of that row; ``#2`` and on for further performances of one order."""
    order: Days | None
    performed: Days | None
    performed_time: datetime | None
    modality: str
    region: Truth
    """Whether it is of the package's region; unknown for codes that do not say the level."""
    for_pain: bool
    """A diagnosis of the package's condition stands on it as its reason."""
    clinician: str
    """Who ordered it, ``""`` where that is not known."""
    links: frozenset[str]
    proposed: bool

    @property
    def dated(self) -> Days:
        """Its day for the package's own indicators: the order, or the performance without one."""
        day = self.order or self.performed
        assert day is not None
        return day


@dataclass(frozen=True, slots=True)
class Placed:
    """An image in the episode of a candidate."""

    image: Image
    candidate: Candidate | None
    days: Days
    """Its possible days, counted from the index; (0, 0) for an order shortly before the index."""
    certain: bool
    """False where a partial date leaves open whether the image belongs to the episode."""
    perhaps: tuple[Candidate, ...] = ()
    """Where that is open: every candidate whose episode it may belong to."""


def images(person: Person, frame: Frame) -> list[Image]:
    """Every image of the region, or perhaps of it, in order of its first row."""
    groups: dict[object, list[Event]] = defaultdict(list)
    for event in person.events:
        if event.kind == "imaging" and event.status != "refuted":
            region = region_of(event, frame)
            if region is not False:
                groups[_group(event, frame)].append(event)
    found = [image for rows in groups.values() for image in _assemble(rows, frame)]
    return sorted(
        _join(_merge_same_day(found), frame), key=lambda image: (image.event, image.source)
    )


def place(found: Sequence[Image], candidates: Sequence[Candidate], frame: Frame) -> list[Placed]:
    """Put each image into the one episode that holds it, or into none."""
    return [_place(image, candidates, frame) for image in found]


def region_of(event: Event, frame: Frame) -> Truth:
    """Whether a row of imaging is of the package's region, by itself."""
    rule = frame.package.imaging
    codes = frame.of(event.code)
    says_so = any(re.search(p, event.text or "", re.IGNORECASE) for p in rule.text_says_region)
    named = (event.region or "").strip().lower()
    if named == rule.region:
        return True
    if named and named not in rule.unknown_regions:
        return False
    level_unknown = bool(named) or LEVEL_UNKNOWN in codes
    listed = any(name in codes for row in rule.image for name in row.concepts)
    if not level_unknown and not listed:
        return says_so
    if not level_unknown:
        return True
    return True if says_so or _for_pain(event, frame) else None


def _for_pain(event: Event, frame: Frame) -> bool:
    return bool(frame.of(event.reason) & frozenset(frame.package.episode.index.diagnosis))


def modality_of(event: Event, frame: Frame) -> str:
    """The modality of a row of imaging; ``""`` where it does not say."""
    codes = frame.of(event.code)
    for row in frame.package.imaging.image:
        if any(name in codes for name in row.concepts):
            return row.modality
    return event.modality or ""


def _group(event: Event, frame: Frame) -> object:
    """Rows with one key are one image: by reference, or a performance by modality and day."""
    if event.link is not None:
        return event.link
    if event.role == "order":
        return event.event
    return modality_of(event, frame), event.start


def _assemble(rows: list[Event], frame: Frame) -> list[Image]:
    rows = sorted(rows, key=lambda row: row.event)
    orders = [row for row in rows if row.role == "order"]
    shown = [row for row in rows if row.role in ("performed", "study")]
    performances = shown or [row for row in rows if row.role == "report"]
    first_order = orders[0] if orders else None
    by_day: dict[Days, list[Event]] = defaultdict(list)
    for row in performances:
        by_day[row.start].append(row)
    if not by_day:
        return [_image(rows, first_order, [], frame)]
    return [
        _image(rows, first_order, by_day[day], frame, number)
        for number, day in enumerate(sorted(by_day), 1)
    ]


def _image(
    rows: list[Event],
    order: Event | None,
    performances: list[Event],
    frame: Frame,
    number: int = 1,
) -> Image:
    first = order or performances[0]
    modalities = [modality_of(row, frame) for row in [*performances, *rows]]
    times = [row.time for row in performances if row.time]
    ordered_by = [
        row.clinician
        for row in rows
        if row.clinician
        and (row.clinician_role == "ordering" or (row.role == "order" and not row.clinician_role))
    ]
    return Image(
        event=first.event,
        source=first.source if number == 1 or not order else f"{first.source}#{number}",
        order=order.start if order else None,
        performed=performances[0].start if performances else None,
        performed_time=min(times, default=None),
        modality=next((modality for modality in modalities if modality), ""),
        region=any_of(region_of(row, frame) for row in rows),
        for_pain=any(_for_pain(row, frame) for row in rows),
        clinician=next(iter(ordered_by), ""),
        links=frozenset(row.link for row in rows if row.link),
        proposed=_proposed(first, frame),
    )


def _proposed(row: Event, frame: Frame) -> bool:
    names = {name for image in frame.package.imaging.image for name in image.concepts}
    listed = frame.of(row.code) & names
    return bool(listed) and all((row.code, name) in frame.proposed for name in listed)


def _merge_same_day(found: list[Image]) -> list[Image]:
    """Performances of one modality and day are one image, unless two orders say otherwise."""
    alike: dict[object, list[Image]] = defaultdict(list)
    kept = []
    for image in sorted(found, key=lambda image: image.event):
        if image.performed is None:
            kept.append(image)
        else:
            alike[image.modality, image.performed].append(image)
    for group in alike.values():
        region = any_of(image.region for image in group)
        for_pain = any(image.for_pain for image in group)
        ordered = [image for image in group if image.order]
        kept += [replace(image, region=region, for_pain=for_pain) for image in ordered or group[:1]]
    return kept


def _join(found: list[Image], frame: Frame) -> list[Image]:
    """An order without a performance joins the first free one of its modality after it."""
    waiting: dict[str, list[Image]] = defaultdict(list)
    free: dict[str, list[Image]] = defaultdict(list)
    done = []
    for image in found:
        if image.performed is None and image.dated[0] == image.dated[1]:
            waiting[image.modality].append(image)
        elif image.order is None and image.dated[0] == image.dated[1]:
            free[image.modality].append(image)
        else:
            done.append(image)
    for modality, orders in waiting.items():
        queue = sorted(free.pop(modality, []), key=lambda image: (image.dated, image.event))
        for order in sorted(orders, key=lambda image: (image.dated, image.event)):
            place = next(
                (n for n, image in enumerate(queue) if image.dated[0] >= order.dated[0]), None
            )
            if place is None or queue[place].dated[0] > order.dated[0] + _join_within(frame):
                done.append(order)
            else:
                done += [*queue[:place], _joined(order, queue[place])]
                queue = queue[place + 1 :]
        done += queue
    return done + [image for queue in free.values() for image in queue]


def _join_within(frame: Frame) -> int:
    return frame.package.imaging.join_within


def _joined(order: Image, performance: Image) -> Image:
    return replace(
        order,
        performed=performance.performed,
        performed_time=performance.performed_time,
        region=any_of((order.region, performance.region)),
        for_pain=order.for_pain or performance.for_pain,
        clinician=order.clinician or performance.clinician,
        links=order.links | performance.links,
    )


def _place(image: Image, candidates: Sequence[Candidate], frame: Frame) -> Placed:
    length = frame.package.episode.index.length
    before = frame.package.imaging.counts_before_index
    open_to = [c for c in candidates if c.is_episode is not False]
    dated = [c for c in open_to if c.dated]
    first, last = image.dated
    holds_first = _holding(dated, first, length)
    if holds_first and holds_first is _holding(dated, last, length):
        day = holds_first.day
        return Placed(image, holds_first, (first - day, last - day), certain=True)
    if first == last and image.order and image.for_pain:
        soon = [c for c in dated if 1 <= c.day - first <= before]
        if soon:
            return Placed(image, soon[0], (0, 0), certain=True)
    perhaps = [c for c in open_to if c.index[0] <= last and first <= c.index[1] + length]
    if perhaps:
        day = perhaps[0].day
        return Placed(image, perhaps[0], (first - day, last - day), False, tuple(perhaps))
    return Placed(image, None, (0, 0), certain=True)


def near(candidate: Candidate, placed: Sequence[Placed]) -> Iterator[Placed]:
    """The images of a candidate's episode, and those that may be, counted from its index."""
    for one in placed:
        if one.candidate is candidate:
            yield one
        elif any(candidate is other for other in one.perhaps):
            first, last = one.image.dated
            days = (first - candidate.day, last - candidate.day)
            yield replace(one, candidate=candidate, days=days)


def _holding(dated: list[Candidate], day: int, length: int) -> Candidate | None:
    """The last candidate at or before a day whose episode still lasts."""
    held = [c for c in dated if c.day <= day]
    return held[-1] if held and day <= held[-1].day + length else None
