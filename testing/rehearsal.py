"""A deployment as operators do it, to an AWS that enforces every role's policy, and people who then use it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import boto3
import httpx

from local.aws import CREDENTIALS, ROOT, free_port, ministack
from local.plex import demo
from testing.people import Stack

PACKAGED = ("app.py", "chalicelib", "requirements.txt", "infra", ".chalice")
UNVERIFIED = "unverified"
"""A file of that name beside the checkout: AWS has not verified the account for CloudFront."""
DNS = "dns"
"""A file of that name beside the checkout: domains that lead to CloudFront, though no zone in Route 53 has them."""
NOT_COPIED = shutil.ignore_patterns("__pycache__", "config.json", "generated", "deployed", "deployments")


class CloudFrontTransport(httpx.HTTPTransport):
    """Sends requests for CloudFront's names to the emulator, as if over TLS."""

    def __init__(self, endpoint: str, **options: Any) -> None:
        super().__init__(**options)
        self._endpoint = httpx.URL(endpoint)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = request.url.copy_with(scheme="http", host=self._endpoint.host, port=self._endpoint.port)
        headers = {**request.headers, "X-Forwarded-Proto": "https"}
        return super().handle_request(
            httpx.Request(request.method, there, headers=headers, stream=request.stream, extensions=request.extensions)
        )


class DeployedStack(Stack):
    """The stack as deployed: `admin` is the owner, once set up."""

    requested: ClassVar[set[tuple[str, str]]] = set()
    """Method and path of every request to any of these."""

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = CloudFrontTransport(self.running.endpoint, local_address=next(_addresses))
        base = f"{self.origin}/api"
        return self._clients.enter_context(
            httpx.Client(
                base_url=base,
                transport=transport,
                headers=headers,
                timeout=60,
                event_hooks={"request": [self._note]},
            )
        )

    def _note(self, request: httpx.Request) -> None:
        self.requested.add((request.method, request.url.path.removeprefix("/api")))


def _own_addresses() -> Iterator[str]:
    for number in range(2, 60000):
        yield f"127.2.{number // 250}.{number % 250 + 1}"


_addresses = _own_addresses()


@dataclass(frozen=True)
class Running:
    """What testing.people.Stack needs to know of a running product."""

    origin: str
    plex_url: str
    endpoint: str
    admin_token: str | None = None


