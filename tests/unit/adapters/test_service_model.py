from __future__ import annotations

import boto3

from lambda_ci.adapters.service_model import lambda_model


def test_it_is_the_model_that_boto3_works_with() -> None:
    client = boto3.client("lambda", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    for operation in ("CreateFunction", "UpdateFunctionConfiguration", "UpdateFunctionCode"):
        theirs = client.meta.service_model.operation_model(operation).input_shape
        assert theirs is not None
        ours = lambda_model().request(operation)

        assert set(ours.members) == set(theirs.members)
        assert set(ours.required) == set(theirs.required_members)


def test_shapes_carry_their_constraints() -> None:
    model = lambda_model()
    timeout = model.shape(model.request("CreateFunction").members["Timeout"].shape)

    assert (timeout.type, timeout.minimum) == ("integer", 1)
    assert "python3.13" in model.shape("Runtime").enum
    assert model.shape("LayerList").item == "LayerVersionArn"
    assert model.shape("Tags").map_key == "TagKey"
    assert model.shape("EnvironmentVariables").sensitive
    assert model.shape("RoleArn").pattern.startswith("arn:")
