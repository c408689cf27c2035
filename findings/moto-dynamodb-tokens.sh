#!/bin/sh
# moto does a transaction twice that DynamoDB would recognise by its token, and takes an attribute that is absent for NULL.
#
# Version: moto 5.2.5 with boto3 1.44.8 (PyPI, the newest on 29 November 2026), Python 3.11, `mock_aws`, one table in memory.
# DynamoDB, by its documentation: TransactWriteItems with the ClientRequestToken of a successful one changes nothing for ten minutes.
# `absent = :value` is always false, because there is no attribute. There is a LastEvaluatedKey whenever Limit is reached, even by the
# last item. A number has at most 38 digits. A value that no expression uses is refused.
# Seen: the same token adds to a counter twice. `absent = :null` is true for {"NULL": true}, so a conditional put overwrites. There is no
# LastEvaluatedKey if Limit is the number of items. 39 digits are stored. An unused value is accepted. A consistent read of 5 KB costs
# 0.5 units (2 there), and a put of 2.5 KB one (3 there).
# Tests on moto therefore cannot show that a retried write is done once, and pass with expressions that AWS refuses.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[dynamodb]==5.2.5' boto3==1.44.8
cat > "$folder/ask.py" <<'ASK'
import os
import sys

import boto3
from moto import mock_aws

os.environ.update(AWS_ACCESS_KEY_ID='any', AWS_SECRET_ACCESS_KEY='any', AWS_DEFAULT_REGION='eu-central-1')
names = [('pk', 'HASH'), ('sk', 'RANGE')]
changed = 0


def seen(what, value, expected):
    global changed
    print(f'{what}: {value}')
    if value != expected:
        print(f'changed: it was {expected}')
        changed = 1


def key(sort, partition='one'):
    return {'pk': {'S': partition}, 'sk': {'S': sort}}


@mock_aws
def ask():
    table = boto3.client('dynamodb')
    table.create_table(
        TableName='t',
        BillingMode='PAY_PER_REQUEST',
        KeySchema=[{'AttributeName': name, 'KeyType': kind} for name, kind in names],
        AttributeDefinitions=[{'AttributeName': name, 'AttributeType': 'S'} for name, _ in names],
    )
    put = lambda item, **more: table.put_item(TableName='t', Item=item, **more)

    put({**key('counter'), 'n': {'N': '0'}})
    add = {
        'TableName': 't',
        'Key': key('counter'),
        'UpdateExpression': 'ADD n :one',
        'ExpressionAttributeValues': {':one': {'N': '1'}},
    }
    for _ in range(2):
        table.transact_write_items(ClientRequestToken='the-same-token', TransactItems=[{'Update': add}])
    counter = table.get_item(TableName='t', Key=key('counter'))['Item']['n']['N']
    seen('a counter after one token twice', counter, '2')

    put({**key('held'), 'by': {'S': 'first'}})
    put({**key('held'), 'by': {'S': 'second'}}, ConditionExpression='absent = :null', ExpressionAttributeValues={':null': {'NULL': True}})
    seen('who has it after a put if absent = NULL', table.get_item(TableName='t', Key=key('held'))['Item']['by']['S'], 'second')

    for number in range(3):
        put(key(str(number), 'three'))
    page = table.query(TableName='t', Limit=3, KeyConditionExpression='pk = :p', ExpressionAttributeValues={':p': {'S': 'three'}})
    seen('a page of three of three has LastEvaluatedKey', 'LastEvaluatedKey' in page, False)

    put({**key('number'), 'n': {'N': '1' * 39}})
    seen('digits stored', len(table.get_item(TableName='t', Key=key('number'))['Item']['n']['N']), 39)
    put(key('unused'), ConditionExpression='attribute_not_exists(pk)', ExpressionAttributeValues={':unused': {'S': 'any'}})
    seen('written with an unused value', 'Item' in table.get_item(TableName='t', Key=key('unused')), True)

    put({**key('large'), 'text': {'S': 'a' * 5000}})
    read = table.get_item(TableName='t', Key=key('large'), ConsistentRead=True, ReturnConsumedCapacity='TOTAL')
    seen('units of a consistent read of 5 KB', read['ConsumedCapacity']['CapacityUnits'], 0.5)
    written = put({**key('small'), 'text': {'S': 'a' * 2500}}, ReturnConsumedCapacity='TOTAL')
    seen('units of a put of 2.5 KB', written['ConsumedCapacity']['CapacityUnits'], 1.0)


ask()
sys.exit(changed)
ASK
"$folder/venv/bin/python" "$folder/ask.py"
