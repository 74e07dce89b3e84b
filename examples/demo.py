"""What ``make demo`` runs: the life of one function, examples/api, against the embedded AWS on this machine.

Every command is printed before it runs, with what it is to show; afterwards its outcome is checked. Exit code 0 only if all of it
was as told. Works in .demo of the checkout (a copy of the example, a cache of its own), so nothing of yours is touched.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
PLACE = EXAMPLES.parent / ".demo"
PROJECT = PLACE / "api"
COMMAND = Path(sys.executable).with_name("lambda-ci")
HEALTH = '{"rawPath": "/health", "requestContext": {"http": {"method": "GET"}}}'
MINUTES = 10


class NotAsTold(Exception):
    """The demo showed something else than it said."""


def main() -> int:
    prepare()
    try:
        first_version()
        nothing_to_do()
        second_version()
        version_that_cannot_start()
        version_that_answers_wrongly()
        title("The end: stop the embedded AWS")
        lambda_ci("local", "stop")
    except NotAsTold as error:
        print(f"\n✗ not as told: {error}", file=sys.stderr)
        return 1
    finally:
        stop()
    print("\n✓ all as told: two versions went live, the two broken ones did not")
    return 0


def prepare() -> None:
    if not COMMAND.exists():
        sys.exit(f"{COMMAND} is missing: run `make demo`, which installs lambda-ci first")
    PLACE.mkdir(exist_ok=True)
    (PLACE / ".gitignore").write_text("*\n")
    shutil.rmtree(PROJECT, ignore_errors=True)
    shutil.copytree(EXAMPLES / "api", PROJECT, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    stop()
    print(f"A copy of examples/api is in {PROJECT}.")
    print("Its handler needs pydantic, orjson (compiled) and requests; its lambda-ci.yml has three smoke tests.")


def stop() -> None:
    """End an embedded AWS that an earlier or broken-off run left; quiet where there is none."""
    subprocess.run([COMMAND, "local", "stop"], check=False, env=environ(), capture_output=True, timeout=60)


def first_version() -> None:
    title("1. Look before you leap: check, build, plan")
    say("check reads the configuration, and neither builds nor asks anybody:")
    lambda_ci("check")
    say("build makes the deployment package out of wheels, without installing anything:")
    lambda_ci("build")
    demand((PROJECT / "dist" / "api.zip").stat().st_size > 1_000_000, "there is no package in dist/api.zip")
    say("building it again gives the same bytes:")
    demand(built() == built(), "two builds of the same source differ")
    say("plan shows what a deploy would do, and writes nothing. The function does not exist yet, so all of it is new:")
    lambda_ci("plan", "--local")
    demand(document("plan", "--local")["changed"] is True, "the plan of a new function has no changes")

    title("2. Version 1: deploy, smoke-test, release")
    say(
        "deploy creates the function, publishes version 1, runs the smoke tests on that version, then creates the alias `live`:"
    )
    lambda_ci("deploy", "--local")
    is_live(version="1", release="1")


def nothing_to_do() -> None:
    title("3. Deploy again: nothing changed, so nothing is written")
    lambda_ci("deploy", "--local")
    demand(document("plan", "--local")["changed"] is False, "the plan has changes although nothing was changed")
    is_live(version="1", release="1")


def second_version() -> None:
    title('4. Version 2: a changed handler (RELEASE = "2")')
    edit('RELEASE = "1"', 'RELEASE = "2"')
    say("Only the code differs; a version will be published for it, and the alias moved:")
    lambda_ci("plan", "--local")
    lambda_ci("deploy", "--local")
    is_live(version="2", release="2")


def version_that_cannot_start() -> None:
    title('5. A handler that cannot start (RELEASE = "3", with an import that requirements.txt does not have)')
    edit('RELEASE = "2"', 'import not_in_requirements\n\nRELEASE = "3"')
    say(
        "Before anything is written to AWS, the handler is imported from the finished package. Exit code 4 stops a pipeline:"
    )
    lambda_ci("deploy", "--local", code=4)
    say("AWS never saw it: there is no new version, and no new code that waits for one:")
    lambda_ci("status", "--local")
    demand(document("status", "--local")["functions"]["api"]["unpublished"] is False, "the broken code was uploaded")
    is_live(version="2", release="2")


def version_that_answers_wrongly() -> None:
    title('6. A handler that starts, and answers with status 500 (RELEASE = "4")')
    edit('import not_in_requirements\n\nRELEASE = "3"', 'RELEASE = "4"')
    edit('answer(200, {"status": "ok"', 'answer(500, {"status": "out of order"')
    say("It is published as version 3, fails its smoke tests, and the alias stays. Exit code 6 stops a pipeline:")
    lambda_ci("deploy", "--local", code=6)
    say("Callers never saw it:")
    lambda_ci("status", "--local")
    is_live(version="2", release="2")


def is_live(*, version: str, release: str) -> None:
    """The alias points at ``version``, and through it ``release`` answers."""
    say(f"Through the alias `live`, release {release} answers:")
    answer = output("invoke", "--local", "--payload", HEALTH)
    print(f"  {answer.strip()}")
    body = json.loads(json.loads(answer)["body"])
    demand(body == {"status": "ok", "release": release}, f"the answer is {body}")
    functions = document("status", "--local")["functions"]
    demand(
        functions["api"]["version"] == version, f"the alias is at version {functions['api']['version']}, not {version}"
    )


def built() -> str:
    """The SHA-256 of a new package."""
    digest = document("build")["functions"]["api"]["sha256"]
    print(f"  sha256 {digest}")
    return digest


def edit(old: str, new: str) -> None:
    """Change the handler as a developer would."""
    app = PROJECT / "src" / "app.py"
    app.write_text(app.read_text().replace(old, new))


def lambda_ci(*arguments: str, code: int = 0) -> None:
    """Show a command at work; it must end with ``code``."""
    echo(arguments)
    done = subprocess.run(
        [COMMAND, *arguments],
        check=False,
        cwd=PROJECT,
        env=environ(),
        stderr=subprocess.STDOUT,
        timeout=MINUTES * 60,
    )
    demand(done.returncode == code, f"exit code {done.returncode} instead of {code}")


def document(*arguments: str) -> dict:
    """What ``--json`` prints."""
    return json.loads(output(*arguments, "--json"))


def output(*arguments: str) -> str:
    """The standard output of a command that must succeed; what else it says is shown only where it does not."""
    echo(arguments)
    done = subprocess.run(
        [COMMAND, *arguments],
        check=False,
        cwd=PROJECT,
        env=environ(),
        capture_output=True,
        text=True,
        timeout=MINUTES * 60,
    )
    demand(done.returncode == 0, f"exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def environ() -> dict[str, str]:
    """The user's environment without what would lead elsewhere; the embedded AWS and the cache are the demo's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAMBDA_CI_", "AWS_", "INPUT_"))}
    return kept | {"LAMBDA_CI_CACHE": str(PLACE / "cache")}


def title(text: str) -> None:
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n=== {text}", flush=True)


def say(text: str) -> None:
    print(f"\n{text}", flush=True)


def echo(arguments: tuple[str, ...]) -> None:
    print(f"$ lambda-ci {shlex.join(arguments)}", flush=True)


def demand(fine: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not fine:
        raise NotAsTold(otherwise)


if __name__ == "__main__":
    sys.exit(main())
