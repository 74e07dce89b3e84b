from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.http import Downloads
from lambda_ci.errors import BuildError
from lambda_ci.main import SystemClock
from tests.fakes.index import Fault, Index, Other, Redirect, Reset, Slow, Status, Truncated
from tests.fakes.quiet import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.console import Clock

NAME = "demo-1.0-py3-none-any.whl"
CONTENT = bytes(range(256)) * 4096
CLEAN: Mapping[str, str] = {}


@dataclass
class Memory:
    """A sink that keeps it all."""

    content: bytearray = field(default_factory=bytearray)
    attempts: int = 0
    pieces: list[int] = field(default_factory=list)

    def restart(self) -> None:
        self.attempts += 1
        self.content.clear()

    def write(self, data: bytes) -> None:
        self.content += data
        self.pieces.append(len(data))


@pytest.fixture
def index() -> Iterator[Index]:
    with Index() as running:
        running.files[NAME] = CONTENT
        yield running


def _get(
    url: str, *, clock: Clock | None = None, total: float = 60, credentials: tuple[str, str] | None = None
) -> Memory:
    memory = Memory()
    with Downloads(environ=CLEAN, clock=clock or FakeClock(), total=total) as downloads:
        downloads.get(url, memory, credentials=credentials)
    return memory


def test_a_file_arrives_as_it_is(index: Index) -> None:
    assert _get(index.url(NAME)).content == CONTENT


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 65_537, 262_143, 262_144, 262_145, 524_288])
def test_a_file_of_any_size_arrives_whole(index: Index, size: int) -> None:
    index.files[NAME] = CONTENT[:size]
    assert _get(index.url(NAME)).content == CONTENT[:size]


def test_what_trickles_is_handed_on_as_it_comes(index: Index) -> None:
    """So that whoever takes it can end a download that nobody waits for any more."""
    index.files[NAME] = CONTENT[:5000]
    index.fail(NAME, Slow(size=1000, pause=0.02))
    memory = _get(index.url(NAME))
    assert memory.content == CONTENT[:5000]
    assert max(memory.pieces) <= 2000


