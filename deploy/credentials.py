"""Whether this machine has AWS credentials at all, before Terraform and its provider start."""

import json
from pathlib import Path

from deploy.cause import NO_CREDENTIALS, NO_PROFILE


def missing_credentials(stack: Path) -> str | None:
    """One line if the usual credential chain finds nothing for the provider of that stack, else None.

    It calls nothing but the metadata service of an instance, so it does not know whether AWS accepts them. None too if
    the stack does not need them: it is for an emulator, or the workspace of a `cloud` block has its own. None too for
    a profile with a `credential_process`, which may prompt: Terraform runs it.
    """
    configuration = json.loads((stack / "cdk.tf.json").read_text(encoding="utf-8"))
    provider = configuration["provider"]["aws"][0]
    if "access_key" in provider or "cloud" in configuration["terraform"]:
        return None
    # Half a second, which a deploy to an emulator does not need.
    from botocore.exceptions import BotoCoreError, ProfileNotFound  # noqa: PLC0415
    from botocore.session import Session  # noqa: PLC0415

    try:
        session = Session(profile=provider.get("profile"))
        if session.get_scoped_config().get("credential_process"):
            return None
        found = session.get_credentials()
    except ProfileNotFound as error:
        return _sentence(NO_PROFILE.replace("{of}", error.kwargs["profile"]))
    except BotoCoreError:
        # Terraform may read the same files in another way. It has the last word.
        return None
    return None if found else _sentence(NO_CREDENTIALS)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
