"""Makes the calls that arrive as lines of JSON with boto3, and answers each with a line."""

import datetime
import json
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

SETTINGS = Config(
    retries={"total_max_attempts": 1},
    s3={"addressing_style": "path"},
)
clients = {}


def client(service, endpoint):
    if (service, endpoint) not in clients:
        settings = SETTINGS.merge(Config(signature_version="s3v4")) if service == "s3" else SETTINGS
        clients[service, endpoint] = boto3.client(service, endpoint_url=endpoint, config=settings)
    return clients[service, endpoint]


def plain(value):
    """What JSON has no word for, as text."""
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, (set, tuple)):
        return list(value)
    return str(value)


def answer(request):
    api = client(request["service"], request["endpoint"])
    if request["presign"]:
        url = api.generate_presigned_url(xform_name(request["operation"]), Params=request["input"], ExpiresIn=60)
        return {"output": {"URL": url}}
    try:
        output = getattr(api, xform_name(request["operation"]))(**request["input"])
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"code": error.response["Error"]["Code"], "message": str(error), "status": status}
    status = output.pop("ResponseMetadata")["HTTPStatusCode"]
    return {"output": output, "status": status}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # what boto3 itself refuses
        reply = {"code": type(error).__name__, "message": str(error)}
    print(json.dumps(reply, default=plain), flush=True)
