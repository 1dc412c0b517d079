"""What the operator is told before the smoke test, which may have to wait for a change of their DNS."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from infra.deploy.installation import say
from infra.deploy.smoke import Site


def at_cloudfront(outputs: Mapping[str, str]) -> Site:
    """The site at CloudFront's own name, which is there whatever the DNS of an own domain says."""
    return Site(f"https://{outputs['DistributionDomain']}")


def announce(outputs: Mapping[str, str], setup_token: str | None) -> None:
    """The address, what the domain has to point to, and the set-up token, which is shown this once."""
    url, distribution = outputs["SiteUrl"], outputs["DistributionDomain"]
    say(f"\n  Address       {url}")
    if not leads_there(outputs):
        domain = urlsplit(url).netloc
        say(f"  Domain        {domain} does not lead to CloudFront yet. Make this record, where your domain is kept:")
        say(f"                {domain}  CNAME  {distribution}")
        say(f"                Until then the site answers at https://{distribution} only.")
    if setup_token:
        say(f"  Set-up token  {setup_token}")
        say(f"                Open {url}/set-up#token={setup_token}; it is shown this once.")
    say()


def leads_there(outputs: Mapping[str, str]) -> bool:
    """Whether the site answers at its address. CloudFront's own needs no DNS of the owner's."""
    url = outputs["SiteUrl"]
    return urlsplit(url).netloc == outputs["DistributionDomain"] or Site(url).answers()
