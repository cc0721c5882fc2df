"""What an environment file's limits will do, said before anything is deployed.

Reads the same settings as synthesis; imports nothing of cdktf, so it needs no Node, no Terraform and no AWS account.
"""

import interrupted

interrupted.quietly()
