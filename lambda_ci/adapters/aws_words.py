"""Advice for failures that AWS tells apart in words only. Its words change without notice: the rest of the advice does without them."""

from __future__ import annotations

from lambda_ci.adapters.aws_advice import CLOCK, Advice

WORDS: tuple[tuple[tuple[str, ...], Advice], ...] = (
    (
        ("UnreservedConcurrentExecution below its minimum",),
        Advice(
            "An account keeps a part of its concurrency for functions without a reservation.",
            "lower reserved-concurrency here or of another function, or have the account's limit raised (Service Quotas)",
        ),
    ),
    (
        ("image", "is not supported"),
        Advice(
            "Lambda takes one image for one architecture, and no index of several; `docker buildx` makes an index, because it "
            "adds attestations.",
            "build it with `--provenance=false --sbom=false` and one --platform, or name the image inside by its digest",
        ),
    ),
    (
        ("permission to access the ECR image",),
        Advice(
            "Lambda may not read the image: the repository's policy does not let it, or it is another account's.",
            "let lambda.amazonaws.com read it in the repository's policy (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer); "
            "or allow ecr:GetRepositoryPolicy and ecr:SetRepositoryPolicy to this run, and Lambda adds that itself",
        ),
    ),
    (
        ("does not exist. Provide a valid source image",),
        Advice(
            "The image is not in its repository.",
            "push it, or correct image-uri; region and account must be the function's",
        ),
    ),
    (
        ("is not valid. Provide a valid source image",),
        Advice("Lambda takes images from private ECR repositories of the function's region only.", "correct image-uri"),
    ),
    (
        ("cannot be assumed by Lambda",),
        Advice(
            "The trust policy of the function's role does not let Lambda take it, the role is gone, or it has only just been made.",
            "let the role's trust policy allow sts:AssumeRole to lambda.amazonaws.com; where it was deleted and made again, "
            "set it on the function again",
        ),
    ),
    (
        ("Cross-account pass role is not allowed",),
        Advice(
            "The function's role belongs to another account than the credentials of this run.",
            "correct role, or take credentials of the role's account; `aws sts get-caller-identity` tells whose they are",
        ),
    ),
    (("Signature expired",), CLOCK),
    (("Signature not yet current",), CLOCK),
    (
        ("does not have permissions to call CreateNetworkInterface",),
        Advice(
            "A function in a VPC needs network interfaces, and Lambda makes them with the function's role.",
            "attach the managed policy AWSLambdaVPCAccessExecutionRole to that role (not to the identity of this run)",
        ),
    ),
    (
        ("throttled by EC2",),
        Advice(
            "EC2 asks Lambda for fewer requests about network interfaces; this was tried again for minutes.",
            "run this again later, with fewer deployments of functions in a VPC at the same time",
        ),
    ),
    (
        ("Error occurred while Describe", "NotFound"),
        Advice("A subnet or a security group of vpc-config is not in this account and region.", "correct vpc-config"),
    ),
    (
        ("Error occurred while Describe",),
        Advice(
            "Lambda looks at the VPC with the credentials of this run, and these may not.",
            "allow ec2:DescribeVpcs, ec2:DescribeSubnets and ec2:DescribeSecurityGroups on * to the identity of this run",
        ),
    ),
    (
        ("Queue visibility timeout",),
        Advice(
            "A queue gives a message out again after its visibility timeout, while the function may still be at work on it.",
            "raise the queue's timeout, at best to six times the function's (aws sqs set-queue-attributes --queue-url URL --attributes "
            "VisibilityTimeout=SECONDS), or lower `timeout`",
        ),
    ),
    (
        ("NonExistentQueue",),
        Advice("There is no such queue in that account and region.", "correct the event source, or make the queue"),
    ),
    (
        ("Invalid filter pattern definition",),
        Advice(
            "Lambda cannot read a filter: the leaves of a pattern are lists.",
            "write `filters: [{body: {kind: [new]}}]`: keys of the record, and at each end a list of values or conditions",
        ),
    ),
    (
        ("KMS key is invalid for CreateGrant",),
        Advice(
            "Lambda may not use the key for the function: the key's policy does not let this run make grants, the key is switched "
            "off, or the function's role has only just been made.",
            "allow kms:CreateGrant, kms:Encrypt and kms:DescribeKey on kms-key-arn to the identity of this run",
        ),
    ),
    (
        ("S3 Error Code: PermanentRedirect",),
        Advice("Lambda reads packages only from buckets in its own region.", "use a bucket in the function's region"),
    ),
    (
        ("S3 Error Code: NoSuchKey",),
        Advice("The package was deleted from the staging bucket in the meantime.", "run this again"),
    ),
    (
        ("Your access has been denied by S3",),
        Advice(
            "Lambda reads the package from the staging bucket with the credentials of this run, and these may not.",
            "allow s3:GetObject on the bucket's objects to the identity of this run, and kms:Decrypt on its key where it has one",
        ),
    ),
)
"""Advice by words of AWS that share a code with many other failures: parts that the message has, all of them."""


def worded(message: str) -> Advice | None:
    """Advice for failures that AWS tells apart in words only."""
    return next((advice for words, advice in WORDS if all(part in message for part in words)), None)
