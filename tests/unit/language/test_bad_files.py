"""Files that are no policy: one line for each problem, whatever the bytes."""

from pathlib import Path

import pytest

from kamflow.errors import PolicyError
from kamflow.language.load import load_pack
from kamflow.language.loaded import MAX_BYTES
from kamflow.runtime.packs import check_policy, read_policy
from tests.builders import problems


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / "rules" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_over_a_megabyte_is_not_read() -> None:
    assert problems(b"#" * (MAX_BYTES + 1)) == [
        "rules/1.yaml:1:1: K101 the file has more than 1,000,000 bytes; split it"
    ]


def test_a_file_of_fifty_megabytes_is_told_from_its_beginning(tmp_path: Path) -> None:
    path = written(tmp_path, "huge.yaml", b"")
    with path.open("wb") as file:
        file.truncate(50_000_000)

    found = [str(item) for item in check_policy(tmp_path).diagnostics]

    assert f"{path}:1:1: K101 the file has more than 1,000,000 bytes; split it" in found


def test_bytes_that_are_not_utf_8_are_pointed_at() -> None:
    assert problems(b"facts:\n  account: # caf\xe9\n") == [
        "rules/1.yaml:2:17: K102 this byte is not UTF-8; save the file as UTF-8"
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_not_guessed(encoding: str) -> None:
    (problem,) = problems("facts: {}".encode(encoding))

    assert problem.startswith("rules/1.yaml:1:1: K102")


def test_a_byte_order_mark_is_let_pass() -> None:
    assert problems("\ufeffroles: {kam: {who: manager}}") == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("facts: [\n", "2:1: K103 not YAML: did not find expected node content"),
        ("a: b: c\n", "1:5: K103 not YAML: mapping values are not allowed in this context"),
        ("a:\n\tb: 1\n", "2:1: K103 not YAML: indent with spaces, not with tabs"),
        ("facts: {}\n---\nfacts: {}\n", "2:1: K103 one file is one document; leave out the `---`"),
        ("facts: !x {}\n", "1:8: K104 leave out the tag `!x`: tags are not accepted"),
        ("facts: \x07\n", "1:8: K103 not YAML: the character U+0007 is not accepted"),
        ("roles: {}\nfacts: \x00", "2:8: K103 not YAML: the character U+0000 is not accepted"),
        ("- facts\n", "1:1: K205 a policy file is a mapping of sections, such as `facts:`"),
        ("facts", "1:1: K205 a policy file is a mapping of sections, such as `facts:`"),
        ("? [a, b]\n: c\n", "1:3: K205 a key is a word"),
        ("roles: {}\nroles: {}\n", "2:1: K204 `roles` is given twice here"),
        ("roles:\n  a: {who: x, who: y}\n", "2:15: K204 `who` is given twice here"),
    ],
)
def test_what_is_no_policy_file_is_pointed_at(content: str, problem: str) -> None:
    assert problems(content.encode()) == [f"rules/1.yaml:{problem}"]


@pytest.mark.parametrize("content", [b"", b"# nothing yet\n", b"\n\n"])
def test_a_file_that_says_nothing_is_no_problem(content: bytes) -> None:
    assert problems(content.decode()) == []


def test_anchors_that_explode_are_refused_before_they_do() -> None:
    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert problems(laughs.encode()) == [
        "rules/1.yaml:1:4: K104 write the value out: `&` and `*` are not accepted"
    ]


@pytest.mark.parametrize(
    "content",
    [
        "a: " + "[" * 100_000,
        "a: " + "{a: " * 100_000,
        "a:\n" + "".join(f"{'  ' * depth}a:\n" for depth in range(1, 200)),
    ],
    ids=["lists", "mappings", "indents"],
)
def test_files_nested_without_end_are_refused_before_the_end(content: str) -> None:
    (problem,) = problems(content.encode())

    assert "K105 nested more than 40 deep" in problem


def test_tags_make_no_objects() -> None:
    (problem,) = problems("roles: !!python/object/apply:os.system {kam: {who: manager}}")

    assert problem.startswith("rules/1.yaml:1:8: K104 leave out the tag `tag:yaml.org,2002:python/")


def test_a_folder_without_policy_files_says_so(tmp_path: Path) -> None:
    found = [str(item) for item in check_policy(tmp_path).diagnostics]

    assert found == [
        f"{tmp_path}:1:1: K106 `{tmp_path}` holds no `*.yaml` under `workflows/` or `rules/`"
    ]


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    (problem,) = check_policy(tmp_path / "missing").diagnostics

    assert problem.code == "K106"


def test_a_link_that_leads_nowhere_is_a_problem_of_the_pack(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    link = tmp_path / "rules" / "facts.yaml"
    link.symlink_to("gone.yaml")

    found = [str(item) for item in check_policy(tmp_path).diagnostics]

    what = "K106 the link leads to `gone.yaml`, which is not there; correct or remove it"
    assert found == [f"{link.as_posix()}:1:1: {what}"]


def test_a_folder_called_like_a_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "rules" / "old.yaml").mkdir(parents=True)

    (problem,) = check_policy(tmp_path).diagnostics

    assert problem.code == "K106"


def test_files_in_folders_below_are_read_too(tmp_path: Path) -> None:
    path = written(tmp_path, "sub/deep/x.yaml", b"fcts: {}\n")

    found = [str(item) for item in check_policy(tmp_path).diagnostics]

    assert f"{path}:1:1: K201 there is no section `fcts`; did you mean `facts`?" in found


def test_a_pack_without_a_head_or_a_workflow_says_so() -> None:
    found = [str(item) for item in load_pack({"rules/x.yaml": b"roles: {}"}).diagnostics]

    assert found == [
        "rules/x.yaml:1:1: K202 no file has the section `pack`",
        "workflows:1:1: K405 the pack has no workflow; add one under `workflows/`",
    ]


def test_reading_a_policy_with_problems_raises_all_of_them(tmp_path: Path) -> None:
    written(tmp_path, "x.yaml", b"fcts: {}\nrols: {}\n")

    with pytest.raises(PolicyError) as caught:
        read_policy(tmp_path)

    assert len(caught.value.diagnostics) == 4
    assert "did you mean `facts`?" in str(caught.value)
