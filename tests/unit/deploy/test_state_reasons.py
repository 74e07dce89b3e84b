from __future__ import annotations

import pytest

from lambda_ci.deploy.writes.state_reasons import reason_advice


@pytest.mark.parametrize("reason", ["", "The function is being created.", "odd (Unknown)", "(", "x (ImageDeleted) y"])
def test_a_reason_that_speaks_for_itself_gets_no_advice(reason: str) -> None:
    assert reason_advice(reason) == ("", "")


def test_a_code_at_the_end_is_known() -> None:
    why, fix = reason_advice("Image is invalid (InvalidImage)")
    assert "10 GB" in why
    assert "--provenance=false" in fix
