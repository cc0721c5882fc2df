"""What is wrong with a text that is not TOML, for someone who has not read TOML's specification.

The line itself is not printed, since it may contain a secret. The message has its number, its key and the character.
"""

import ast
import re
import unicodedata

from settings.secrecy import without_secrets
from settings.units import unit_of

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_KEY = re.compile(r"""\s*(?P<key>[A-Za-z0-9_.\-]+|"[^"=]*"|'[^'=]*')\s*=\s*(?P<value>.*)""")

# Characters that word processors and web pages use instead of a quote or a space.
_QUOTES = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u2032\u2033\u00b4\u0060"
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff]")
_WITH_UNIT = r"[-+]?[0-9][0-9_.,]*\s?[A-Za-z/%]{1,12}"
_WORDS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


def toml_error(text: str, message: str) -> tuple[int | None, str]:
    """The line's number and a message, made from the message of `tomllib`."""
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    if place is None or place["line"] is None:
        return None, without_secrets(f"is not TOML: {message}")
    number = int(place["line"])
    line = text.split("\n")[number - 1]
    found = (
        _twice(said, line)
        or _character(line, int(place["column"]))
        or _other_notation(said, line)
        or _header(said, line)
        or _text(said, line)
        or _value(line)
    )
    return number, without_secrets(found or f"is not TOML: {message}")


def _twice(said: str, line: str) -> str:
    """A table or a key that the file has twice."""
    match = _KEY.match(line)
    if said == "Cannot overwrite a value" and (header := re.match(r"\s*\[\[([\w.-]+)\]\]", line)):
        name = header[1]
        return f"[[{name}]] is one of a list, but [{name}] above is a single table; write [[{name}]] each time"
    if said == "Cannot overwrite a value" and match:
        return f"{match['key']}: the table has this key twice; leave one out"
    if declared := re.fullmatch(r"Cannot (?:declare|mutate immutable namespace) (\(.*?\))(?: twice)?", said):
        name = ".".join(ast.literal_eval(declared[1]))
        return f"[{name}] is there twice; write all of its keys below the first one"
    return ""


def _character(line: str, column: int) -> str:
    """A character that looks like one of TOML's. In quotes it is allowed, so the search begins at the column."""
    match = _KEY.match(line)
    key = f"{match['key']}: " if match else ""
    for character in line[max(column - 1, 0) :]:
        named = f"{unicodedata.name(character, 'a character').lower()}, U+{ord(character):04X}"
        if character in _QUOTES:
            return f"{key}{character} ({named}) is not a quote in TOML; write \" or '"
        if _SPACES.match(character):
            return f"{key}there is an invisible {named}; write a plain space, or nothing"
        if character in "\"'#":
            break
    return ""


def _other_notation(said: str, line: str) -> str:
    if re.match(r"""\s*-?\s*["']?[A-Za-z_][\w-]*["']?\s*:(\s|$)""", line) or line.strip() == "---":
        return "this is YAML or JSON; TOML is written `key = value`, below a [table]"
    if line.lstrip().startswith("{"):
        return "this is JSON; TOML is written `key = value`, below a [table]"
    if re.match(r"""\s*[a-z_]+(\s+"[^"]*")*\s*\{\s*$""", line):
        return "this is HCL; TOML is written `key = value`, below a [table]"
    if said.startswith("Expected '='") and (missing := re.match(r"\s*([a-z_]+)\s+(?:[0-9]|[\"'\[{]|true|false)", line)):
        return f"{missing[1]}: an = is missing between the key and its value"
    if said.startswith("Expected '='") and re.fullmatch(r"\s*[A-Za-z_][\w-]*\s*", line):
        # Keys of ours are written like that. Anything else may be a value that slipped onto a line of its own.
        key = f"{line.strip()}: " if re.fullmatch(r"\s*[a-z_]+\s*", line) else ""
        return f"{key}a key needs a value; TOML is written `key = value`"
    return ""


def _header(said: str, line: str) -> str:
    """The header of a table, in brackets."""
    if not said.startswith("Expected ']"):
        return ""
    if "]" not in line:
        return "the header of a table ends with ]"
    if route := re.match(r"\s*\[+(?P<to>[\w.]*\.)?(?P<route>[A-Za-z]+ /[^\]\"']*)\]", line):
        return f'a route in a header is in quotes: [{route["to"] or ""}"{route["route"]}"]'
    return "a part of a header with a space or a slash is in quotes"


def _text(said: str, line: str) -> str:
    """Quotes, backslashes, braces and comments."""
    match = _KEY.match(line)
    key = f"{match['key']}: " if match else ""
    if said.startswith("Illegal character '\\n'"):
        return f"{key}a quote is missing at the end of the text"
    if said.startswith("Unescaped '\\'"):
        return f"{key}a backslash must be doubled, or the text be in single quotes"
    if said.startswith("Invalid initial character for a key part") and line.rstrip().endswith(("{", ",")):
        return f"{key}a table in braces must be on one line; write its keys below a [table] instead"
    if line.lstrip().startswith(("//", "/*", "--", ";")):
        return "a comment begins with #"
    return ""


def _value(line: str) -> str:
    """A word without quotes, or a number with its unit."""
    match = _KEY.match(line)
    if match is None:
        return ""
    key, value = match["key"], match["value"].split("#")[0].strip()
    # In braces, the mistake is at a key inside of them.
    if value.startswith("{") and (inner := re.search(rf"[{{,]\s*(\w+)\s*=\s*({_WITH_UNIT})\s*[,}}]", value)):
        key, value = f"{key}.{inner[1]}", inner[2]
    said = _word(value) or _number(value, unit_of(key.rpartition(".")[2]))
    if not said and re.fullmatch(r"[^\s\"'\[{][^\"'\[{]*", value):
        said = "text must be in quotes"
    return f"{key}: {said}" if said else ""


def _word(value: str) -> str:
    """A word that TOML does not have, or not in this form."""
    if word := _WORDS.get(value.lower()):
        return f"write {word}, in small letters and without quotes"
    if value.lower() in {"null", "none", "nil", "~"}:
        return f"TOML has no {value}; leave the key out"
    if not value:
        return "has no value"
    if value.startswith(("${", "$(")):
        return "the file is read as it is, and no variable is put in; write the value"
    return ""


def _number(value: str, unit: str) -> str:
    """A number in another notation, or something after the value."""
    if re.fullmatch(r"[-+0-9_.]+\s+(//|--|;).*", value):
        return "a comment begins with #"
    if re.fullmatch(_WITH_UNIT, value):
        return f"must be a number{f' of {unit}' if unit else ''}, without a unit"
    if re.fullmatch(r"[-+]?[0-9]{1,3}(,[0-9]{3})+", value):
        return "TOML writes thousands with an underscore, 10_000, or with nothing"
    if re.fullmatch(r"([-+0-9_.]+|true|false|\".*\"|'.*'|.*[\]}])\s*[,;]", value):
        return f"leave out the {value[-1]} at the end"
    if re.fullmatch(r"[-+]?([0-9_]+\.|\.[0-9_]+)", value):
        return "a number needs a digit on both sides of its point"
    return ""