@pytest.mark.parametrize(
    "faults",
    [
        (Status(500), Status(503)),
        (Status(429),),
        (Truncated(1000),),
        (Truncated(0),),
        (Reset(),),
        (Reset(100_000),),
        (Status(502), Truncated(5), Reset(5)),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again_from_the_start(index: Index, faults: tuple[Fault, ...]) -> None:
    index.fail(NAME, *faults)
    memory = _get(index.url(NAME))
    assert memory.content == CONTENT
    assert memory.attempts == len(faults) + 1


def test_pauses_grow(index: Index) -> None:
    index.fail(NAME, *[Status(500)] * 4)
    clock = FakeClock()
    _get(index.url(NAME), clock=clock)
    assert clock.now == pytest.approx(0.5 + 1 + 2 + 4)


def test_retry_after_is_honoured_in_seconds_and_as_a_date(index: Index) -> None:
    clock = FakeClock()
    index.fail(NAME, Status(429, {"Retry-After": "7"}))
    _get(index.url(NAME), clock=clock)
    assert clock.now == pytest.approx(7)
    index.fail(NAME, Status(503, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}))
    _get(index.url(NAME), clock=clock, total=1000)
    assert clock.now == pytest.approx(7 + 60)


def test_nonsense_in_retry_after_is_ignored(index: Index) -> None:
    clock = FakeClock()
    index.fail(NAME, Status(429, {"Retry-After": "soon"}), Status(429, {"Retry-After": "-5"}))
    assert _get(index.url(NAME), clock=clock).content == CONTENT


def test_after_five_attempts_it_gives_up_and_says_why(index: Index) -> None:
    index.fail(NAME, *[Status(500)] * 9)
    with pytest.raises(BuildError, match="gave up after 5 attempts") as caught:
        _get(index.url(NAME))
    assert "HTTP 500" in caught.value.why


def test_no_pause_goes_beyond_the_deadline(index: Index) -> None:
    index.fail(NAME, *[Status(500, {"Retry-After": "50"})] * 9)
    clock = FakeClock()
    with pytest.raises(BuildError, match="gave up after 2 attempts"):
        _get(index.url(NAME), clock=clock, total=60)
    assert clock.now <= 60


@pytest.mark.parametrize(
    ("status", "words"), [(401, "credentials"), (403, "credentials"), (404, "gone"), (410, "gone")]
)
def test_a_refusal_is_not_tried_again(index: Index, status: int, words: str) -> None:
    index.fail(NAME, Status(status))
    with pytest.raises(BuildError, match=NAME) as caught:
        _get(index.url(NAME))
    assert f"{status}" in caught.value.why
    assert words in caught.value.why
    assert len(index.requests) == 1


def test_redirects_are_followed(index: Index) -> None:
    index.files["other.whl"] = CONTENT
    index.fail(NAME, Redirect(index.url("other.whl")))
    assert _get(index.url(NAME)).content == CONTENT


def test_redirects_in_a_circle_end(index: Index) -> None:
    index.fail(NAME, *[Redirect(index.url(NAME))] * 50)
    with pytest.raises(BuildError, match="cannot fetch"):
        _get(index.url(NAME))


def test_a_server_that_trickles_is_left_at_the_deadline(index: Index) -> None:
    index.fail(NAME, Slow(size=10, pause=0.05))
    with pytest.raises(BuildError, match="took longer than"):
        _get(index.url(NAME), clock=SystemClock(), total=0.3)


def test_an_address_that_nobody_answers_is_named_without_its_credentials() -> None:
    with pytest.raises(BuildError, match="gave up") as caught:
        _get("http://joe:secret@127.0.0.1:1/x.whl?token=hidden")
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


@pytest.mark.parametrize("url", ["http://", "http://[broken/x.whl", "http://exa mple/x.whl", "http://\u2603\x00/x"])
def test_an_address_that_is_none_is_a_clear_error(url: str) -> None:
    with pytest.raises(BuildError):
        _get(url)


def test_credentials_are_given_from_the_address_or_from_the_index() -> None:
    with Index(credentials="joe:s%cret") as index:
        index.files[NAME] = CONTENT
        assert _get(f"http://joe:s%25cret@{index.address}/files/{NAME}").content == CONTENT
        assert _get(index.url(NAME), credentials=("joe", "s%cret")).content == CONTENT
        with pytest.raises(BuildError, match="cannot fetch") as caught:
            _get(f"http://joe:wr0ng@{index.address}/files/{NAME}")
    assert "wr0ng" not in str(caught.value)


def test_what_is_announced_as_another_encoding_is_left_as_it_is(index: Index) -> None:
    index.fail(NAME, Other(b"plain"))
    assert _get(index.url(NAME)).content == b"plain"


def test_a_certificate_authority_that_is_no_file_is_a_clear_error(tmp_path: Path) -> None:
    memory = Memory()
    environ = {"SSL_CERT_FILE": str(tmp_path / "nowhere.pem")}
    with Downloads(environ=environ, clock=FakeClock()) as downloads, pytest.raises(BuildError, match=r"nowhere\.pem"):
        downloads.get("https://127.0.0.1:1/x.whl", memory)


def test_netrc_is_read(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login joe password s3cret\n")
    script = (
        "import sys\nfrom lambda_ci.adapters.http import Downloads\nfrom tests.fakes.quiet import FakeClock\n"
        "class Sink:\n    restart = lambda self: None\n    write = lambda self, data: print(len(data))\n"
        "Downloads(environ={}, clock=FakeClock()).get(sys.argv[1], Sink())\n"
    )
    with Index(credentials="joe:s3cret") as index:
        index.files[NAME] = b"12345"
        environ = {"PYTHONPATH": ":".join(sys.path), "NETRC": str(tmp_path / "netrc")}
        command = [sys.executable, "-c", script, index.url(NAME)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("5\n", "")
