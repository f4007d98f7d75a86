"""The control routes for faults, and for the count of requests."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from devkit.okta_standin.control_request import ControlError, chosen, read_members
from devkit.okta_standin.faults import Fault, FaultRule, Faults, Target

_METHODS = ("GET", "POST", "PUT", "DELETE")
_MEMBERS: dict[str, tuple[type, ...]] = {
    "path": (str,),
    "fault": (str, type(None)),
    "seconds": (int, float),
    "method": (str,),
    "skip": (int,),
    "times": (int,),
}


@dataclass(frozen=True, slots=True)
class FaultControl:
    """What a test tells the stand-in to do wrong."""

    faults: Faults

    async def set_fault(self, request: Request) -> Response:
        """`POST /_standin/faults`: switch a fault on, or off with null.

        `path` is a word of Target, or the start of a path such as `/api/v1/apps`. `method` narrows it down; the first
        `skip` requests are let through, and after `times` hits the fault is over.
        """
        body = await read_members(request, _MEMBERS, required=["path", "fault"])
        path = body["path"]
        if not path.startswith("/"):
            chosen(path, Target, "path")
        method = chosen(body["method"], _METHODS, "method") if "method" in body else None
        if body["fault"] is None:
            self.faults.switch_off(path, method)
            return JSONResponse({"path": path, "fault": None})
        rule = FaultRule(
            path=path,
            method=method,
            fault=Fault(chosen(body["fault"], Fault, "fault")),
            seconds=float(body.get("seconds", 5)),
            skip=body.get("skip", 0),
            times=body.get("times"),
        )
        if rule.times is not None and rule.times < 1:
            raise ControlError("`times` is a whole number of at least 1.")
        self.faults.switch_on(rule)
        return JSONResponse({"path": path, "fault": rule.fault})

    async def count_requests(self, _request: Request) -> Response:
        """`GET /_standin/requests`: how often each path was asked for."""
        return JSONResponse(dict(self.faults.requests))
