"""Private-use characters that stand for something while the text goes through Markdown and the sanitiser.

A source that holds any of them is refused, so each one in the result was put there by the compiler.
"""

from __future__ import annotations

LESS = "\ue000"  # a `<` that is text
AND = "\ue001"  # a `&` that is text
BOX = "\ue002"  # `[ ]`
INLINE = "\ue003"  # then the number of a placeholder and END
BLOCK = "\ue004"  # the same, for a placeholder alone on its line
END = "\ue005"
WHEN = "\ue006"  # then the number of a condition and END: start of what it guards
END_WHEN = "\ue007"
