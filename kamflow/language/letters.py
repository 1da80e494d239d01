"""Names that people read: what cannot be seen in them, and what only looks like another letter."""

import re
import unicodedata

MAX_NAME = 200

# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = str.maketrans(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0430"
    "\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u051b\u051d"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5"
    "\u03a7\u03bf\u03bd\u03c4\u03c5\u03c1\u03b9",
    "ABEKMHOPCTYXaeopcyxijsdhqwABEZHIKMNOPTYXovtupi",
)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")  # those whose letters are mistaken for each other
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)


def fault_in_name(name: str) -> str | None:
    """Return what makes a name one that people cannot read off the page, if anything does."""
    if name.isascii() and name.isprintable() and 0 < len(name) <= MAX_NAME:
        return None if name == name.strip() else f"`{name}` begins or ends with a space"
    if not name:
        return "a name is missing here"
    if len(name) > MAX_NAME:
        return f"a name has at most {MAX_NAME} characters, not {len(name)}"
    for sign in name:
        if _MARKS.match(sign) or not sign.isprintable():
            return f"`{name}` holds the character U+{ord(sign):04X}, which cannot be seen"
    if name != unicodedata.normalize("NFC", name):
        return f"`{name}` is not in the composed form (NFC); type its letters anew"
    return _mixed(name)


def _mixed(name: str) -> str | None:
    for word in _WORD.findall(name):
        found = sorted({script for sign in word if (script := _script(sign))})
        if len(found) > 1:
            return f"`{name}` mixes letters that look alike: {' and '.join(found)}"
    return None


def _script(sign: str) -> str:
    script = unicodedata.name(sign, "").partition(" ")[0]
    return script.title() if script in _SCRIPTS else ""


def skeleton(name: str) -> str:
    """Return what a name looks like: two names with the same skeleton cannot be told apart."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFKC", name).translate(_ALIKE)


def shown(text: str) -> str:
    """Return a text for one line of a message: what cannot be seen or printed is spelt out."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in line)
