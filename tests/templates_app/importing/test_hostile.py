"""Texts made to freeze a reader: each is read in seconds, whatever becomes of it."""

import time
from contextlib import suppress

import pytest

from templates_app.importing.composing import compose
from templates_app.importing.decoding import lines_of
from templates_app.importing.result import ReadFile, Unreadable

FLOODS = (
    "[", "![", "](", "<", "{", "{{", "{{#a}}", "*", "_", "`", "\\", "|", "# ", "> ", "(", "\t", "\n", "<!--", "<table>",
    "Note: ", "Q: A: ", "///\n", "+---+\n", "| a |\n", "\ta\n", "\ta\n\n", "[a]: b\n", "[a](b)", "e\u0301", "{{ 1 }}",
)  # fmt: skip
SIZE = 8_000
SECONDS = 20  # far above what it takes; the worst of these took minutes before


@pytest.mark.parametrize("sign", FLOODS)
def test_a_flood_of_one_sign_is_read_in_seconds(sign: str) -> None:
    start = time.monotonic()
    for text in (sign * (SIZE // len(sign)), f"{sign}\n" * (SIZE // (len(sign) + 1))):
        with suppress(Unreadable):
            compose(ReadFile("flood.md", lines_of(text)))
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"{'  ' * depth}- a" for depth in range(300)),
        "\n".join(f"{'    ' * depth}!!! note" for depth in range(300)),
        "> " * 300 + "a",
        "word " * 20_000,
        "{% raw %}{% include '/etc/passwd' %}{{ 7*7 }}",
    ],
)
def test_depth_and_length_are_no_error(text: str) -> None:
    assert compose(ReadFile("deep.md", lines_of(text))).source
