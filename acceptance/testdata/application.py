"""What a server side in Python does on the local platform, by its variables alone."""

import json
import os
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

PAGE = "http://localhost:3000"


def fetch(method, url, headers, body=None):
    """Sends a request as a page's browser does."""
    request = urllib.request.Request(url, data=body, headers={"Origin": PAGE, **headers}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def upload(version):
    s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, signature_version=version))
    where = {"Bucket": os.environ["S3_USER_UPLOADS_BUCKET"], "Key": f"users/ä {version}.txt"}
    url = s3.generate_presigned_url("put_object", Params={**where, "ContentType": "text/plain"})
    asked, headers, _ = fetch("OPTIONS", url, {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"})
    assert asked == 200 and headers["Access-Control-Allow-Origin"] == PAGE, (version, asked, headers)
    put, headers, text = fetch("PUT", url, {"Content-Type": "text/plain"}, b"hello")
    assert put == 200 and headers["Access-Control-Expose-Headers"] == "ETag", (version, put, headers, text)
    assert boto3.client("s3").get_object(**where)["Body"].read() == b"hello"
    got, _, text = fetch("GET", s3.generate_presigned_url("get_object", Params=where), {})
    assert (got, text) == (200, b"hello"), (version, got, text)


def send():
    sqs = boto3.client("sqs")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    for queue, body in {
        "AI_PROCESSING": {"version": 1, "jobId": "job-b", "userId": "u-b", "kind": "chat", "input": {"prompt": "hello"}},
        "ANALYTICS": {"version": 1, "interactionId": "i-b", "toolId": "t-b", "type": "view", "occurredAt": now},
        "EMAIL": {"version": 1, "leadId": "l-b", "toolId": "t-b", "email": "grace@example.com"},
    }.items():
        sqs.send_message(QueueUrl=os.environ[f"SQS_{queue}_QUEUE_URL"], MessageBody=json.dumps(body))


def post():
    keys = boto3.client("apigateway").get_api_keys(includeValues=True)["items"]
    job = {"version": 1, "jobId": "job-r", "userId": "u-b", "kind": "chat", "input": {"prompt": "hello"}}
    url = os.environ["REST_API_ENDPOINT"] + "/v1/jobs"
    status, _, text = fetch("POST", url, {"Content-Type": "application/json", "X-Api-Key": keys[0]["value"]}, json.dumps(job).encode())
    assert status == 202, (status, text)
    status, _, _ = fetch("POST", url, {"Content-Type": "application/json"}, json.dumps(job).encode())
    assert status == 403, status


def read(partition, sort):
    table = boto3.resource("dynamodb").Table(os.environ["DYNAMODB_TABLE_NAME"])
    for _ in range(300):
        item = table.get_item(Key={"PK": partition, "SK": sort}).get("Item")
        if item:
            return item
        time.sleep(0.1)
    raise AssertionError(f"no {partition} {sort}")


def deliver():
    boto3.client("s3").put_object(Bucket=os.environ["S3_PUBLIC_ASSETS_BUCKET"], Key="logo.svg", Body=b"<svg/>")
    status, headers, text = fetch("GET", f"http://{os.environ['CLOUDFRONT_DOMAIN']}/logo.svg", {})
    assert (status, text) == (200, b"<svg/>") and headers["Access-Control-Allow-Origin"] == PAGE, (status, text)


upload("s3v4")
upload("s3")
send()
post()
assert read("SESSION#job-b", "METADATA")["messages"] == 2
assert read("SESSION#job-r", "METADATA")["messages"] == 2
assert read("TOOL#t-b", "LEAD#l-b")["email"] == "grace@example.com"
deliver()
secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DATABASE_SECRETS_ARN"])
assert json.loads(secret["SecretString"])["redis_auth_token"]
print("all of it works")
