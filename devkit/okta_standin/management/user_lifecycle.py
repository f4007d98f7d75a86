"""What becomes of users: activated, suspended, deactivated. Transitions as Okta documents them ("User status")."""

import secrets
from collections.abc import Container
from dataclasses import dataclass, replace

from starlette.responses import Response

from devkit.okta_standin.errors import OktaRefusal, not_allowed_in_status, validation_failed
from devkit.okta_standin.management.lookup import found_user
from devkit.okta_standin.management.request import Function, ManagementApi, ManagementRequest, answer
from devkit.okta_standin.management.user_document import full_user
from devkit.okta_standin.people import User, UserStatus


def first_status(password: str | None, *, activate: bool) -> UserStatus:
    """What a new user is (recorded answers): without a password they have to set one by e-mail first."""
    if not activate:
        return UserStatus.STAGED
    return UserStatus.PROVISIONED if password is None else UserStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class UserLifecycle:
    """`POST /users/{id}/lifecycle/...`."""

    api: ManagementApi

    def transitions(self) -> dict[str, Function]:
        """The endpoints by the last part of their paths."""
        return {
            "activate": self.activate,
            "reactivate": self.reactivate,
            "deactivate": self.deactivate,
            "suspend": self.suspend,
            "unsuspend": self.unsuspend,
            "unlock": self.unlock,
            "expire_password": self.expire_password,
        }

    async def activate(self, request: ManagementRequest) -> Response:
        """A staged or deactivated user gets an e-mail, or with `sendEmail=false` the caller its link."""
        user = found_user(request, self.api.org)
        if user.active:
            raise OktaRefusal(403, "E0000016", "Activation failed because the user is already active")
        _require(user, (UserStatus.STAGED, UserStatus.DEPROVISIONED))
        self._move(user, first_status(user.password, activate=True), activated=True)
        return _activation(request)

    async def reactivate(self, request: ManagementRequest) -> Response:
        """The activation e-mail once more."""
        _require(found_user(request, self.api.org), (UserStatus.PROVISIONED, UserStatus.RECOVERY))
        return _activation(request)

    async def deactivate(self, request: ManagementRequest) -> Response:
        """Off, whatever the user was before; sessions and tokens end for good."""
        user = found_user(request, self.api.org)
        if user.status is UserStatus.DEPROVISIONED:
            raise not_allowed_in_status()
        self.switch_off(user)
        return answer({})

    async def suspend(self, request: ManagementRequest) -> Response:
        """An active user cannot sign in for a while. The cause is ours: Okta documents the code."""
        user = found_user(request, self.api.org)
        if not user.active:
            raise validation_failed("suspend", "Cannot suspend a user that is not active")
        self._move(user, UserStatus.SUSPENDED)
        self._end_sessions(user)
        return answer({})

    async def unsuspend(self, request: ManagementRequest) -> Response:
        """A suspended user is active again."""
        user = found_user(request, self.api.org)
        if user.status is not UserStatus.SUSPENDED:
            raise validation_failed("unsuspend", "Cannot unsuspend a user that is not suspended")
        self._move(user, UserStatus.ACTIVE)
        return answer({})

    async def unlock(self, request: ManagementRequest) -> Response:
        """A user who has mistyped the password too often may try again."""
        user = found_user(request, self.api.org)
        if user.status is not UserStatus.LOCKED_OUT:
            summary = "Unlock is not allowed for this user."
            raise OktaRefusal(403, "E0000032", summary, causes=["The user is not locked out."])
        self._move(user, UserStatus.ACTIVE)
        return answer({})

    async def expire_password(self, request: ManagementRequest) -> Response:
        """An active user has to choose another password at the next sign-in."""
        user = found_user(request, self.api.org)
        _require(user, (UserStatus.ACTIVE, UserStatus.PASSWORD_EXPIRED))
        return answer(full_user(self._move(user, UserStatus.PASSWORD_EXPIRED), request))

    def switch_off(self, user: User) -> None:
        """Deactivate a user, who has to set a password anew when activated again."""
        self._move(replace(user, password=None), UserStatus.DEPROVISIONED)
        self._end_sessions(user)

    def _end_sessions(self, user: User) -> None:
        self.api.sessions.end_all(user)
        self.api.sign_ins.revoke_all(user)

    def _move(self, user: User, status: UserStatus, *, activated: bool = False) -> User:
        now = self.api.clock()
        times = replace(user.times, status_changed=now, last_updated=now)
        if activated:
            times = replace(times, activated=now)
        changed = replace(user, status=status, times=times)
        self.api.org.change_user(changed)
        return changed


def _require(user: User, statuses: Container[UserStatus]) -> None:
    if user.status not in statuses:
        raise not_allowed_in_status()


def _activation(request: ManagementRequest) -> Response:
    if request.flag("sendEmail", default=True):
        return answer({})
    token = secrets.token_urlsafe(15)
    return answer({"activationUrl": f"{request.origin}/tokens/{token}/verify", "activationToken": token})
