"""Calls the test's services as boto3 does, and prints what came back as JSON."""
import json
import sys

import boto3
from botocore.exceptions import ClientError

endpoint, access, secret = sys.argv[1:4]


def client(name):
    return boto3.client(name, endpoint_url=endpoint, region_name="eu-west-1",
                        aws_access_key_id=access, aws_secret_access_key=secret)


def error(call, **members):
    try:
        call(**members)
    except ClientError as e:
        return e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]


result = {}
sqs = client("sqs")
batch = sqs.send_message_batch(QueueUrl="q", Entries=[
    {"Id": "a", "MessageBody": "x"},
    {"Id": "b", "MessageBody": "y", "DelaySeconds": 0,
     "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "1"}}}])
result["batch"] = [batch["Successful"][0]["MessageId"], batch["Failed"][0]["SenderFault"]]
result["queue"] = sqs.create_queue(QueueName="q", Attributes={"DelaySeconds": "5", "FifoQueue": "true"},
                                   tags={"team": "a&b"})["QueueUrl"]
result["missing queue"] = error(sqs.get_queue_url, QueueName="none")

metrics = client("cloudwatch")
metrics.put_metric_data(Namespace="Keyvex", MetricData=[
    {"MetricName": "a"},
    {"MetricName": "b", "Value": 2.5, "Timestamp": 1795374000,
     "Dimensions": [{"Name": "Env", "Value": "dev"}]}] + [])
metrics.put_metric_data(Namespace="Large", MetricData=[
    {"MetricName": "m" * 200, "Value": i} for i in range(100)])
result["missing dashboard"] = error(metrics.get_dashboard, DashboardName="none")

vpcs = client("ec2").describe_vpcs(VpcIds=["vpc-1", "vpc-2"], DryRun=False, Filters=[
    {"Name": "state", "Values": ["available", "pending"]}, {"Name": "tag:a", "Values": ["b"]}])
result["vpc"] = [vpcs["Vpcs"][0]["VpcId"], vpcs["Vpcs"][0]["Tags"], vpcs["Vpcs"][0]["IsDefault"]]
result["missing vpc"] = error(client("ec2").describe_vpcs, VpcIds=["vpc-none"])

functions = client("lambda")
answer = functions.invoke(FunctionName="arn:aws:lambda:eu-west-1:1:function:f", Qualifier="2", Payload=b'{"a":1}')
result["invoke"] = [answer["StatusCode"], answer["Payload"].read().decode(), answer["FunctionError"]]

item = {"PK": {"S": "USER#1"}, "l": {"L": [{"BOOL": True}, {"B": b"\x00\xff"}, {"N": "1.50"}]}}
result["item"] = client("dynamodb").put_item(TableName="t", Item=item)["Attributes"] == item

stack = client("cloudformation").describe_stacks()["Stacks"][0]
result["stack"] = [stack["StackName"], stack["CreationTime"].isoformat(), stack["Capabilities"]]

cache = client("elasticache").describe_replication_groups()["ReplicationGroups"][0]
result["cache"] = [cache["MemberClusters"], cache["NodeGroups"][0]["NodeGroupMembers"][0]["CacheNodeId"]]

s3 = client("s3")
s3.put_object(Bucket="bucket", Key="a b/é+", Body=b"content")
result["stranger"] = error(boto3.client("sts", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="AKIANOBODY",
                                        aws_secret_access_key="x").get_caller_identity)
result["thief"] = error(boto3.client("sqs", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id=access,
                                     aws_secret_access_key="x").get_queue_url, QueueName="q")
print(json.dumps(result))
