"""Why a request failed and what to do, by AWS's error code, by ``HTTP <status>``, or by the client's exception class.

Codes and messages: AWS Lambda API reference, "Common errors", and answers recorded from the service.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """``{message}`` stands for AWS's own words."""

    why: str = ""
    fix: str = ""

    def filled(self, *, message: str) -> Advice:
        return Advice(self.why.replace("{message}", message), self.fix.replace("{message}", message))


_CREDENTIALS = (
    "in GitHub Actions run aws-actions/configure-aws-credentials before this step (with permissions: id-token: write); "
    "elsewhere set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile (aws.profile, --profile, AWS_PROFILE)"
)
_RENEW = Advice(
    "The temporary credentials of this run are no longer valid.",
    "get new ones (sign in again) and run this again; where the run takes longer than they last, let aws.role-to-assume renew "
    "them, or ask for a longer session (aws.role-duration-seconds, role-duration-seconds of configure-aws-credentials)",
)
_WRONG_KEYS = Advice(
    "AWS does not know these credentials: a wrong or deleted key, a missing session token, or keys of another partition.",
    _CREDENTIALS,
)
_SIGNATURE = Advice(
    "The secret key does not fit the key, or this machine's clock is wrong by minutes.",
    "check the clock (date -u); " + _CREDENTIALS,
)
CLOCK = Advice(
    "This machine's clock is wrong by more than five minutes, and AWS takes no request with such a signature.",
    "set the clock (date -u shows it; with NTP it stays right); in a virtual machine, after it was asleep as well",
)
_DENIED = Advice("The identity of this run lacks a permission.", "allow the action in a policy of that identity")
_KEY_GONE = Advice(
    "There is no such KMS key in this account and region.",
    "correct the key (kms-key-arn, staging.kms-key-id); a key of another account takes its ARN",
)
_KEY_OFF = Advice(
    "The KMS key is switched off, or waits for its deletion.",
    "switch it on again (aws kms enable-key, cancel-key-deletion), or use another key",
)
_THROTTLED = Advice(
    "Lambda takes 15 control requests per second in one account and region, from everybody together; "
    "the request was repeated until patience ran out.",
    "run this again in a minute, and fewer deployments at the same time",
)
_AWS_DOWN = Advice("AWS failed, not the request.", "run this again; see https://health.aws.amazon.com when it stays")
_NETWORK = Advice(
    "No connection, or it broke before AWS had answered, although it was tried several times.",
    "check the network, the proxy (HTTPS_PROXY) and the region or endpoint; running this again is safe",
)
_REGION_WAYS = "set aws.region in lambda-ci.yml, --region, the input region, AWS_REGION, or a region in the profile"

OTHERS = {
    "lambda:GetLayerVersion": "; the owner of another account's layer must share it as well "
    "(aws lambda add-layer-version-permission)",
}
"""By action, what else it takes where the resource belongs to another account."""

