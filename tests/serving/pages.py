"""Pages as they are read: their links, forms, words and elements."""

from html.parser import HTMLParser
from types import SimpleNamespace

VOID = {"meta", "link", "input", "br", "img"}


class Page(HTMLParser):
    """What is on a page."""

    def __init__(self, answer):
        super().__init__()
        self.status, self.headers = answer.status, answer.headers
        self.elements, self.links, self.forms, self.words, self.open = [], [], [], "", []
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8", answer.facts
        self.feed(answer.facts.decode())
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.elements.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if tag in {"a", "link"}:
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(SimpleNamespace(**{"method": "get", **given}, fields={}))
        if tag in {"input", "textarea"}:
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data

    @property
    def tags(self):
        return {tag for tag, _ in self.elements}
