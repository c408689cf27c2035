"""What MiniStack 1.5.33 does not do as AWS does, as far as our stacks need it. Each is put right in its memory, at its start."""

import json
import math
import os
import string

from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import dynamodb, eventbridge, iam, lambda_svc, s3, secretsmanager, sts
from ministack.services.cloudformation import provisioners

handlers = provisioners._RESOURCE_HANDLERS


def apply():
    call_it_secure()
    share_the_secret_of_roles()
    refer_to_secrets_by_arn()
    leave_out_punctuation()
    tag_buckets_and_keep_full_ones()
    keep_alarms_of_several_metrics()
    tell_leading_keys()
    tell_who_asks()
    count_read_units()
    let_states_tell()


def call_it_secure():
    """The bucket, the queues and the topic let nobody in without TLS, which is not served here: every request counts as secure."""
    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, True)


def share_the_secret_of_roles():
    """The cluster checks the signatures of whoever comes, and knows one secret."""
    credentials_of = lambda_runtime.execution_credentials
    secret = os.environ["ROLE_SECRET"]
    sts._gen_secret = lambda: secret  # of roles that are assumed, too

    def execution_credentials(config):
        credentials = credentials_of(config)
        sts._sessions[credentials["AWS_ACCESS_KEY_ID"]]["SecretAccessKey"] = secret
        return {**credentials, "AWS_SECRET_ACCESS_KEY": secret}

    lambda_runtime.execution_credentials = execution_credentials
    lambda_svc.execution_credentials = execution_credentials


def refer_to_secrets_by_arn():
    """`Ref` of a secret is its ARN. It is its name here, which no policy matches."""
    secret = handlers["AWS::SecretsManager::Secret"]
    create, delete = secret["create"], secret["delete"]

    def create_secret(logical_id, props, stack_name):
        _, attributes = create(logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def delete_secret(physical_id, props):
        name, _ = secretsmanager._resolve(physical_id)
        return delete(name, props)

    secret.update(create=create_secret, delete=delete_secret)


def leave_out_punctuation():
    """A secret is made up as the template says: ours is a part of an address."""
    value_of = provisioners._sm_secret_string

    def secret_string(props):
        wanted = props.get("GenerateSecretString", {})
        if wanted.get("ExcludePunctuation"):
            excluded = wanted.get("ExcludeCharacters", "") + string.punctuation
            props = {**props, "GenerateSecretString": {**wanted, "ExcludeCharacters": excluded}}
        return value_of(props)

    provisioners._sm_secret_string = secret_string


def tag_buckets_and_keep_full_ones():
    """CDK's function empties a bucket only for its tag, and a bucket with anything in it is not deleted."""
    bucket = handlers["AWS::S3::Bucket"]
    create = bucket["create"]

    def create_bucket(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        s3._bucket_tags[name] = {tag["Key"]: tag["Value"] for tag in props.get("Tags", [])}
        return name, attributes

    def delete_bucket(physical_id, _props):
        status, _, body = s3._delete_bucket(physical_id)
        if status >= 400:
            raise ValueError(body.decode())

    bucket.update(create=create_bucket, delete=delete_bucket)


def keep_alarms_of_several_metrics():
    """It refuses them. Here they are kept as they are, and never evaluated."""
    record_of = provisioners._cw_metric_alarm_record

    def record(name, props):
        if "Metrics" not in props:
            return record_of(name, props)
        alarm = record_of(name, {**props, "Metrics": None, "MetricName": "-", "Namespace": "-"})
        return {**alarm, "MetricName": None, "Namespace": None, "Statistic": None, "Metrics": props["Metrics"]}

    provisioners._cw_metric_alarm_record = record


def tell_leading_keys():
    """Policies may ask for the partition keys of a request. Here a transaction tells all of its keys with each write of it."""
    context_of = iam_actions.dynamodb_service_context

    def service_context(body):
        request = json.loads(body or b"{}")
        writes = [write for item in request.get("TransactItems", []) for write in item.values()]
        keys = [key for one in writes or [request] if (key := partition_key(one)) is not None]
        return {**context_of(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}

    iam_actions.dynamodb_service_context = service_context


def tell_who_asks():
    """Policies may ask for the role of whoever asks, by its ARN with its path, and whether a service asks. Here the first is the ARN of the session, and the second is not known."""
    resolve = iam_evaluator._resolve_condition_key

    def resolve_condition_key(key, ctx):
        name = key.lower()
        if name == "aws:principalisawsservice":
            return "false"
        value = resolve(key, ctx)
        if name != "aws:principalarn" or ":assumed-role/" not in (value or ""):
            return value
        return iam._roles[value.split("/")[1]]["Arn"]

    iam_evaluator._resolve_condition_key = resolve_condition_key


def count_read_units():
    """A read costs a unit for each 4 KB that it gives, and at least one. Here it costs one whatever it gives. There are no filters and indexes."""
    add = dynamodb._add_consumed_capacity

    def add_consumed_capacity(result, data, table_name, write=False, **images):
        add(result, data, table_name, write, **images)
        if write or "ConsumedCapacity" not in result:
            return
        size = sum(dynamodb._item_size_bytes(item) for item in result.get("Items", [result.get("Item", {})]))
        units = max(1, math.ceil(size / 4096))
        result["ConsumedCapacity"]["CapacityUnits"] = units if data.get("ConsistentRead") else units / 2

    dynamodb._add_consumed_capacity = add_consumed_capacity


def let_states_tell():
    """Step Functions runs outside of here, and tells the default bus of its executions as AWS does: nobody else may name that source. The
    emulator's own would tell too, but knows no redrive."""
    put = eventbridge._put_events

    def put_events(data, allow_aws_source=False):
        ours = all(entry.get("Source") == "aws.states" for entry in data.get("Entries", []))
        return put(data, allow_aws_source or ours)

    eventbridge._put_events = put_events


def partition_key(request):
    """Of the one table that there is, whose queries ask for it first. None of a request that has none."""
    key = request.get("Key") or request.get("Item")
    if key is not None:
        return key["pk"]["S"]
    if "KeyConditionExpression" not in request:
        return None
    name, _, value, *_ = request["KeyConditionExpression"].split(" ")
    if request["ExpressionAttributeNames"][name] != "pk":
        raise ValueError(f"no partition key in {request}")
    return request["ExpressionAttributeValues"][value]["S"]