ADVICE = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "UnauthorizedOperation": _DENIED,
    "HTTP 403": _DENIED,
    "ExpiredToken": _RENEW,
    "ExpiredTokenException": _RENEW,
    "RequestExpired": _RENEW,
    "UnrecognizedClientException": _WRONG_KEYS,
    "InvalidClientTokenId": _WRONG_KEYS,
    "InvalidAccessKeyId": _WRONG_KEYS,
    "InvalidSignatureException": _SIGNATURE,
    "SignatureDoesNotMatch": _SIGNATURE,
    "RequestTimeTooSkewed": CLOCK,
    "MissingAuthenticationToken": _WRONG_KEYS,
    "MissingAuthenticationTokenException": _WRONG_KEYS,
    "TooManyRequestsException": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "Throttling": _THROTTLED,
    "HTTP 429": _THROTTLED,
    "SlowDown": Advice("S3 asks for fewer requests.", "run this again in a minute"),
    "ServiceException": _AWS_DOWN,
    "InternalFailure": _AWS_DOWN,
    "ServiceUnavailableException": _AWS_DOWN,
    "HTTP 500": _AWS_DOWN,
    "HTTP 502": _AWS_DOWN,
    "HTTP 503": _AWS_DOWN,
    "HTTP 504": _AWS_DOWN,
    "RequestEntityTooLargeException": Advice(
        "The request is larger than Lambda takes.",
        "upload through S3 (staging: {bucket: NAME}), or shorten the configuration",
    ),
    "CodeStorageExceededException": Advice(
        "The versions of all functions and layers fill this region's code storage.",
        "delete versions that nothing uses (lambda-ci prune; aws lambda get-account-settings shows limit and use)",
    ),
    "CodeSigningConfigNotFoundException": Advice(
        "The code signing configuration does not exist in this region.", "correct code-signing-config-arn"
    ),
    "CodeVerificationFailedException": Advice(
        "The function's code signing configuration refuses unsigned code.",
        "sign the package, or remove that configuration",
    ),
    "InvalidCodeSignatureException": Advice("The package's signature is not valid.", "sign the package again"),
    "ResourceNotFoundException": Advice(
        "It is not there in this account and region, or was deleted meanwhile.",
        "check region, account and name, and run this again",
    ),
    "ResourceConflictException": Advice(
        "Something else is changing the function, or it exists already.",
        "wait for the other change to end and run this again",
    ),
    "PreconditionFailedException": Advice("Somebody changed it in the meantime.", "run this again"),
    "InvalidParameterValueException": Advice("Lambda refuses a value.", "correct the value that Lambda names"),
    "ValidationException": Advice("Lambda refuses a value.", "correct the value that Lambda names"),
    "InvalidRequestContentException": Advice("Lambda cannot read the request's body.", "send JSON"),
    "NoSuchBucket": Advice(
        "The bucket does not exist.", "create it in the function's region, or correct staging.bucket"
    ),
    "PermanentRedirect": Advice("The bucket is in another region.", "use a bucket in the function's region"),
    "AuthorizationHeaderMalformed": Advice("The bucket is in another region.", "use a bucket in the function's region"),
    "BadDigest": Advice("The bytes that arrived are not those that were sent.", "run this again"),
    "NoCredentialsError": Advice("No AWS credentials were found.", _CREDENTIALS),
    "PartialCredentialsError": Advice("Only a part of the AWS credentials was found.", _CREDENTIALS),
    "CredentialRetrievalError": Advice("The AWS credentials could not be fetched.", _CREDENTIALS),
    "TokenRetrievalError": Advice("The sign-in has ended.", "sign in again (aws sso login)"),
    "SSOError": Advice("The sign-in has ended.", "sign in again (aws sso login)"),
    "ProfileNotFound": Advice(
        "The profile is in neither the AWS configuration nor the credentials file of this machine.",
        "correct aws.profile, --profile or AWS_PROFILE; in a container, mind that ~/.aws of the host is not visible",
    ),
    "ConfigParseError": Advice("The AWS configuration file cannot be read.", "correct that file"),
    "NoRegionError": Advice("No AWS region was given.", _REGION_WAYS),
    "InvalidRegionError": Advice("That is not the name of an AWS region.", _REGION_WAYS),
    "EndpointConnectionError": _NETWORK,
    "ConnectTimeoutError": _NETWORK,
    "ReadTimeoutError": _NETWORK,
    "ConnectionClosedError": _NETWORK,
    "ProxyConnectionError": Advice("The proxy did not answer.", "check HTTPS_PROXY and NO_PROXY"),
    "SSLError": Advice(
        "The connection is not trusted: a proxy that opens it, a missing certificate, or http where https is expected.",
        "give the certificate in AWS_CA_BUNDLE, or correct the endpoint",
    ),
    "HTTPClientError": _NETWORK,
    "ParamValidationError": Advice("The request does not fit the API.", "correct the value that is named"),
    "UnknownServiceError": Advice("The installed boto3 does not know this service.", "upgrade boto3"),
    "ResponseParserError": Advice(
        "Something other than AWS answered: a proxy, a captive portal, or a wrong endpoint.",
        "check the proxy and the endpoint",
    ),
}
ADVICE |= {
    "RepositoryNotFoundException": Advice(
        "There is no such ECR repository in that account and region.",
        "create it, or write `image: {create-repository: true}`; check region and account",
    ),
    "InvalidTagException": Advice("ECR refuses the tags of the repository.", "correct the project's name"),
    "ImageAlreadyExistsException": Advice("The image is there already.", "run this again"),
}

