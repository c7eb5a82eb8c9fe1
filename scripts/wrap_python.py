"""Breaks long lines of Python where a person would: at a comma, or before a word such as `for`, inside the outermost
brackets; aligned behind the bracket. Comments and docstrings are filled anew. The syntax tree stays what it was, or the
file is left alone."""
import ast
import io
import re
import tokenize

COLUMNS = 120
WORDS = ("and", "or", "for", "if", "else")
TRIPLE = ('"""', "'''")


def indent_of(line):
    return line[:len(line) - len(line.lstrip())]


def at_blank(lines, n, indent, lead=""):
    """Break prose at the last blank that fits; the rest goes in front of the next line of the same paragraph."""
    line = lines[n]
    cut = line.rfind(" ", 0, COLUMNS + 1)
    if cut <= len(indent) + len(lead) + 3:
        return False
    rest, follows = line[cut + 1:], lines[n + 1] if n + 1 < len(lines) else ""
    text = follows[len(indent) + len(lead):]
    ends = '"""' in rest or '"""' in line[len(indent) + 3:cut]
    joins = not ends and follows.startswith(indent + lead) and text[:1].isalnum()
    lines[n:n + 1 + joins] = [line[:cut], indent + lead + rest + (" " + text if joins else "")]
    return True


def string_at(tokens, row):
    """The string of three quotes that the row stands in."""
    for t in tokens:
        triple = t.type == tokenize.STRING and t.string.lstrip("rbfRBF")[:3] in TRIPLE
        if triple and t.start[0] <= row <= t.end[0]:
            return t
    return None


def place(tokens, line, row):
    """(column to break at, the bracket it is inside), in the fewest brackets, as far right as fits."""
    stack, best, depth = [], None, None
    for t in tokens:
        if t.start[0] > row:
            break
        if t.type == tokenize.OP and t.string in "([{":
            stack.append(t.start)
        elif t.type == tokenize.OP and t.string in ")]}" and stack:
            stack.pop()
        if t.start[0] != row or not stack:
            continue
        comma = t.type == tokenize.OP and t.string == ","
        word = t.type == tokenize.NAME and t.string in WORDS
        cut = t.end[1] if comma else t.start[1] - 1
        ends = not line[cut:].strip() or line[cut:].lstrip().startswith("#")
        deep = len(stack) + (0 if comma else 0.5)
        if (comma or word) and cut <= COLUMNS and not ends and line[:cut].strip() and (depth is None or deep <= depth):
            best, depth = (cut, stack[-1]), deep
    return best


def break_code(lines, n, tokens):
    line = lines[n]
    best = place(tokens, line, n + 1)
    if not best:
        return False
    cut, (row, column) = best
    hangs = not lines[row - 1][column + 1:].strip()
    indent = indent_of(line) + (" " * 4 if row == n + 1 else "") if hangs else " " * (column + 1)
    rest, follows = line[cut:].lstrip(), lines[n + 1] if n + 1 < len(lines) else ""
    if len(indent) + len(rest) >= len(line):
        return False
    both = f"{indent}{rest} {follows.strip()}"
    joins = rest.endswith(",") and indent_of(follows) == indent and len(both) <= COLUMNS and "#" not in rest
    lines[n:n + 1 + joins] = [line[:cut].rstrip(), both if joins else indent + rest]
    return True


def break_one(lines, n):
    line = lines[n]
    if line.lstrip().startswith("#"):
        return at_blank(lines, n, indent_of(line), "# ")
    tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline))
    text = string_at(tokens, n + 1)
    if text:
        prose = not text.line[:text.start[1]].strip() and text.string.startswith(TRIPLE)
        return prose and at_blank(lines, n, " " * text.start[1])
    return break_code(lines, n, tokens)


def meaning(source):
    """The syntax tree; blanks in strings of prose do not count."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = " ".join(node.value.value.split())
    return ast.dump(tree)


def wrap(source):
    lines, done = source.split("\n"), 0
    while done < len(lines):
        if len(lines[done]) <= COLUMNS or re.match(r"\s*\S+$", lines[done]) or not break_one(lines, done):
            done += 1
    return "\n".join(lines)


def breakable(path):
    """Numbers of the long lines that wrap_file would break."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    return [n + 1 for n, line in enumerate(lines) if len(line) > COLUMNS and break_one(list(lines), n)]


def wrap_file(path):
    with open(path, encoding="utf-8") as f:
        source = f.read()
    out = wrap(source)
    if out != source and meaning(out) == meaning(source):
        with open(path, "w", encoding="utf-8") as f:
            f.write(out)
