from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.service_model import lambda_model
from lambda_ci.inputs.aws_names import OPERATIONS, OWN, REFUSED, own_fields, settable
from lambda_ci.model.naming import kebab

if TYPE_CHECKING:
    from tests.fakes.configuration import Configuration

ROLE = "arn:aws:iam::123456789012:role/orders"
LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:3"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("KMSKeyArn", "kms-key-arn"),
        ("S3Bucket", "s3-bucket"),
        ("S3ObjectStorageMode", "s3-object-storage-mode"),
        ("SourceKMSKeyArn", "source-kms-key-arn"),
        ("MemorySize", "memory-size"),
        ("Ipv6AllowedForDualStack", "ipv6-allowed-for-dual-stack"),
        ("ExecutionEnvironmentMemoryGiBPerVCpu", "execution-environment-memory-gib-per-vcpu"),
        ("memory-size", "memory-size"),
    ],
)
def test_aws_names_have_one_kebab_case_form(name: str, expected: str) -> None:
    assert kebab(name) == expected


def test_every_member_of_the_three_requests_is_ours_or_settable_or_refused_with_a_reason() -> None:
    model = lambda_model()
    names = {kebab(name) for operation in OPERATIONS for name in model.request(operation).members}

    assert names == set(settable(model)) | {kebab(name) for name in OWN} | (set(REFUSED) & names)
    assert not set(settable(model)) & own_fields()
    assert set(OWN.values()) <= own_fields()


