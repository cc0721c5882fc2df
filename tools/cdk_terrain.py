"""What moving the project from CDKTF to CDK Terrain changes in its files: one table. docs/cdk-terrain.md

`python -m tools.cdk_terrain` does it, for good, to the working copy.
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
"""What those bindings are made for; CDKTF's are for 6.25.0."""


COMMANDS = ("deploy", "destroy", "diff", "list", "output", "synth")
"""Of the command line, those that people and workflows call. They have the same names in both."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, what to put in its place, and in which files (by the end of their path)."""

    pattern: str
    replacement: str
    files: tuple[str, ...] = (".py", ".cjs")


RULES = (
    # The Python packages, by the names that are imported, and as they are required.
    Rule(r"\bcdktf_cdktf_provider_aws\b", "cdktn_provider_aws"),
    Rule(r"\b(from|import) cdktf\b", r"\1 cdktn"),
    Rule(r'^cdktf-cdktf-provider-aws = ".*"$', f'cdktn-provider-aws = "=={CDKTN_PROVIDER_AWS}"', ("Pipfile",)),
    Rule(r'^cdktf = ".*"$', f'cdktn = "=={CDKTN}"', ("Pipfile",)),
    Rule(r'^constructs = ".*"$', 'constructs = ">=10.6,<10.8"', ("Pipfile",)),
    # The same provider as jsii's Node process finds it.
    Rule(r"@cdktf/provider-aws\b", "@cdktn/provider-aws"),
    Rule(r"'@cdktf', 'provider-aws'", "'@cdktn', 'provider-aws'"),
    # The command line.
    Rule(r'"cdktf"', '"cdktn"'),
    Rule(rf"\bcdktf ({'|'.join(COMMANDS)})\b", r"cdktn \1", (".py", ".md", ".json", ".yml", "Makefile")),
    Rule(r'"cdktf-cli": ".*"', f'"cdktn-cli": "{CDKTN}"', ("package.json",)),
    # The AWS provider that the JSON asks for: its version, and how the bindings spell its address.
    Rule(r"^BINDINGS = \(6, 25, 0\)$", f"BINDINGS = ({AWS_PROVIDER.replace('.', ', ')})"),
    Rule(r'(version"\]? ?(?::|==) )"6\.25\.0"', rf'\1"{AWS_PROVIDER}"', (".py", ".json")),
    Rule(r'(source"\]? ?(?::|==) )"aws"', r'\1"hashicorp/aws"', (".py", ".json")),
)

# The table itself would be rewritten too, and the page tells of both.
KEPT = frozenset({"tools/cdk_terrain.py", "docs/cdk-terrain.md"})

METADATA: frozenset[tuple[str, ...]] = frozenset(
    {
        ("//", "metadata", "version"),
        ("terraform", "required_providers", "aws", "version"),
        ("terraform", "required_providers", "aws", "source"),
    }
)
"""Where the synthesized JSON may differ. `aws` and `hashicorp/aws` are one address to Terraform:
https://developer.hashicorp.com/terraform/language/providers/requirements#source-addresses, read 2026-11."""


def rewrite(root: Path, file: str) -> set[Rule]:
    """Rewrite one file of the project, and return the rules that did something."""
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
    """The project's files as git would take them."""
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
