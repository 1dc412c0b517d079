"""docs/product.md promises words and messages; here they are looked for in the contract and in the code."""

import re

from local import openapi
from local.run import ROOT

PAGE = (ROOT / "docs/product.md").read_text(encoding="utf-8")
SCHEMAS = openapi.contract()["components"]["schemas"]


def _code():
    sources = [*(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "chalicelib").rglob("*.json")]
    return "\n".join(source.read_text(encoding="utf-8") for source in sources)


def _section(heading):
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _first_cells(section):
    return re.findall(r"^\| `(\w+)`", section, re.MULTILINE)


def test_every_message_on_the_page_is_in_the_code():
    rows = re.findall(r"^\| `(\w+)` \| \d{3} \| (.+) \|$", _section("Messages"), re.MULTILINE)
    code = _code()
    assert len(rows) > 10
    assert {name for name, _ in rows} <= set(SCHEMAS["RefusalCode"]["enum"])
    assert [message for _, message in rows if message not in code] == []


def test_every_reason_on_the_page_is_in_the_code():
    reasons = _first_cells(_section("Provisioning").split("### Reasons")[1])
    code = _code()
    assert len(reasons) > 10
    assert [reason for reason in reasons if f'"{reason}"' not in code] == []


def test_the_page_names_every_status_state_permission_and_setting():
    statuses = re.findall(r"^\d\. \*\*(\w+)\*\*", _section("Invites").split("### Status")[1], re.MULTILINE)
    assert set(statuses) == set(SCHEMAS["InviteStatus"]["enum"])
    states = _first_cells(_section("Provisioning").split("### Reasons")[0])
    assert set(states) == set(SCHEMAS["RedemptionState"]["enum"])
    permissions = re.findall(r"`(\w+)`", _section("Permissions").split("New accounts")[0])
    assert set(permissions) == set(SCHEMAS["Permission"]["enum"])
    assert set(_first_cells(_section("Settings"))) == set(SCHEMAS["Settings"]["properties"]) - {"version"}
