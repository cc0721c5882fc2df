"""The pattern of each setting in words, with an example, so that no refusal shows a regular expression.

A test walks the schema. It fails for a pattern that is not here, and for an example that does not match its pattern.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Spelling(NamedTuple):
    """`must be <words>, such as <example>`."""

    words: str
    example: str

    def __str__(self) -> str:
        return f"must be {self.words}, such as {self.example}"


_NAME = "letters, digits, _ and -"

SPELLINGS: Mapping[str, Spelling] = MappingProxyType(
    {
        # Regions, accounts, ARNs and ids of AWS.
        r"^[a-z]{2}(-[a-z]+)+-\d$": Spelling("the code of a Region", "us-east-1 or eu-west-3"),
        r"^\d{12}$": Spelling("12 digits, in quotes", "111122223333"),
        r"^[a-z0-9]{6,32}$": Spelling("an id as AWS makes it, 6 to 32 lower case letters and digits", "a1b2c3d4e5"),
        r"^[a-z0-9-]+(\.[a-z0-9-]+){1,2}[A-Za-z0-9.:-]*$": Spelling(
            "the id of a model or of a cross-Region inference profile", "us.anthropic.claude-sonnet-4-6"
        ),
        r"^vpce-[0-9a-f]+$": Spelling("the id of a VPC endpoint", "vpce-0a1b2c3d4e5f67890"),
        r"^vpc-[0-9a-f]+$": Spelling("the id of a VPC", "vpc-0a1b2c3d4e5f67890"),
        r"^subnet-[0-9a-f]+$": Spelling("the id of a subnet", "subnet-0a1b2c3d4e5f67890"),
        r"^sg-[0-9a-f]+$": Spelling("the id of a security group", "sg-0a1b2c3d4e5f67890"),
        r"^arn:aws[a-z-]*:[^\s]+$": Spelling("an ARN", "arn:aws:sqs:us-east-1:111122223333:jobs"),
        r"^arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]+$": Spelling(
            "the ARN of an IAM role", "arn:aws:iam::111122223333:role/deploy"
        ),
        r"^arn:aws[a-z-]*:iam::\d{12}:role/[^\s]+$": Spelling(
            "the ARN of an IAM role", "arn:aws:iam::111122223333:role/api-to-sqs"
        ),
        r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/\S+$": Spelling(
            "the ARN of a KMS key or alias", "arn:aws:kms:us-east-1:111122223333:alias/state"
        ),
        r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/.+$": Spelling(
            "the ARN of a Cognito user pool", "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_a1B2c3D4e"
        ),
        r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[a-z0-9-]+$": Spelling(
            "the ARN of a certificate in ACM",
            "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
        ),
        (
            r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:"
            r"[A-Za-z0-9_-]{1,64}(:(\$LATEST|[A-Za-z0-9_-]+))?$"
        ): Spelling(
            "the ARN of a Lambda function, of a version or of an alias",
            "arn:aws:lambda:us-east-1:111122223333:function:chat",
        ),
        r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer/(app|net)/[A-Za-z0-9/-]+$": Spelling(
            "the ARN of an Application or Network Load Balancer",
            "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/vllm/0123456789abcdef",
        ),
        r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/ipset/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}$": Spelling(
            "the ARN of a regional IP set of WAF, or a list of addresses",
            "arn:aws:wafv2:us-east-1:111122223333:regional/ipset/office/12345678-1234-1234-1234-123456789012",
        ),
        r"^[a-z0-9-]+:[A-Za-z]+$": Spelling("a service and one of its actions, without wildcards", "sqs:SendMessage"),
        # Names.
        r"^[A-Za-z0-9_-]{1,128}$": Spelling(f"1 to 128 {_NAME}", "llm-api"),
        r"^[A-Za-z0-9_-]{1,90}$": Spelling(f"1 to 90 {_NAME}", "llm-prod"),
        r"^[A-Za-z0-9_-]{1,40}$": Spelling(f"the name of a header, 1 to 40 {_NAME}", "x-team"),
        r"^[A-Za-z0-9_-]+$": Spelling(_NAME, "my-company"),
        r"^[A-Za-z][A-Za-z0-9_-]*$": Spelling(f"a letter, then {_NAME}; it is the file's name", "prod"),
        r"^[A-Za-z][A-Za-z0-9_-]{0,63}$": Spelling(f"a letter, then {_NAME}, at most 64 in all", "team-a"),
        r"^[a-z][a-z0-9_-]{0,31}$": Spelling(
            "a lower case letter, then lower case letters, digits, _ and -, at most 32 in all", "per-user"
        ),
        r"^[a-z][a-z0-9_]{0,127}$": Spelling(
            "a lower case letter, then lower case letters, digits and _, at most 128 in all", "users"
        ),
        r"^(NONE|AWS_IAM|[a-z][a-z0-9_]{0,127})$": Spelling(
            "NONE, AWS_IAM, or the name of an [authorizers.<name>] table of this file (keys that SDKs send as "
            '"Authorization: Bearer" need api.key_source = "BEARER" instead)',
            "users",
        ),
        r"^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$": Spelling(
            "the name of a SageMaker endpoint, at most 63 letters, digits and -", "llama-3"
        ),
        r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$": Spelling(
            "the name of an S3 bucket, 3 to 63 lower case letters, digits, . and -", "my-company-terraform-state"
        ),
        r"^[A-Za-z0-9]([A-Za-z0-9:_-]{0,253}[A-Za-z0-9])?$": Spelling(
            "letters, digits, :, _ and -, with a letter or digit at both ends", "team:llm"
        ),
        r"^[A-Za-z0-9_-]([A-Za-z0-9 _-]*[A-Za-z0-9_-])?$": Spelling(
            "letters, digits, _, - and inner spaces", "AI platform"
        ),
        r"^\S+$": Spelling("a name without spaces", "deploy"),
        r"^[A-Za-z0-9+=,.@_-]{2,64}$": Spelling("2 to 64 letters, digits and + = , . @ _ -", "spillway-ci"),
        r"^[A-Za-z0-9+=,.@:/_-]{2,1224}$": Spelling(
            "2 to 1,224 letters, digits and + = , . @ : / _ -", "spillway:prod"
        ),
        r"^[\w\-]{1,128}$": Spelling("the name of a rule of that group", "SizeRestrictions_BODY"),
        r"^[\w#:\.\-/]{1,64}$": Spelling("a version of the managed rule group", "Version_1.2"),
        r".*\S.*": Spelling("the name of a vendor", "AWS"),
        r"^[0-9A-Za-z_\-:]{1,1024}$": Spelling("a label of WAF", "awswaf:managed:aws:bot-control:bot:verified"),
        r"^[0-9A-Za-z_\-:]{1,1023}:$": Spelling(
            "the namespace of labels of WAF, with a colon at the end", "awswaf:managed:aws:bot-control:bot:"
        ),
        r"^aws_[a-z0-9_]+\.[a-z][a-z0-9_]*$": Spelling(
            "the Terraform address of a resource", "aws_api_gateway_rest_api.rest_api"
        ),
        r"^[^\s$%]+$": Spelling("an id as `terraform import` reads it, without spaces, $ and %", "a1b2c3d4e5"),
        r"^[A-Za-z0-9 _.:/=+@-]{1,128}$": Spelling("1 to 128 letters, digits, spaces and _ . : / = + @ -", "team"),
        r"^[A-Za-z0-9 _.:/=+@-]{0,256}$": Spelling(
            "at most 256 letters, digits, spaces and _ . : / = + @ -", "ai-platform"
        ),
        # Addresses.
        r"^https?://[^\s/]+$": Spelling("http:// or https:// and a host, without a path", "http://127.0.0.1:4566"),
        r"^https?://[^\s/{}?#']+(/[^\s?#']*)?$": Spelling(
            "a URL with http:// or https://, without ? # ' and spaces, and with {name} in its path only",
            "https://llm.example.com/v1/{proxy}",
        ),
        r"^(\*|https?://[A-Za-z0-9.-]+(:\d{1,5})?)$": Spelling(
            "* or the origin of a web page, http:// or https:// and a host, without a path", "https://app.example.com"
        ),
        r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$": Spelling(
            "a domain name in lower case, without https://", "api.example.com"
        ),
        r"^[A-Za-z0-9.-]+(:\d+)?$": Spelling("a host, without https://", "app.terraform.io"),
        r"^[A-Za-z0-9._-]+$": Spelling("one part of a path, without slashes", "v1"),
        r"^s3://[a-z0-9.-]{3,63}/.+\.pem$": Spelling("the S3 URI of a .pem file", "s3://my-bucket/clients.pem"),
        "^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$": Spelling("an email address", "oncall@example.com"),
        # Requests and answers.
        r"^[A-Za-z0-9-]{1,128}$": Spelling("the name of a header, 1 to 128 letters, digits and -", "X-Team"),
        r"^[a-zA-Z0-9-]{1,255}$": Spelling("the name of a header, 1 to 255 letters, digits and -", "X-Forwarded-For"),
        r"^[A-Za-z0-9_.-]{1,64}$": Spelling("the name of a header, 1 to 64 letters, digits, _ . and -", "Retry-After"),
        r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$": Spelling("the name of a header, at most 64 characters", "x-api-key"),
        r"^[\x21-\x7e]+$": Spelling("a name in ASCII, without spaces", "x-user-id"),
        r"^[ -&(-~]*$": Spelling("text in ASCII without ' and line breaks", "llm-team"),
        r"^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$": Spelling("a media type", "audio/mpeg"),
        r"^(header|querystring|path)\.[A-Za-z0-9._-]+$": Spelling(
            "header., querystring. or path. and a name", "header.X-Team"
        ),
        r"^(header|path|querystring)\.[^\s]+$": Spelling("header., path. or querystring. and a name", "path.id"),
        r"^method\.request\.header\.[A-Za-z0-9-]+$": Spelling(
            "method.request.header. and the name of a header", "method.request.header.Authorization"
        ),
        r"^(method\.request\.(header|querystring)|stageVariables|context)\.[A-Za-z0-9._-]+$": Spelling(
            "method.request.header., method.request.querystring., stageVariables. or context. and a name",
            "method.request.header.Authorization",
        ),
        # Functions, services, models.
        r"^[a-z0-9.]+$": Spelling("the identifier of a Lambda runtime", "python3.13 or nodejs24.x"),
        r"^[^\s]{1,128}$": Spelling("a file and a function in it, without spaces", "app.handler"),
        r"^[A-Za-z][A-Za-z0-9_]+$": Spelling("a letter, then letters, digits and _, at least 2 in all", "MODEL_URL"),
        r"^([a-z0-9-]+\.)?[a-z0-9-]+$": Spelling("a service as in its URI, in lower case", "sqs"),
        r"^[A-Za-z0-9&=?_-]+$": Spelling("an action of the service", "StartExecution"),
        r"^[^\s'$]+$": Spelling("a path of the service, without spaces, ' and $", "111122223333/jobs"),
        r"^\S{1,255}$": Spelling("the id of a model, without spaces", "gpt-4o"),
        r"^[^\s*]{1,255}\*?$": Spelling(
            "the id of a model, without spaces; a * at its end is for any ending", "gpt-4o*"
        ),
    }
)
