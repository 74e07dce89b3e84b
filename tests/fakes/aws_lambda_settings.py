"""What a function and its versions have apart from their configuration: recursive loops, runtime management, scaling,
code signing.

A version begins with AWS's own settings, whatever $LATEST has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.aws_lambda_rules import invalid
from tests.fakes.aws_lambda_state import Answer, Functions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.aws_strict import JsonObject


class FakeSettings:
    """The operations, by AWS's names, over the functions of an account."""

    def __init__(self, account: Functions) -> None:
        self.account = account

    def operations(self) -> dict[str, Callable[[JsonObject], Answer]]:
        return {
            "GetFunctionRecursionConfig": self.get_recursion,
            "PutFunctionRecursionConfig": self.put_recursion,
            "GetRuntimeManagementConfig": self.get_runtime,
            "PutRuntimeManagementConfig": self.put_runtime,
            "GetFunctionCodeSigningConfig": self.get_code_signing,
            "PutFunctionCodeSigningConfig": self.put_code_signing,
            "DeleteFunctionCodeSigningConfig": self.delete_code_signing,
            "GetFunctionScalingConfig": self.get_scaling,
            "PutFunctionScalingConfig": self.put_scaling,
        }

    def get_recursion(self, request: JsonObject) -> Answer:
        return Answer({"RecursiveLoop": self.account.function(request["FunctionName"]).recursive_loop})

    def put_recursion(self, request: JsonObject) -> Answer:
        function = self.account.function(request["FunctionName"])
        function.recursive_loop = request["RecursiveLoop"]
        return self.get_recursion(request)

    def get_runtime(self, request: JsonObject) -> Answer:
        function, version = self.account.resolve(request)
        arn = function.arn if version == "$LATEST" else f"{function.arn}:{version}"
        return Answer({"FunctionArn": arn, **function.runtimes.get(version, {"UpdateRuntimeOn": "Auto"})})

    def put_runtime(self, request: JsonObject) -> Answer:
        function, version = self.account.resolve(request)
        self.account.check_idle(function)
        given: JsonObject = {
            name: request[name] for name in ("UpdateRuntimeOn", "RuntimeVersionArn") if name in request
        }
        if (given["UpdateRuntimeOn"] == "Manual") != ("RuntimeVersionArn" in given):
            raise invalid("RuntimeVersionArn is needed with the update mode Manual, and only with it.")
        function.runtimes[version] = given
        return self.get_runtime(request)

    def get_scaling(self, request: JsonObject) -> Answer:
        function, version = self.account.resolve(request)
        found = function.scaling.get(version, {})
        arn = f"{function.arn}:{version}"
        return Answer({"FunctionArn": arn, **({"RequestedFunctionScalingConfig": found} if found else {})})

    def put_scaling(self, request: JsonObject) -> Answer:
        function, version = self.account.resolve(request)
        if "CapacityProviderConfig" not in function.config:
            raise invalid("Scaling can be set only for functions with a capacity provider.")
        function.scaling[version] = request["FunctionScalingConfig"]
        return Answer({"FunctionState": "Active"}, status=202)

    def get_code_signing(self, request: JsonObject) -> Answer:
        function = self.account.function(request["FunctionName"])
        attached = {"CodeSigningConfigArn": function.code_signing} if function.code_signing else {}
        return Answer({"FunctionName": function.name, **attached})

    def put_code_signing(self, request: JsonObject) -> Answer:
        function = self.account.function(request["FunctionName"])
        function.code_signing = request["CodeSigningConfigArn"]
        return Answer({"FunctionName": function.name, "CodeSigningConfigArn": function.code_signing})

    def delete_code_signing(self, request: JsonObject) -> Answer:
        self.account.function(request["FunctionName"]).code_signing = ""
        return Answer(status=204)
