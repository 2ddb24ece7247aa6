"""Records as Kinesis's producer library puts them together, by the format that is published of it."""

import hashlib
from functools import cache

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from pipelines.door.aggregated import MARK

FIELD = descriptor_pb2.FieldDescriptorProto
MESSAGES = {
    "Tag": [("key", 1, "TYPE_STRING", False), ("value", 2, "TYPE_STRING", False)],
    "Record": [
        ("partition_key_index", 1, "TYPE_UINT64", False),
        ("explicit_hash_key_index", 2, "TYPE_UINT64", False),
        ("data", 3, "TYPE_BYTES", False),
        ("tags", 4, "Tag", True),
    ],
    "AggregatedRecord": [
        ("partition_key_table", 1, "TYPE_STRING", True),
        ("explicit_hash_key_table", 2, "TYPE_STRING", True),
        ("records", 3, "Record", True),
    ],
}
"""What the library writes, as its format is published: name, number, type and whether there may be several."""


@cache
def _kind():
    """The class of the message that has the others."""
    file = descriptor_pb2.FileDescriptorProto(name="aggregated.proto", package="kpl")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, is_repeated in fields:
            is_message = not kind.startswith("TYPE_")
            message.field.add(
                name=field,
                number=number,
                type=FIELD.TYPE_MESSAGE if is_message else FIELD.Type.Value(kind),
                type_name=f".kpl.{kind}" if is_message else None,
                label=FIELD.LABEL_REPEATED if is_repeated else FIELD.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("kpl.AggregatedRecord"))


def aggregated(*values):
    """The record in which the library puts some together."""
    whole = _kind()(partition_key_table=["a", "b" * 300], explicit_hash_key_table=["1"])
    for number, value in enumerate(values):
        record = whole.records.add(partition_key_index=number % 2, explicit_hash_key_index=300, data=value)
        record.tags.add(key="k", value="v")
    message = whole.SerializeToString()
    return MARK + message + hashlib.md5(message).digest()
