"""Shows what an environment file's limits will do, before anything is deployed.

Reads the same settings as synthesis. It imports nothing from cdktf, so it needs no Node, no Terraform and no AWS
account.
"""

import interrupted

interrupted.quietly()
