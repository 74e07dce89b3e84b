#!/usr/bin/env bash
# lambda-ci in a container, for every CI system that has Docker: ./lambda-ci.sh deploy --stage prod
# The folder has the same path inside, and the variables that lambda-ci looks at are handed in by name.
set -euo pipefail

image=${LAMBDA_CI_IMAGE:?set it to the image of lambda-ci in your registry}
arguments=(--rm --volume "$PWD:$PWD" --workdir "$PWD")
while read -r name; do
    arguments+=(--env "$name")
done < <(
    compgen -e | grep -E '^(AWS_|LAMBDA_CI_|UV_(DEFAULT_|EXTRA_)?INDEX|SOURCE_DATE_EPOCH$|(HTTPS?|NO|https?|no)_(PROXY|proxy)$)'
    compgen -e | grep -E '^(CI$|CI_|GITLAB_|BITBUCKET_|CIRCLE|TF_BUILD$|BUILD_|SYSTEM_|JENKINS_URL$|JENKINS_HOME$|CHANGE_|GIT_|GITHUB_(TOKEN|API_URL)$)'
)

exec docker run "${arguments[@]}" "$image" "$@"
