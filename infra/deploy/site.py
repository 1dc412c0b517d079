"""The admin site's files: what `npm run build` made, in the site's bucket, and CloudFront told of changes."""

import hashlib
import mimetypes
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.deploy.installation import DeploymentError, Installation

FOREVER = "public, max-age=31536000, immutable"
"""For files with names that change with their content."""


def upload(installation: Installation, outputs: Mapping[str, str]) -> int:
    """Bring the bucket to what frontend/dist holds; gives how many files changed. CloudFront hears when any did."""
    folder = installation.project / "frontend" / "dist"
    if not (folder / "index.html").is_file():
        raise DeploymentError(f"There is no site in {folder}: run `npm ci && npm run build` in frontend/.")
    s3, bucket = installation.client("s3"), outputs["SiteBucketName"]
    there = listed(s3, bucket)
    here = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
    changed = [name for name, file in here.items() if there.get(name) != _etag(file)]
    # The page comes last: it names the others.
    for name in sorted(changed, key=lambda name: name == "index.html"):
        s3.put_object(Bucket=bucket, Key=name, Body=here[name].read_bytes(), **_headers(name))
    obsolete = there.keys() - here.keys()
    for name in obsolete:
        s3.delete_object(Bucket=bucket, Key=name)
    if changed or obsolete:
        _invalidate(installation, outputs["DistributionId"])
    return len(changed) + len(obsolete)


def empty(installation: Installation, bucket: str) -> None:
    """Delete every object, as a bucket must be empty to be deleted. Nothing happens where there is none."""
    s3 = installation.client("s3")
    with suppress(s3.exceptions.NoSuchBucket):
        for name in listed(s3, bucket):
            s3.delete_object(Bucket=bucket, Key=name)


def listed(s3: Any, bucket: str) -> dict[str, str]:
    """The keys in a bucket, with their ETags."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {each["Key"]: each["ETag"].strip('"') for page in pages for each in page.get("Contents", [])}


def _etag(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def _headers(name: str) -> dict[str, str]:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind in {"application/json", "image/svg+xml"}
    return {
        "ContentType": f"{kind}; charset=utf-8" if text else kind,
        "CacheControl": FOREVER if name.startswith("assets/") else "no-cache",
    }


def _invalidate(installation: Installation, distribution: str) -> None:
    cloudfront = installation.client("cloudfront")
    made = cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": secrets.token_hex(16),
        },
    )
    cloudfront.get_waiter("invalidation_completed").wait(
        DistributionId=distribution, Id=made["Invalidation"]["Id"], WaiterConfig={"Delay": 5, "MaxAttempts": 120}
    )
