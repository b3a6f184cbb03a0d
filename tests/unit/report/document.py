"""A page as a tree of elements: enough of a DOM for the tests, from the standard library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Element:
    """An element with its attributes, parent and children."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags: str) -> list[Element]:
        """Every element of these tags inside, in the order of the page."""
        return [element for element in self.walk() if element.tag in tags and element is not self]

    def inside(self, tag: str) -> bool:
        """Whether it, or an element around it, is of this tag."""
        return self.tag == tag or (self.parent is not None and self.parent.inside(tag))

    @property
    def text(self) -> str:
        """Its words, with white space as a reader sees it; no-break spaces stay."""
        pieces = [c if isinstance(c, str) else c.text for c in self.children]
        return re.sub(r"[ \t\r\n]+", " ", "".join(pieces)).strip(" ")


class Document(Element):
    """The whole page, and its source."""

    def __init__(self, source: str) -> None:
        super().__init__("document", {}, None)
        self.source = source
        self.unclosed: list[str] = []

    def by_id(self, id_: str) -> Element:
        return next(element for element in self.walk() if element.get("id") == id_)


class _Builder(HTMLParser):
    def __init__(self, document: Document) -> None:
        super().__init__(convert_charrefs=True)
        self.document = document
        self.open: list[Element] = [document]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(
            Element(tag, {name: value or "" for name, value in attrs}, self.open[-1])
        )

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.document.unclosed.append(f"</{tag}> in <{self.open[-1].tag}>")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(source: str) -> Document:
    """Parse a page; elements closed in the wrong order are listed in ``unclosed``."""
    document = Document(source)
    builder = _Builder(document)
    builder.feed(source)
    builder.close()
    document.unclosed += [f"<{element.tag}> never closed" for element in builder.open[1:]]
    return document
