"""Calling another function without waiting for it."""

from chalicelib.aws import clients


def wake(name: str) -> None:
    """Have it run once, soon. AWS repeats the call for hours where it cannot."""
    clients.functions().invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
