"""Sign-in's hooks: store, rules and keys are used once before the snapshot; the secrets are read again after it."""

from functools import partial

from okta_gateway.current_parts import CurrentParts, survive
from okta_gateway.login.routes import SignIn
from okta_gateway.login.sealing import Sealer, key_wrapper
from okta_gateway.login.settings import LoginSettings
from okta_gateway.login.signing_keys import key_set
from okta_gateway.snapstart.hooks import register


def register_hooks(current: CurrentParts[LoginSettings, SignIn]) -> None:
    register(partial(_before_snapshot, current), current.renew)


def _before_snapshot(current: CurrentParts[LoginSettings, SignIn]) -> None:
    made = current()
    survive("before the snapshot, store", made.parts)
    survive("before the snapshot, access rules", made.rules)
    survive("before the snapshot, signing keys", lambda: key_set(made.signing_keys))
    # Of a sealer of its own: the data key goes with it, and is in no snapshot.
    survive("before the snapshot, session key", lambda: Sealer(key_wrapper(made.settings.session_key)).seal(b"", b""))
    current.forget_connections()
