"""A text's parsed front matter and compiled skeleton, each made once and kept by the text itself.

Compiling runs in the killable child: some short texts take Markdown minutes (see `docs/architecture.md`).
"""

from functools import lru_cache

from templates_app import child
from templates_app.domain import frontmatter
from templates_app.domain.body import Skeleton, compile_text
from templates_app.domain.frontmatter import Template

COMPILE_SECONDS = 8


@lru_cache(maxsize=512)
def template_of(source: str) -> Template:
    """Return the parsed front matter of a text; raises TemplateError with every problem found."""
    return frontmatter.parse(source)


@lru_cache(maxsize=512)
def skeleton_of(source: str) -> Skeleton:
    """Return the compiled text; raises TemplateError, or child.TooComplex when it takes too long or too much memory."""
    return newly_compiled(source)


def newly_compiled(source: str) -> Skeleton:
    """Return the compiled text of something that is still being typed, without keeping it; raises as `skeleton_of`."""
    return child.run(compile_text, source, seconds=COMPILE_SECONDS, pool="text")