ADVICE |= {
    "ApplicationDoesNotExistException": Advice(
        "CodeDeploy has no such application in this account and region.",
        "correct rollout.codedeploy.application, or create it with the compute platform Lambda",
    ),
    "DeploymentGroupDoesNotExistException": Advice(
        "The application has no such deployment group.", "correct rollout.codedeploy.group, or create it"
    ),
    "DeploymentConfigDoesNotExistException": Advice(
        "CodeDeploy has no such deployment configuration.",
        "correct rollout.codedeploy.config; AWS's own begin with CodeDeployDefault.Lambda",
    ),
    "InvalidRoleException": Advice(
        "CodeDeploy may not take the role of the deployment group, or it lacks rights.",
        "attach AWSCodeDeployRoleForLambda to that role, and let codedeploy.amazonaws.com take it",
    ),
    "DeploymentDoesNotExistException": Advice("CodeDeploy does not know this deployment.", "run this again"),
}

ADVICE |= {
    "TooManyRequestsException CallerRateLimitExceeded": _THROTTLED,
    "TooManyRequestsException ConcurrentSnapshotCreateLimitExceeded": Advice(
        "Lambda makes only so many SnapStart snapshots at once in one account and region.",
        "run this again in some minutes, with fewer deployments at the same time",
    ),
    "TooManyRequestsException ConcurrentInvocationLimitExceeded": Advice(
        "All concurrency of the account in this region is in use.",
        "call again later, or ask for a higher quota (Service Quotas: concurrent executions)",
    ),
    "TooManyRequestsException FunctionInvocationRateLimitExceeded": Advice(
        "The function is called more often per second than its concurrency allows (ten times that number).",
        "call again later, or ask for a higher quota (Service Quotas: concurrent executions)",
    ),
    "TooManyRequestsException ReservedFunctionConcurrentInvocationLimitExceeded": Advice(
        "The concurrency that is reserved for the function is in use, or 0, which switches it off.",
        "raise the function's reserved concurrency, or call again later",
    ),
    "TooManyRequestsException ReservedFunctionInvocationRateLimitExceeded": Advice(
        "The function is called more often per second than its reserved concurrency allows (ten times that number).",
        "raise the function's reserved concurrency, or call again later",
    ),
    "KMSAccessDeniedException": Advice(
        "Lambda may not use the KMS key for this identity or for the function's role.",
        "allow kms:Decrypt, and to set it kms:CreateGrant and kms:DescribeKey, in the identity's policy and in the key's",
    ),
    "KMSNotFoundException": _KEY_GONE,
    "KMS.NotFoundException": _KEY_GONE,
    "KMSDisabledException": _KEY_OFF,
    "KMS.DisabledException": _KEY_OFF,
    "KMSInvalidStateException": _KEY_OFF,
    "KMS.KMSInvalidStateException": _KEY_OFF,
    "KMS.InvalidStateException": _KEY_OFF,
    "ENILimitReachedException": Advice(
        "The account has as many network interfaces in this VPC as its quota for Lambda allows.",
        "let functions share subnets and security groups, or ask for a higher quota (elastic network interfaces per VPC)",
    ),
    "SubnetIPAddressLimitReachedException": Advice(
        "A subnet has no free addresses for Lambda's network interfaces.", "name larger or more subnets in vpc-config"
    ),
    "InvalidSubnetIDException": Advice("Lambda knows no such subnet.", "correct subnet-ids in vpc-config"),
    "InvalidSecurityGroupIDException": Advice(
        "Lambda knows no such security group, or it is in another VPC than the subnets.",
        "correct security-group-ids in vpc-config",
    ),
    "EC2ThrottledException": Advice("EC2 asks Lambda for fewer requests.", "run this again in some minutes"),
    "EC2AccessDeniedException": Advice(
        "The function's role may not make network interfaces.",
        "attach the managed policy AWSLambdaVPCAccessExecutionRole to the function's role",
    ),
}

