"""Text that Terraform must not read."""


def literal(text: str) -> str:
    """`${` and `%{` open Terraform's templates, in JSON strings too; doubled, they are what they look like.

    Source: https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
    """
    return text.replace("${", "$${").replace("%{", "%%{")
