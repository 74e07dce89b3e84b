from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.affected.decision import Tree, Watch, decide

ROOT = Path("/repo")
names = st.sampled_from(["a", "b", "ab", "a b", "ü", "a.py"])
places = st.lists(names, min_size=1, max_size=4).map(lambda parts: ROOT.joinpath(*parts))


@given(st.sets(places), places)
def test_a_tree_is_touched_by_exactly_what_is_in_it_or_is_it(changed: set[Path], folder: Path) -> None:
    watch = Watch(name="one", trees=[Tree(folder=folder)])
    found = decide([watch], changed, root=ROOT)
    assert bool(found) == any(path == folder or folder in path.parents for path in changed)


@given(st.sets(places), places)
def test_a_file_is_touched_only_by_itself(changed: set[Path], file: Path) -> None:
    watch = Watch(name="one", files=frozenset({file}))
    assert bool(decide([watch], changed, root=ROOT)) == (file in changed)


@given(st.sets(places), st.sets(places), places)
def test_more_changes_never_affect_fewer(changed: set[Path], more: set[Path], folder: Path) -> None:
    watches = [Watch(name="one", trees=[Tree(folder=folder)]), Watch(name="two", files=frozenset({folder}))]
    assert decide(watches, changed, root=ROOT).keys() <= decide(watches, changed | more, root=ROOT).keys()


@given(st.sets(places), places, places)
def test_what_is_kept_out_affects_nobody(changed: set[Path], folder: Path, output: Path) -> None:
    watch = Watch(name="one", trees=[Tree(folder=folder)])
    outside = {path for path in changed if path != output and output not in path.parents}
    assert decide([watch], changed, root=ROOT, keep_out=[output]) == decide([watch], outside, root=ROOT)


def test_what_does_not_count_in_a_tree_affects_nobody() -> None:
    watch = Watch(name="one", trees=[Tree(folder=ROOT / "src", counts=lambda path: path.endswith(".py"))])
    assert decide([watch], [ROOT / "src/notes.md"], root=ROOT) == {}
    assert decide([watch], [ROOT / "src/sub/app.py"], root=ROOT) == {"one": ("src/sub/app.py changed",)}


def test_given_reasons_stand_first_and_long_lists_are_cut() -> None:
    watch = Watch(name="one", trees=[Tree(folder=ROOT)], given=("it is new",))
    reasons = decide([watch], [ROOT / f"{number}.py" for number in range(9)], root=ROOT)["one"]
    assert reasons[0] == "it is new"
    assert reasons[1:] == (*(f"{number}.py changed" for number in range(5)), "4 more files changed")


def test_the_order_of_the_functions_is_kept() -> None:
    watches = [Watch(name=name, trees=[Tree(folder=ROOT)]) for name in ("z", "a")]
    assert list(decide(watches, [ROOT / "x"], root=ROOT)) == ["z", "a"]
