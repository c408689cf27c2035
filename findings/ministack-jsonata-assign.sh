#!/bin/sh
# MiniStack assigns the variables of one state one after another, and its JSONata differs from Step Functions.
#
# Version: MiniStack 1.5.33, asked with boto3 1.44.8 (PyPI, the newest on 29 November 2026), Python 3.11.
# Step Functions, by its documentation: all expressions of one Assign see the values from before the state, so two variables can be
# exchanged. $eval is not available. A failed execution has an error and a cause, and no output.
# Seen: of {"x": "{% $y %}", "y": "{% $x %}"} both get the old value of y; $eval is evaluated; DescribeExecution of a failed
# execution has an output, which repeats error and cause as JSON.
# A machine that exchanges or counts variables in one state passes there and does something else on AWS, or the other way round.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
emulator=
trap 'if [ -n "$emulator" ]; then kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT
# Two environments: MiniStack needs an older botocore than this boto3.
python3 -m venv "$folder/emulator"
"$folder/emulator/bin/pip" install --quiet --disable-pip-version-check ministack==1.5.33
python3 -m venv "$folder/client"
"$folder/client/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
BIND_HOST=127.0.0.1 GATEWAY_PORT=$port IOT_MTLS_ENABLED=0 HOME=$folder TMPDIR=$folder "$folder/emulator/bin/ministack" >"$folder/log" 2>&1 &
emulator=$!
cat > "$folder/ask.py" <<'ASK'
import json
import sys
import time

import boto3

machines = boto3.client(
    'stepfunctions',
    region_name='eu-central-1',
    endpoint_url=f'http://127.0.0.1:{sys.argv[1]}',
    aws_access_key_id='any',
    aws_secret_access_key='any',
)


def run(name, states):
    definition = {'QueryLanguage': 'JSONata', 'StartAt': next(iter(states)), 'States': states}
    role = 'arn:aws:iam::000000000000:role/any'
    machine = machines.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)
    started = machines.start_execution(stateMachineArn=machine['stateMachineArn'], input='{}')
    while True:
        execution = machines.describe_execution(executionArn=started['executionArn'])
        if execution['status'] != 'RUNNING':
            return execution
        time.sleep(0.1)


for _ in range(300):
    try:
        machines.list_state_machines()
        break
    except Exception:
        time.sleep(0.2)

exchanged = run('exchange', {
    'Begin': {'Type': 'Pass', 'Assign': {'x': 'one', 'y': 'two'}, 'Next': 'Exchange'},
    'Exchange': {'Type': 'Pass', 'Assign': {'x': '{% $y %}', 'y': '{% $x %}'}, 'Next': 'Tell'},
    'Tell': {'Type': 'Pass', 'Output': '{% $x & " " & $y %}', 'End': True},
})
evaluated = run('evaluate', {'Tell': {'Type': 'Pass', 'Output': '{% $eval("1 + 2") %}', 'End': True}})
failed = run('fail', {'Fail': {'Type': 'Fail', 'Error': 'Any', 'Cause': 'because'}})
seen = {
    'x and y, exchanged': exchanged.get('output'),
    '$eval("1 + 2")': evaluated.get('output'),
    'output of a failed execution': failed.get('output'),
}
for what, value in seen.items():
    print(f'{what}: {value}')
expected = ['"two two"', '3', '{"Error": "Any", "Cause": "because"}']
if list(seen.values()) != expected:
    sys.exit(f'changed: it was {expected}')
ASK
"$folder/client/bin/python" "$folder/ask.py" "$port"
