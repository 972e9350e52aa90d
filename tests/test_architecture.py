"""The walls of the house: who may import whom, how large a module and a function may be, and which words are taken."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Each may import those after it, never those before.
LAYERS = ("sopsite", "sop_library", "templates_app", "accounts", "audit")
MODULES = [path for app in LAYERS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]
ONE_HOME = {
    "jinja2": "templates_app/domain/rendering.py",
    "weasyprint": "sop_library/formats/pdf.py",
    "pyhanko": "sop_library/sealing.py",
}
INSIDE = ("views", "forms", "actions", "querysets", "models", "domain")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 30


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path, *, run_time_only: bool = False) -> Iterator[str]:
    """Return the modules a file imports; those only for type checking are left out when asked."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    if run_time_only:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                skipped.update(inner for statement in node.body for inner in ast.walk(statement))
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module or "")))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_layer_never_imports_a_layer_above_it(path: Path) -> None:
    own = LAYERS.index(path.relative_to(ROOT).parts[0])
    above = set(LAYERS[:own])
    wrong = sorted({module for module in imports(path) if module.split(".")[0] in above})
    assert not wrong, f"{name_of(path)} imports {wrong}"


@pytest.mark.parametrize("path", [p for p in MODULES if "domain" in p.parts], ids=name_of)
def test_the_domain_is_pure(path: Path) -> None:
    wrong = sorted({module for module in imports(path) if module.split(".")[0] in {"django", "accounts.models"}})
    outside = {
        module
        for module in imports(path)
        if module.split(".")[0] in LAYERS and ".domain" not in module and module not in LAYERS
    }
    assert not wrong, wrong
    assert not outside, f"{name_of(path)} reaches out of the domain: {sorted(outside)}"


@pytest.mark.parametrize(("library", "home"), ONE_HOME.items())
def test_a_library_with_teeth_has_one_home(library: str, home: str) -> None:
    users = {name_of(path) for path in MODULES for module in imports(path) if module.split(".")[0] == library}
    assert users == {home}


def place_of(path: Path) -> str | None:
    """Return which row of an app a module belongs to, or None for a module with a place of its own."""
    parts = path.relative_to(ROOT).with_suffix("").parts[1:]
    return next((part for part in parts if part in INSIDE), None)


@pytest.mark.parametrize("path", [path for path in MODULES if place_of(path)], ids=name_of)
def test_inside_an_app_imports_point_from_pages_to_the_domain(path: Path) -> None:
    app, place = path.relative_to(ROOT).parts[0], place_of(path) or ""
    above = set(INSIDE[: INSIDE.index(place)])
    if place == "models":
        # A model names its manager, and a manager its model only where types are checked.
        above.discard("querysets")
    found = {
        module
        for module in imports(path, run_time_only=True)
        if module.split(".")[0] == app and len(module.split(".")) > 1 and module.split(".")[1] in above
    }
    assert not found, f"{name_of(path)} imports {sorted(found)}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    assert lines <= LONGEST_MODULE, f"{name_of(path)} has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)
            assert size <= LONGEST_FUNCTION, f"{name_of(path)}: {node.name} has {size} lines"


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return (first.end_lineno or 0) - first.lineno + 1 if is_text else 0


@pytest.mark.parametrize("path", [p for p in MODULES if "views" in p.parts or p.name == "views.py"], ids=name_of)
def test_views_are_thin(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            size = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)
            assert size <= 25, f"{name_of(path)}: {node.name} has {size} lines"


def test_choices_are_refused_in_our_own_words() -> None:
    users = [name_of(path) for path in MODULES if re.search(r"\bforms\.ChoiceField\b", path.read_text("utf-8"))]
    assert users == ["accounts/fields.py"]


def test_no_module_is_a_drawer() -> None:
    drawers = {"core", "common", "utils", "helpers", "misc", "signals"}
    assert not [name_of(path) for path in MODULES if path.stem in drawers or set(path.parts) & drawers]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_public_function_says_what_it_returns(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent, f"{name_of(path)}: {silent}"


def test_what_runs_people_s_text_as_code_is_nowhere() -> None:
    words = re.compile(r"(?<![\w.])(eval|exec)\(|\bpickle\.loads\(|objects\.(extra|raw)\(|\bshell=True|\|safe\b")
    found = [
        f"{name_of(path)}: {match.group()}"
        for path in MODULES
        for match in words.finditer(path.read_text(encoding="utf-8"))
    ]
    # The killable child reads what its own parent wrote; the parent never unpickles what the child says.
    assert found == ["templates_app/confinement.py: pickle.loads("]


def test_pages_hold_no_inline_script_style_or_handler() -> None:
    pattern = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
    pages = [path for app in LAYERS for path in (ROOT / app).rglob("*.html")]
    assert pages
    assert not [f"{name_of(page)}: {m.group()}" for page in pages for m in pattern.finditer(page.read_text("utf-8"))]