@dataclass
class Rehearsal:
    """One checkout, one AWS, any number of stages."""

    project: Path
    endpoint: str
    plex_url: str
    uses_file: Path
    deployer: dict[str, str]
    """The credentials of a user who may do what infra/deployer-policy.json says, and nothing else."""

    def make(
        self,
        command: str,
        stage: str,
        *more: str,
        check: bool = True,
        given: str = "",
        environment: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """`python -m infra.deploy …`, as `make` runs it; `given` is its standard input."""
        arguments = (sys.executable, "-m", "infra.deploy", command, "--stage", stage, *more)
        done = self.run(*arguments, given=given, environment=environment)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    def run(
        self, *command: str, given: str = "", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.project,
            env=self.environment | (environment or {}),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PIP_INDEX_URL") if name in os.environ}
        kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        return {
            **kept,
            **CREDENTIALS,
            **self.deployer,
            "AWS_ENDPOINT_URL": self.endpoint,
            "PLEX_BASE_URL": self.plex_url,
        }

    def client(self, service: str, key: str = CREDENTIALS["AWS_ACCESS_KEY_ID"], secret: str | None = None) -> Any:
        """With all permissions, unless other credentials are given."""
        return boto3.client(  # type: ignore[call-overload]  # by name
            service,
            endpoint_url=self.endpoint,
            region_name=CREDENTIALS["AWS_REGION"],
            aws_access_key_id=key,
            aws_secret_access_key=secret or CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def past_cloudfront(self, api: str, path: str) -> httpx.Response:
        """Asked at API Gateway's own address."""
        return httpx.get(f"{self.endpoint}/restapis/{api}/api/_user_request_{path}", timeout=30)

    def tool(self, name: str) -> str:
        return str(Path(sys.executable).parent / name)

    def outputs(self, stage: str) -> dict[str, str]:
        stack = self.client("cloudformation").describe_stacks(StackName=f"streamarr-{stage}")["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def stack(self, stage: str, admin_token: str | None = None) -> DeployedStack:
        return DeployedStack(Running(self.outputs(stage)["SiteUrl"], self.plex_url, self.endpoint, admin_token))

    def uses(self) -> list[dict[str, str]]:
        """The permissions that roles used or lacked, in order. The line that is being written just now comes later."""
        written, _, _ = self.uses_file.read_text().rpartition("\n")
        return [json.loads(line) for line in written.splitlines()]


@contextmanager
def rehearsing(folder: Path) -> Iterator[Rehearsal]:
    """The emulator with AUTH=true, the Plex stand-in, and a copy of the checkout to deploy from."""
    project, uses = folder / "checkout", folder / "uses.jsonl"
    uses.touch()
    copy_checkout(project)
    with ExitStack() as parts:
        emulator = parts.enter_context(_emulator(folder, uses))
        plex_url = parts.enter_context(_plex(folder))
        yield Rehearsal(project, emulator, plex_url, uses, _hire(emulator))


def _hire(endpoint: str) -> dict[str, str]:
    """A user who may deploy."""
    iam = boto3.client(
        "iam",
        endpoint_url=endpoint,
        region_name=CREDENTIALS["AWS_REGION"],
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    iam.create_user(UserName="deployer")
    document = (ROOT / "infra" / "deployer-policy.json").read_text()
    policy = iam.create_policy(PolicyName="streamarr-deployer", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="deployer", PolicyArn=policy)
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def copy_checkout(project: Path) -> None:
    project.mkdir()
    for name in PACKAGED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=NOT_COPIED)
        else:
            shutil.copy(source, project / name)
    site = project / "frontend" / "dist"
    (site / "assets").mkdir(parents=True)
    (site / "index.html").write_text('<!doctype html><title>Streamarr</title><script src="/assets/a1.js"></script>')
    (site / "assets" / "a1.js").write_text("// the site")
    (site / "config.json").write_text('{"api": "/api"}')


@contextmanager
def _emulator(folder: Path, uses: Path) -> Iterator[str]:
    before = dict(os.environ)
    os.environ |= {
        "AUTH": "true",
        "MINISTACK_USES": str(uses),
        "MINISTACK_TTL_SECONDS": "0.5",
        "MINISTACK_UNVERIFIED": str(folder / UNVERIFIED),
        "MINISTACK_DNS": str(folder / DNS),
    }
    try:
        with ministack(port=free_port(), app="unused", log=folder / "ministack.log") as aws:
            yield aws.endpoint
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _plex(folder: Path) -> Iterator[str]:
    with (folder / "plex.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.plex", "--port", str(free_port())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            assert process.stdout
            yield process.stdout.readline().split(" on ")[-1].strip()
        finally:
            process.terminate()


def setup_token(said: str) -> str:
    found = re.search(r"Set-up token +(\S+)", said)
    assert found, said
    return found[1]


def become_owner(stack: DeployedStack, token: str) -> str:
    """Do the set-up as the owner does; gives the owner's session token."""
    owner = stack.client()
    started = owner.post("/setup", json={"setup_token": token})
    assert started.status_code == 201, started.text
    stack.plex.approve(started.json()["auth_url"], {"id": demo.OWNER.id})
    taken = owner.post(f"/setup/{started.json()['sign_in_id']}")
    assert taken.status_code == 200, taken.text
    owner.headers["Authorization"] = f"Bearer {taken.json()['token']}"
    chosen = owner.put("/setup/server", json={"machine_id": demo.MACHINE_ID})
    assert chosen.status_code == 202, chosen.text
    eventually(lambda: owner.get("/setup").json()["state"] == "done", seconds=20)
    version = owner.get("/settings").json()["version"]
    opened = owner.patch("/settings", json={"signup_enabled": True, "local_signin_enabled": True, "version": version})
    assert opened.status_code == 200, opened.text
    return str(taken.json()["token"])


def eventually(fact: Any, *, seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found
