"""A domain that is kept elsewhere leads to CloudFront only once the owner has changed it there."""

import pytest

from testing.rehearsal import DNS, setup_token

APP, DOMAIN = "streamarr-own", "invites.example.com"


@pytest.fixture
def at_home(rehearsal, deployed):
    """What `make deploy` says, of an app of its own with that domain."""
    made = rehearsal.client("acm").request_certificate(DomainName=DOMAIN)

    def deploy():
        parameters = (f"DomainName={DOMAIN}", f"CertificateArn={made['CertificateArn']}")
        return rehearsal.make("deploy", "dev", "--app", APP, *parameters).stdout

    yield deploy
    (rehearsal.project.parent / DNS).unlink(missing_ok=True)
    rehearsal.make("destroy", "dev", "--app", APP, "--data", "--yes", f"{APP}-dev")
    rehearsal.make("config", "prod")  # a checkout is configured for one app, and now again for that of the other tests


def test_it_is_told_where_the_domain_has_to_lead_and_with_what_to_set_up_before_the_smoke_test(rehearsal, at_home):
    said = at_home()
    (distribution,) = [
        each["DomainName"]
        for each in rehearsal.client("cloudfront").list_distributions()["DistributionList"]["Items"]
        if DOMAIN in each["Aliases"].get("Items", [])
    ]
    before, _, after = said.partition("7/7 Smoke test")
    assert f"{DOMAIN}  CNAME  {distribution}" in before
    assert setup_token(before)
    assert f"https://{DOMAIN}/set-up" in before
    assert "it reads its database" in after

    (rehearsal.project.parent / DNS).write_text(DOMAIN)
    again = at_home()
    assert "CNAME" not in again
    assert setup_token(again) != setup_token(said)


def test_another_default_region_makes_no_second_stage(rehearsal, deployed):
    elsewhere = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}
    refused = rehearsal.make("deploy", "prod", check=False, environment=elsewhere)
    assert refused.returncode == 1
    assert "Set AWS_DEFAULT_REGION=us-east-1" in refused.stdout


def test_the_api_answers_nobody_who_does_not_come_through_cloudfront(rehearsal, stage):
    """Neither its routes nor its pages."""
    for path in ("/auth/me", "/signup/SmokeTest0", "/signup", "/health"):
        answer = rehearsal.past_cloudfront(stage.outputs["ApiId"], path)
        assert answer.status_code == 403, path
        assert "WrongAddress" in answer.text or "text/html" in answer.headers["Content-Type"], path
