"""Read a page as a browser would: strictly balanced elements, its text, its facts, its forms and scripts."""

from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "hr", "img", "link"}

type Attributes = dict[str, str | None]


class HtmlPage(HTMLParser):
    """A page that was read; `elements` are its start tags in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.doctype = ""
        self._open: list[str] = []

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute of {tag} stands twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)
            self.texts.append((tuple(self._open), ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def assert_complete(self) -> None:
        assert self._open == []

    def all(self, tag: str) -> list[Attributes]:
        """The attributes of all elements of that name."""
        return [attributes for found, attributes in self.elements if found == tag]

    def inside(self, tag: str) -> list[str]:
        """The text of each element of that name that has no elements inside."""
        found: list[str] = []
        for path, data in self.texts:
            if path and path[-1] == tag:
                if data == "":
                    found.append("")
                else:
                    found[-1] += data
        return found

    @property
    def text(self) -> str:
        """All that can be read."""
        return " ".join(data for path, data in self.texts if data and path[-1] not in {"script", "style", "title"})

    @property
    def facts(self) -> list[tuple[str, str]]:
        return list(zip(self.inside("dt"), self.inside("dd"), strict=True))

    @property
    def scripts(self) -> list[str]:
        return self.inside("script")

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """The elements and the names of their attributes: what no text that is filled in may change."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]


def read(html: str) -> HtmlPage:
    page = HtmlPage()
    page.feed(html)
    page.close()
    page.assert_complete()
    return page
