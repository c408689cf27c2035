#!/bin/sh
# cfn-lint refuses JSONata expressions where Step Functions takes them for a number.
#
# Version: cfn-lint 1.57.0 (PyPI, the newest on 29 November 2026), Python 3.11.
# With the QueryLanguage JSONata, Step Functions accepts an expression as the value of TimeoutSeconds and HeartbeatSeconds of a Task (CDK
# writes one with Timeout.jsonata). The same holds for MaxConcurrency, ToleratedFailureCount and ToleratedFailurePercentage of a Map. (JSONPath
# has separate fields for that, such as TimeoutSecondsPath.)
# Seen: cfn-lint knows the expression in Seconds of Wait, and reports E3601 "is not of type 'number'" or "'integer'" for the five
# others, exit status 2. To set a timeout from the input, you must switch E3601 off, and lose every true finding of that rule.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cfn-lint==1.57.0
cat > "$folder/template.yaml" <<'TEMPLATE'
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Principal: { Service: states.amazonaws.com }, Action: "sts:AssumeRole" }]
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      Definition:
        QueryLanguage: JSONata
        StartAt: Work
        States:
          Work:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            TimeoutSeconds: "{% $states.input.timeout %}"
            HeartbeatSeconds: "{% $states.input.heartbeat %}"
            Arguments: { FunctionName: work }
            Next: Spread
          Spread:
            Type: Map
            MaxConcurrency: "{% $states.input.limit %}"
            ToleratedFailureCount: "{% $states.input.count %}"
            ToleratedFailurePercentage: "{% $states.input.percentage %}"
            Items: "{% $states.input.items %}"
            ItemProcessor: { StartAt: Leave, States: { Leave: { Type: Pass, End: true } } }
            Next: Pause
          Pause: { Type: Wait, Seconds: "{% $states.input.pause %}", End: true }
TEMPLATE
status=0
told=$("$folder/venv/bin/cfn-lint" --format parseable "$folder/template.yaml") || status=$?
printf '%s\nexit status %s\n' "$told" "$status"
for field in timeout heartbeat limit count percentage; do
  printf '%s\n' "$told" | grep -q "E3601:.*states.input.$field %}' is not of type" || { echo "changed: nothing is said of $field"; exit 1; }
done
if printf '%s\n' "$told" | grep -q 'states.input.pause'; then echo 'changed: Seconds of Wait is refused too'; exit 1; fi
[ "$status" -eq 2 ] || { echo 'changed: another exit status'; exit 1; }
