"""Names of hosts and namespaces where things are tried out, and where less is asked of them."""

from __future__ import annotations

import re

from hullmark.text.regex import regex

TRIED = regex(
    r"(?:^|[.-])(?:dev|develop\w*|test\w*|staging|sandbox|labs?|playground|demo|samples?|research|experiments?|local"
    r"|localhost|workbench|notebooks?|jupyter\w*|(?:nip|sslip)\.io)(?=$|[.-])",
    re.IGNORECASE,
)
"""Found in the name of a host or namespace that says that it is not production."""
