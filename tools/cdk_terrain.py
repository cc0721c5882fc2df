"""Moves the project from CDKTF to CDK Terrain with one table of changes. docs/cdk-terrain.md

`python -m tools.cdk_terrain` permanently changes the working copy.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import typer

ROOT = Path(__file__).parent.parent

CDKTN = "0.24.0"
CDKTN_PROVIDER_AWS = "25.8.1"
AWS_PROVIDER = "6.69.1"
"""The provider version of those bindings; CDKTF's are for 6.25.0."""


COMMANDS = ("deploy", "destroy", "diff", "list", "output", "synth")
"""Commands of the CLI that people and workflows call. They have the same names in both."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, its replacement, and the files it applies to, by the end of their path."""

    pattern: str
    replacement: str
    files: tuple[str, ...] = (".py", ".cjs")


RULES = (
    # The Python packages: import names and requirements.
    Rule(r"\bcdktf_cdktf_provider_aws\b", "cdktn_provider_aws"),
    Rule(r"\b(from|import) cdktf\b", r"\1 cdktn"),
    Rule(r"\bcdktf\.(?=[A-Z])", "cdktn."),
    Rule(r'^cdktf-cdktf-provider-aws = ".*"$', f'cdktn-provider-aws = "=={CDKTN_PROVIDER_AWS}"', ("Pipfile",)),
    Rule(r'^cdktf = ".*"$', f'cdktn = "=={CDKTN}"', ("Pipfile",)),
    Rule(r'^constructs = ".*"$', 'constructs = ">=10.6,<10.8"', ("Pipfile",)),
    # The same provider, where jsii's Node process looks for it.
    Rule(r"@cdktf/provider-aws\b", "@cdktn/provider-aws"),
    Rule(r"'@cdktf', 'provider-aws'", "'@cdktn', 'provider-aws'"),
    # The command line.
    Rule(r'"cdktf"', '"cdktn"'),
    Rule(rf"\bcdktf ({'|'.join(COMMANDS)})\b", r"cdktn \1", (".py", ".md", ".json", ".yml", "Makefile")),
    Rule(r'"cdktf-cli": ".*"', f'"cdktn-cli": "{CDKTN}"', ("package.json",)),
    # The AWS provider in the JSON: its version, and how the bindings write its address.
    Rule(r"^BINDINGS = \(6, 25, 0\)$", f"BINDINGS = ({AWS_PROVIDER.replace('.', ', ')})"),
    Rule(r'(version"\]? ?(?::|==) )"6\.25\.0"', rf'\1"{AWS_PROVIDER}"', (".py", ".json")),
    Rule(r'(source"\]? ?(?::|==) )"aws"', r'\1"hashicorp/aws"', (".py", ".json")),
)

# The table itself and the page that describes both would be rewritten too.
KEPT = frozenset({"tools/cdk_terrain.py", "docs/cdk-terrain.md"})

METADATA: frozenset[tuple[str, ...]] = frozenset(
    {
        ("//", "metadata", "version"),
        ("terraform", "required_providers", "aws", "version"),
        ("terraform", "required_providers", "aws", "source"),
    }
)
"""Allowed differences in the synthesized JSON. `aws` and `hashicorp/aws` are the same address to Terraform:
https://developer.hashicorp.com/terraform/language/providers/requirements#source-addresses, read 2026-11."""


def rewrite(root: Path, file: str) -> set[Rule]:
    """Rewrite one file of the project, and return the rules that changed it."""
    path = root / file
    rules = [rule for rule in RULES if file.endswith(rule.files)]
    if file in KEPT or not rules:
        return set()
    text = path.read_text(encoding="utf-8")
    used = set()
    for rule in rules:
        text, count = re.subn(rule.pattern, rule.replacement, text, flags=re.MULTILINE)
        if count:
            used.add(rule)
    if used:
        path.write_text(text, encoding="utf-8")
    return used


def project_files() -> list[str]:
    """The project's files that git tracks or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607  # git, wherever it is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [file for file in listed.stdout.split("\0") if file and (ROOT / file).is_file()]


def main() -> None:
    """Move the working copy from CDKTF to CDK Terrain, for good."""
    for each in project_files():
        if rewrite(ROOT, each):
            print(each)


if __name__ == "__main__":
    typer.run(main)