def test_members_come_out_under_awss_own_names(configuration: Configuration) -> None:
    configuration.one(
        f"""\
role: {ROLE}
memory-size: 512
vpc-config: {{subnet-ids: [subnet-1], SecurityGroupIds: [sg-1], ipv6-allowed-for-dual-stack: true}}
file-system-configs: [{{arn: "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0", local-mount-path: /mnt/x}}]
kms-key-arn: ""
layers: ["{LAYER}"]
snap-start: {{apply-on: None}}
capacity-provider-config:
  lambda-managed-instances-capacity-provider-config:
    capacity-provider-arn: arn:aws:lambda:eu-west-1:123456789012:capacity-provider:x
    execution-environment-memory-gib-per-vcpu: 2.5
"""
    )

    assert configuration.function().spec.layers == (LAYER,)
    assert configuration.function().spec.members == {
        "Role": ROLE,
        "MemorySize": 512,
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": True},
        "FileSystemConfigs": [
            {
                "Arn": "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0",
                "LocalMountPath": "/mnt/x",
            }
        ],
        "KMSKeyArn": "",
        "SnapStart": {"ApplyOn": "None"},
        "CapacityProviderConfig": {
            "LambdaManagedInstancesCapacityProviderConfig": {
                "CapacityProviderArn": "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:x",
                "ExecutionEnvironmentMemoryGiBPerVCpu": 2.5,
            }
        },
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("memory-size: 64", "18: functions.f.memory-size: must be between 128 and 32768, not 64"),
        ("memory-size: 512.0", "18: functions.f.memory-size: must be a whole number, not 512.0"),
        ('memory-size: "512"', '18: functions.f.memory-size: must be a whole number, not "512"'),
        ("memory-size: true", "18: functions.f.memory-size: must be a whole number, not true"),
        ("description: 3.10", '18: functions.f.description: 3.10 was read as the number 3.1; write "3.10"'),
        (f"description: {'x' * 257}", "18: functions.f.description: must have at most 256 characters, not 257"),
        (
            "role: orders",
            ('11: functions.f.role: "orders" does not have the form that AWS requires of a RoleArn '
            r"(arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)"),
        ),
        (
            f'role: "{ROLE}\\n"',
            (f'11: functions.f.role: "{ROLE}\\n" does not have the form that AWS requires of a RoleArn '
            r"(arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+)"),
        ),
        ("layers: ['arn:x']", '14: functions.f.layers[0]: "arn:x" does not have the form that AWS requires of a LayerVersionArn'),
        ("ephemeral-storage: {}", "5: functions.f.ephemeral-storage.size: is required"),
        ("ephemeral-storage: 512", "24: functions.f.ephemeral-storage: must be a mapping (KEY: value), not 512"),
        (
            "vpc-config: {subnets: []}",
            '18: functions.f.vpc-config.subnets: unknown key; did you mean "subnet-ids"?',
        ),
        (
            "vpc-config: {subnet-ids: [subnet-1], SubnetIds: []}",
            "42: functions.f.vpc-config.SubnetIds: is here twice, as subnet-ids and as SubnetIds; write one of them",
        ),
        ("vpc-config: {subnet-ids: subnet-1}", '30: functions.f.vpc-config.subnet-ids: must be a list, not "subnet-1"'),
        (
            "vpc-config: {security-group-ids: [a, b, c, d, e, f]}",
            "38: functions.f.vpc-config.security-group-ids: must have at most 5 entries, not 6",
        ),
        (
            "tracing-config: {mode: active}",
            '28: functions.f.tracing-config.mode: must be one of "Active", "PassThrough", not "active"; did you mean "Active"?',
        ),
        ("tags: {'a!': x}", ('12: functions.f.tags.a!: "a!" does not have the form that AWS requires of a TagKey '
         r"(([\p{L}\p{Z}\p{N}_.:/=+\-@]*))")),
        (f"tags: {{a: {'x' * 257}}}", "15: functions.f.tags.a: must have at most 256 characters, not 257"),
    ],
)  # fmt: skip
def test_a_wrong_member_gets_one_line(text: str, line: str, configuration: Configuration) -> None:
    configuration.one(text)

    assert configuration.problems() == [f"lambda-ci.yml:6:{line}"]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("architectures: [arm64]", "write `architecture: arm64` or `architecture: x86_64` instead"),
        ("publish: true", "lambda-ci publishes a version whenever something changed, and moves `alias` to it"),
        ("dry-run: true", "use the verb `plan`: it shows what would change and writes nothing"),
        ("revision-id: x", "lambda-ci guards every write with the function's revision itself"),
        (
            "zip-file: x",
            "lambda-ci builds and uploads the package itself; say what goes in with `source` and `requirements`",
        ),
        (
            "S3Bucket: x",
            (
                "lambda-ci builds and uploads the package itself; say what goes in with `source` and `requirements`, "
                "and where large ones are uploaded with `staging: {bucket: …}` at the top"
            ),
        ),
    ],
)
def test_what_lambda_ci_sets_itself_is_refused_with_what_to_use_instead(
    text: str, advice: str, configuration: Configuration
) -> None:
    configuration.one(text)

    assert configuration.problems() == [
        f"lambda-ci.yml:6:5: functions.f.{text.split(':', maxsplit=1)[0]}: cannot be set: {advice}"
    ]


def test_the_package_type_of_a_zip_may_be_written(configuration: Configuration) -> None:
    configuration.one("package-type: Zip")

    assert configuration.function().spec.members == {}


def test_what_the_defaults_lack_may_stand_in_the_function(configuration: Configuration) -> None:
    configuration.one(
        "durable-config: {execution-timeout: 60}\nephemeral-storage: {size: 1024}",
        top="defaults: {ephemeral-storage: {}, durable-config: {retention-period-in-days: 3}}",
    )

    assert configuration.function().spec.members == {
        "EphemeralStorage": {"Size": 1024},
        "DurableConfig": {"RetentionPeriodInDays": 3, "ExecutionTimeout": 60},
    }


def test_tags_may_hold_letters_of_every_script(configuration: Configuration) -> None:
    configuration.one("tags: {Kundé: 'größe 1 ☃'}")
    assert len(configuration.problems()) == 1

    configuration.one("tags: {Kundé: 'größe 1', 名前: a_b.c:/=+-@}")
    assert configuration.problems() == []
