"""Checks that the parts of a condition fit: names are there, and types can be compared."""

from collections.abc import Callable

from kamflow.language.diagnostics import did_you_mean
from kamflow.language.scope import ANY, DATE, FLAG, NUMBER, Scope, UnknownNameError
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import NUMERIC, Shape

Report = Callable[[int, str, str], None]  # offset in the text, code, message

_WORDS = {"choice", "text", "person"}


class Typing:
    """Finds the type of an expression in a scope and reports what does not fit."""

    def __init__(self, scope: Scope, report: Report) -> None:
        self._scope, self._report = scope, report

    def check(self, node: Expression, wanted: Shape | None) -> None:
        """Report everything wrong with `node`, and that it is not what is `wanted`."""
        if wanted is not None and isinstance(node, tree.Word | tree.Text) and wanted.type in _WORDS:
            self._word(node, wanted)
            return
        if wanted is not None and isinstance(node, tree.If):
            self._expect(self.type_of(node.condition), FLAG, node.condition)
            self.check(node.yes, wanted)
            self.check(node.no, wanted)
            return
        found = self.type_of(node)
        if wanted is not None:
            self._expect(found, wanted, node)

    def type_of(self, node: Expression) -> Shape:
        """Return the type of `node`."""
        match node:
            case tree.Number():
                return NUMBER
            case tree.Day():
                return DATE
            case tree.Text():
                return Shape(type="text")
            case tree.Word() | tree.Name():
                return self._name(node)
            case tree.Arithmetic() | tree.Negative() | tree.Call() | tree.Aggregate():
                return self._computed(node)
            case tree.If():
                return self._if(node)
            case _:
                self._judged(node)
                return FLAG

    def _judged(self, node: Expression) -> None:
        """Check an expression that is a flag."""
        match node:
            case tree.Compare():
                self._compare(node.left, node.right, node.op)
            case tree.Between():
                self._compare(node.value, node.low, ">=")
                self._compare(node.value, node.high, "<=")
            case tree.Among():
                for option in node.options:
                    self._compare(node.value, option, "=")
            case tree.State():
                self.type_of(node.value)
            case tree.Edited():
                self._edited(node)
            case _:
                for part in tree.children(node):
                    self._expect(self.type_of(part), FLAG, part)

    def _edited(self, node: tree.Edited) -> None:
        if node.scorecard not in self._scope.pack.scorecards:
            hint = did_you_mean(node.scorecard, self._scope.pack.scorecards)
            self._report(node.at, "K302", f"there is no scorecard `{node.scorecard}`{hint}")
        self._expect(self.type_of(node.person), Shape(type="person"), node.person)

    def _computed(self, node: Expression) -> Shape:
        """Check an expression that is a number."""
        match node:
            case tree.Arithmetic():
                left, right = self._number(node.left), self._number(node.right)
                if "money" in (left.type, right.type) and not (node.op == "/" and left == right):
                    return left if left.type == "money" else right
                return NUMBER
            case tree.Negative():
                return self._number(node.item)
            case tree.Call(function="days_since" | "months_since"):
                self._expect(self.type_of(node.arguments[0]), DATE, node.arguments[0])
                return NUMBER
            case tree.Call():
                found = [self._number(item) for item in node.arguments]
                return found[0]
            case tree.Aggregate():
                return self._aggregate(node)
            case _:
                raise AssertionError(node)

    def _aggregate(self, node: tree.Aggregate) -> Shape:
        try:
            inside = Typing(self._scope.members(node.members), self._report)
        except UnknownNameError as error:
            self._report(node.at, "K302", str(error))
            return NUMBER
        if node.where is not None:
            inside.check(node.where, FLAG)
        return NUMBER if node.value is None else inside._number(node.value)

    def _number(self, node: Expression) -> Shape:
        found = self.type_of(node)
        if found.type and found.type not in NUMERIC:
            self._report(node.at, "K303", f"a number stands here, not a {found.type}")
            return ANY
        return found

    def _if(self, node: tree.If) -> Shape:
        self._expect(self.type_of(node.condition), FLAG, node.condition)
        yes, no = self.type_of(node.yes), self.type_of(node.no)
        if yes.type and no.type and not _alike(yes, no):
            self._report(node.no.at, "K303", f"`then` gives a {yes.type}, `else` a {no.type}")
        return yes

    def _name(self, node: tree.Word | tree.Name) -> Shape:
        if isinstance(node, tree.Word):
            if node.value == "today":
                return DATE
            if node.value == "stage":
                return Shape(type="choice", values=self._scope.stages())
            self._report(node.at, "K302", f"`{node.value}` alone means nothing here")
            return ANY
        try:
            scope = self._scope.outside() if node.of_asker else self._scope
            return scope.shape_of(node.path)
        except UnknownNameError as error:
            self._report(node.at, "K302", str(error))
            return ANY

    def _compare(self, left: Expression, right: Expression, operator: str) -> None:
        if self._is_value(left) and not self._is_value(right):
            left, right = right, left
        shape = self.type_of(left)
        if self._is_value(right) and not shape.type:
            return  # the left side was reported already
        self.check(right, shape)
        if operator not in ("=", "!=") and shape.type not in ("", "date", *NUMERIC):
            self._report(left.at, "K303", f"a {shape.type} has no order; compare it with `=`")

    @staticmethod
    def _is_value(node: Expression) -> bool:
        word = isinstance(node, tree.Word) and node.value not in ("stage", "today")
        return word or isinstance(node, tree.Text)

    def _word(self, word: tree.Word | tree.Text, shape: Shape) -> None:
        """Check that `word` is a value of a choice."""
        if isinstance(word, tree.Word) and not self._is_value(word):
            self._expect(self._name(word), shape, word)
        elif shape.values and word.value not in shape.values:
            hint = did_you_mean(word.value, shape.values) or f": {', '.join(shape.values)}"
            self._report(word.at, "K302", f"`{word.value}` is not one of its values{hint}")

    def _expect(self, found: Shape, wanted: Shape, node: Expression) -> None:
        if not found.type or not wanted.type:
            return
        if found.type == "choice" and wanted.type == "choice" and wanted.values:
            alien = [value for value in found.values if value not in wanted.values]
            if alien:
                self._report(node.at, "K303", f"its value `{alien[0]}` is not accepted here")
        elif not _alike(found, wanted) and not isinstance(node, tree.Number):
            self._report(node.at, "K303", f"a {wanted.type} stands here, not a {found.type}")
        elif isinstance(node, tree.Number) and wanted.type not in NUMERIC:
            self._report(node.at, "K303", f"a {wanted.type} stands here, not a number")


def _alike(one: Shape, other: Shape) -> bool:
    """Tell whether values of the two types can be compared."""
    if one.type in NUMERIC and other.type in NUMERIC:
        return (one.type == "money") == (other.type == "money")
    if one.type in _WORDS and other.type in _WORDS:
        return True
    return one.type == other.type
