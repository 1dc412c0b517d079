"""Markdown as HTML that is safe to show. Import only where settings are saved: it takes its time at a cold start."""

from markdown_it import MarkdownIt
from markdown_it.token import Token

_SAFE_LINKS = ("https://", "mailto:")
_RELATION = "noopener noreferrer nofollow"


class _Markdown(MarkdownIt):
    """CommonMark without HTML and images. A link to anything else stays the text that it was."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.disable("image")

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return url.lower().startswith(_SAFE_LINKS)


def render_markdown(text: str) -> str:
    """``text`` as HTML: paragraphs, headings, lists, emphasis, code, quotations, rules, and links to https and mailto
    addresses. What else it has, HTML above all, is shown as it was typed. Headings are all of the second level: the
    first is the page's, and none may be left out for those who go from one to the next.
    """
    markdown = _Markdown()
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2"
        for inner in token.children or ():
            _mark_link(inner)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _mark_link(token: Token) -> None:
    if token.type == "link_open":
        token.attrSet("rel", _RELATION)
