"""Puts a transformed template up in ministack and reads back what came of it.

    deploy.py TEMPLATE.json REGION NAME=VALUE...

Run it in a network namespace that holds only `lo`: the emulator takes ports of every interface.
Prints one JSON object: status, reasons of failures, outputs, the function's environment, the tables, the bucket, the CDN.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PORT = "4566"
STACK = "konsultacje"
PATIENCE = 120
# What the emulator does not know is left out, and named in the answer.
UNKNOWN = {"AWS::Budgets::Budget"}


def start(folder):
    variables = dict(os.environ, GATEWAY_PORT=PORT, BIND_HOST="127.0.0.1", TMPDIR=folder)
    log = open(os.path.join(folder, "ministack.log"), "w")
    return subprocess.Popen([sys.executable, "-m", "ministack"], env=variables, stdout=log, stderr=log)


def clients(region):
    session = boto3.session.Session("test", "test", region_name=region)
    settings = {"endpoint_url": f"http://127.0.0.1:{PORT}", "config": Config(retries={"max_attempts": 0}, read_timeout=60)}
    return lambda service: session.client(service, **settings)


def wait_until_up(client, emulator):
    for _ in range(PATIENCE * 2):
        if emulator.poll() is not None:
            sys.exit("the emulator has ended")
        try:
            client("s3").list_buckets()
            return
        except (BotoCoreError, ClientError):
            time.sleep(0.5)
    sys.exit("the emulator does not start")


def put_archive(client):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("bootstrap", "")
    client("s3").create_bucket(Bucket="archives", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client("s3").put_object(Bucket="archives", Key="function.zip", Body=archive.getvalue())


def put_up(client, template, parameters):
    stacks = client("cloudformation")
    stacks.create_stack(
        StackName=STACK,
        TemplateBody=template,
        Parameters=[dict(zip(("ParameterKey", "ParameterValue"), pair.split("=", 1))) for pair in parameters],
        Capabilities=["CAPABILITY_IAM"],
    )
    for _ in range(PATIENCE * 2):
        stack = stacks.describe_stacks(StackName=STACK)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(0.5)
    sys.exit("the stack never ends")


def read_back(client, stack):
    stacks = client("cloudformation")
    events = stacks.describe_stack_events(StackName=STACK)["StackEvents"]
    resources = stacks.describe_stack_resources(StackName=STACK)["StackResources"]
    found = {
        "status": stack["StackStatus"],
        "reasons": [event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]],
        "resources": {resource["LogicalResourceId"]: resource["ResourceStatus"] for resource in resources},
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
    }
    if found["status"] != "CREATE_COMPLETE":
        return found
    outputs = found["outputs"]
    function = client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    tables = [client("dynamodb").describe_table(TableName=outputs[name])["Table"] for name in ("TableName", "CountersTableName")]
    cdn = client("cloudfront").get_distribution_config(Id=outputs["DistributionId"])["DistributionConfig"]
    found |= {
        "environment": function["Environment"]["Variables"],
        "architectures": function["Architectures"],
        "tables": {table["TableName"]: {key: table.get(key) for key in ("KeySchema", "DeletionProtectionEnabled")} for table in tables},
        "bucket": client("s3").get_public_access_block(Bucket=outputs["BucketName"])["PublicAccessBlockConfiguration"],
        "origins": [origin["Id"] for origin in cdn["Origins"]["Items"]],
        "alarms": [alarm["AlarmName"] for alarm in client("cloudwatch").describe_alarms()["MetricAlarms"]],
    }
    return found


def main(path, region, *parameters):
    template = json.load(open(path, encoding="utf-8"))
    left_out = [name for name, resource in template["Resources"].items() if resource["Type"] in UNKNOWN]
    for name in left_out:
        del template["Resources"][name]
    with tempfile.TemporaryDirectory() as folder:
        emulator = start(folder)
        try:
            client = clients(region)
            wait_until_up(client, emulator)
            put_archive(client)
            stack = put_up(client, json.dumps(template), parameters)
            print(json.dumps(read_back(client, stack) | {"left_out": left_out}, default=str))
        finally:
            emulator.terminate()
            emulator.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
