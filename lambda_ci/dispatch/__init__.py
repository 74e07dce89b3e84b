"""Call Lambda functions, and be one: the same client code in development and in the cloud.

Stands alone: only the standard library is imported, of it only what Lambda's Python runtime has loaded already, and boto3 when
a function is called for the first time. Works inside a function on every runtime from python3.9, also as a mere copy of this
folder.

| name | what it is |
|---|---|
| ``LambdaFunctionDispatcher`` | calls functions on AWS |
| ``LocalFunctionDispatcher`` | calls functions of this process, as Lambda would |
| ``LambdaHandler`` | the base class of handlers |
| ``ExecutionContext`` | what an application supplies to its handlers: configuration, and whom a failure is told |
| ``EnvironmentContext`` | one that reads the environment and tells the log |
| ``DispatchError`` | any of the three below |
| ``InvalidFunctionTypeError`` | the local function is not callable |
| ``LambdaClientError`` | the client failed: not found, denied, throttled, no connection, no answer |
| ``LambdaExecuteError`` | the function failed |
"""

from .cloud import LambdaFunctionDispatcher
from .errors import DispatchError, InvalidFunctionTypeError, LambdaClientError, LambdaExecuteError
from .handler import Config, EnvironmentContext, ExecutionContext, LambdaContext, LambdaHandler
from .local import LocalFunctionDispatcher

__all__ = [
    "Config",
    "DispatchError",
    "EnvironmentContext",
    "ExecutionContext",
    "InvalidFunctionTypeError",
    "LambdaClientError",
    "LambdaContext",
    "LambdaExecuteError",
    "LambdaFunctionDispatcher",
    "LambdaHandler",
    "LocalFunctionDispatcher",
]
