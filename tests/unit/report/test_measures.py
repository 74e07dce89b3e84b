import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.report import measures


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1_048_575, "1024.0 KiB"),
        (1_048_576, "1.0 MiB"),
        (262_144_000, "250.0 MiB"),
    ],
)
def test_sizes_are_in_the_units_of_awss_limits(count: int, text: str) -> None:
    assert measures.size(count) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0, "0.00 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
    ],
)
def test_durations_have_three_figures_at_most(duration: float, text: str) -> None:
    assert measures.seconds(duration) == text


@given(st.floats(min_value=0, max_value=1e6))
def test_no_duration_has_sixty_seconds(duration: float) -> None:
    assert "60" not in measures.seconds(duration).split("min ")[-1].split(".")[0].split(" ")[0]


def test_nouns_follow_their_number() -> None:
    assert [measures.number(count, "file") for count in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
