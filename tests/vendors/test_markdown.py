"""What the owner writes in Markdown is shown to members as HTML: nothing hostile comes through."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.vendors.markdown import render_markdown

TAGS = {"p", "h2", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "blockquote", "hr", "br"}
ATTRIBUTES = {"href", "title", "rel", "start", "class"}
"""``start`` of a list; ``class`` of a block of code, by its language."""

PIECES = [
    "<script>",
    "</script>",
    "<img src=x onerror=a>",
    "[x](",
    "javascript:",
    "https://a.example",
    "data:",
    "&#106;",
]
PIECES += [
    ")",
    "![",
    "](",
    "<",
    ">",
    "&",
    '"',
    "`",
    "```",
    "*",
    "_",
    "# ",
    "> ",
    "- ",
    "\n",
    "\n\n",
    "&lt;",
    "\t",
    "\0",
]


class Seen(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)


def links(text):
    return [attributes["href"] for tag, attributes in Seen(render_markdown(text)).elements if tag == "a"]


def assert_harmless(html):
    for tag, attributes in Seen(html).elements:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        if tag == "a":
            assert attributes["href"].lower().startswith(("https://", "mailto:"))
            assert attributes["rel"] == "noopener noreferrer nofollow"


def test_what_markdown_has_is_rendered():
    html = render_markdown("#### Hello\n\nRead *this* and **that**:\n\n1. [rules](https://example.org/r)\n2. `code`\n")
    tags = [tag for tag, _ in Seen(html).elements]
    assert tags == ["h2", "p", "em", "strong", "ol", "li", "a", "li", "code"]
    assert links("<mailto:ruth@example.org> and <https://example.org>") == [
        "mailto:ruth@example.org",
        "https://example.org",
    ]


def test_nothing_is_nothing():
    assert render_markdown("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "a <b onclick='alert(1)'>b</b>",
        "<!-- comment -->",
        "<style>body { display: none }</style>",
        "<iframe src='https://example.org'></iframe>",
        "**<script>alert(1)</script>**",
        "> - <script>alert(1)</script>",
    ],
)
def test_html_is_shown_as_it_was_typed(text):
    html = render_markdown(text)
    assert_harmless(html)
    assert "<script" not in html
    assert text.strip("*> -").split(">", maxsplit=1)[0] in Seen(html).text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "java%0ascript:alert(1)",
        "<java\tscript:alert(1)>",
        "data:text/html,<script>alert(1)</script>",
        "data:image/png;base64,AAAA",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "http://example.org",
        "//example.org",
        "/settings",
        "blob:https://example.org/1",
    ],
)
def test_links_lead_to_https_and_mail_addresses_and_nowhere_else(address):
    for text in (
        f"[x]({address})",
        f"[x](<{address}>)",
        f"<{address}>",
        f"[x]\n\n[x]: {address}",
        f"*[**x**]({address})*",
    ):
        assert links(text) == [], text
        assert_harmless(render_markdown(text))


def test_an_attribute_is_not_left_by_its_quotation_marks():
    html = render_markdown('[x](https://example.org/"onmouseover="alert(1) "t\\" onclick=\\"alert(1)")')
    assert_harmless(html)
    assert_harmless(render_markdown('```"><script>alert(1)</script>\ncode\n```'))


def test_images_are_left_out():
    html = render_markdown("![who reads this](https://example.org/pixel.png)")
    assert_harmless(html)
    assert "img" not in {tag for tag, _ in Seen(html).elements}


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30))
def test_whatever_is_written_comes_to_harmless_html(pieces):
    assert_harmless(render_markdown("".join(pieces)))
