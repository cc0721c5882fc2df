"""What a key of an environment file is called by Terraform or by AWS: tools/aws_names.toml.

A name is one of:

- `aws_wafv2_web_acl.rule.action`: a resource of the AWS provider, its blocks and its argument.
- `rate_based_statement.limit`: the same, inside of `aws_wafv2_web_acl.rule.statement`.
- `provider.aws.region`, `terraform.backend.s3.bucket`, `import.id`: Terraform's own blocks.
- `API wafv2 DescribeManagedRuleGroup.Capacity`: a member of an operation, where Terraform has no argument for it.
- `IAM aws:SourceIp`: an element or a condition key of a policy.
- `header Retry-After`: an HTTP header, and `gateway response THROTTLED` one of API Gateway's own answers.
"""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")

NONE = "Spillway's own"
"""In place of a name: AWS has no counterpart."""

Names = dict[str, dict[str, list[str]]]


@cache
def aws_names() -> Names:
    """The names of each key, by the name of its type in the schema; `File` is the file itself."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
