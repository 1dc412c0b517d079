"""Deploying Streamarr Invites: `make deploy STAGE=prod` and its relatives (docs/operations.md)."""
