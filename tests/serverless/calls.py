"""What AWS calls a function with, in the shapes that its documentation gives."""

import base64
import json
from urllib.parse import quote_plus

STREAM = "arn:aws:kinesis:eu-central-1:123456789012:stream/events"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:events"
SHARD = "shardId-000000000006"


def encoded(data):
    return base64.b64encode(data).decode()


def kinesis(*data):
    """A batch of records, numbered from 1."""
    return {"Records": [_of_kinesis(str(number), encoded(one)) for number, one in enumerate(data, 1)]}


def _of_kinesis(number, data):
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": number,
            "data": data,
            "approximateArrivalTimestamp": 1545084650.987,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{SHARD}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "eu-central-1",
        "eventSourceARN": STREAM,
    }


def sqs(*bodies):
    """A batch of messages with these texts, called m-1, m-2 …"""
    return {"Records": [_of_sqs(f"m-{number}", body) for number, body in enumerate(bodies, 1)]}


def _of_sqs(name, body):
    return {
        "messageId": name,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE,
        "awsRegion": "eu-central-1",
    }


def notice(bucket, *keys, name="ObjectCreated:Put"):
    """A notice that objects were put."""
    return {"Records": [_of_s3(bucket, quote_plus(key, safe="/"), name) for key in keys]}


def _of_s3(bucket, key, name):
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-central-1",
        "eventTime": "2019-09-03T19:37:27.192Z",
        "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {
                "key": key,
                "size": 1305107,
                "eTag": "b21b84d653bb07b05b1e6b33684dc11b",
                "sequencer": "0C0F6F40",
            },
        },
    }


def http(body=b"", method="POST", *, base64_encoded=False):
    """A request as a function URL and an HTTP API give it (payload 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "id.lambda-url.eu-central-1.on.aws"},
        "requestContext": {
            "apiId": "id",
            "http": {
                "method": method,
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl",
            },
            "requestId": "id",
            "timeEpoch": 1659687279885,
        },
        "body": encoded(body) if base64_encoded else body.decode(),
        "isBase64Encoded": base64_encoded,
    }


def rest(body=b"", method="POST"):
    """The same as a REST API gives it (payload 1.0)."""
    return {
        "resource": "/",
        "path": "/",
        "httpMethod": method,
        "headers": {"Content-Type": "application/json"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "requestContext": {"resourcePath": "/", "httpMethod": method, "stage": "prod"},
        "body": body.decode() or None,
        "isBase64Encoded": False,
    }


def said(answer):
    """The status of an answer, and what its body says."""
    return answer["statusCode"], json.loads(answer["body"])


def failed(answer):
    """Which records an answer says failed."""
    assert list(answer) == ["batchItemFailures"]
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]