_FILES = Advice(
    "Lambda cannot mount the file system.",
    "check file-system-configs: mount targets in the function's subnets, port 2049 open between the security groups, a path that the "
    "function's role may use",
)
_SNAPSHOT = Advice(
    "Lambda could not make, or use, a snapshot of the function: its initialisation or one of its runtime hooks failed or took too long.",
    "read the function's log (lambda-ci invoke shows the end of it), mend the code, or switch snap-start off (`snap-start: {}`)",
)
_CAPACITY = Advice(
    "A quota of Lambda is used up in this account and region.", "ask for a higher one (Service Quotas: AWS Lambda)"
)
ADVICE |= {
    **dict.fromkeys(
        (
            "EFSIOException", "EFSMountConnectivityException", "EFSMountFailureException", "EFSMountTimeoutException",
            "S3FilesMountConnectivityException", "S3FilesMountFailureException", "S3FilesMountTimeoutException",
        ),
        _FILES,
    ),
    **dict.fromkeys(("SnapStartException", "SnapStartTimeoutException", "SnapStartRegenerationFailureException"), _SNAPSHOT),
    **dict.fromkeys(
        (
            "ServiceQuotaExceededException", "CapacityProviderLimitExceededException",
            "FunctionVersionsPerCapacityProviderLimitExceededException",
        ),
        _CAPACITY,
    ),
    "SnapStartNotReadyException": Advice("The snapshot of this version is not made yet.", "call again in a minute"),
    "ENINotReadyException": Advice("Lambda still sets the function's network up.", "call again in a minute"),
    "ResourceNotReadyException": Advice("Lambda is waking the function up.", "call again in a minute"),
    "ResourceInUseException": Advice("Another change of it is in progress.", "run this again in a minute"),
    "EC2UnexpectedException": Advice("EC2 failed while Lambda set the function's network up.", "run this again in a minute"),
    "AliasLimitExceededException": Advice("The function has as many aliases as it may.", "delete some (aws lambda delete-alias)"),
    "PolicyLengthExceededException": Advice(
        "The policy of the function would be larger than 20 KB.", "remove permissions, or let one name several callers with a wildcard"
    ),
    "PublicPolicyException": Advice(
        "This account blocks that everybody may call a function.",
        "use `auth-type: AWS_IAM` for the URL, or have the account's block on public access to Lambda lifted",
    ),
    "InvalidZipFileException": Advice("Lambda cannot unpack the package.", "run this again; report it when it stays"),
    "InvalidRuntimeException": Advice("Lambda does not know the runtime, or it is not given here.", "correct `runtime`"),
    "RequestTooLargeException": Advice("The payload is larger than Lambda takes (6 MB).", "send less, or the address of it in S3"),
    "UnsupportedMediaTypeException": Advice("Lambda takes JSON only.", "send JSON"),
    "RecursiveInvocationException": Advice(
        "Lambda has stopped the function, because it calls itself over and over.", "mend the loop; `recursive-loop: Allow` lets it go on"
    ),
    "ProvisionedConcurrencyConfigNotFoundException": Advice("Nothing is kept warm there.", "run this again"),
}  # fmt: skip
