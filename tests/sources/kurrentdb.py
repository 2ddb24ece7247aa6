"""Answers what the client of KurrentDB asks, in its protocol, as its documentation says; no database is behind it."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from kurrentdbclient.protos.v1 import shared_pb2, streams_pb2, streams_pb2_grpc

Event = streams_pb2.ReadResp.ReadEvent.RecordedEvent


def event(data, commit, revision=0, stream="feed-1", kind="posted", content="application/json"):
    """An event as it is recorded, with an id of its own."""
    return Event(
        id=shared_pb2.UUID(string=str(uuid.uuid4())),
        stream_identifier=shared_pb2.StreamIdentifier(stream_name=stream.encode()),
        stream_revision=revision,
        prepare_position=commit,
        commit_position=commit,
        metadata={"type": kind, "content-type": content, "created": "0"},
        data=data,
    )


class Streams(streams_pb2_grpc.StreamsServicer):
    """Events of all and, by name, of streams: a stream's are pairs with the link that leads to each, or None."""

    def __init__(self):
        self.all, self.streams, self.fault, self.asked_by = [], {}, None, None

    def Read(self, request, context):  # noqa: N802 (the protocol's name)
        self.asked_by = dict(context.invocation_metadata()).get("authorization")
        if self.fault is not None:
            context.abort(*self.fault)
        options = request.options
        if options.WhichOneof("stream_option") == "all":
            refused = re.compile(options.filter.event_type.regex)
            found = [(one, None) for one in self.all if refused.search(one.metadata["type"])]
            start, place = options.all.position.commit_position, lambda pair: pair[0].commit_position
        else:
            name = options.stream.stream_identifier.stream_name.decode()
            if name not in self.streams:
                missing = streams_pb2.ReadResp.StreamNotFound(stream_identifier=options.stream.stream_identifier)
                yield streams_pb2.ReadResp(stream_not_found=missing)
                return
            found = self.streams[name]
            start, place = options.stream.revision, lambda pair: (pair[1] or pair[0]).stream_revision
        backwards = options.read_direction == streams_pb2.ReadReq.Options.ReadDirection.Backwards
        found = found[::-1] if backwards else [pair for pair in found if place(pair) >= start]
        for one, link in found[: options.count]:
            kept, led_by = (one, link) if options.resolve_links or link is None else (link, None)
            read = streams_pb2.ReadResp.ReadEvent(event=kept, link=led_by, commit_position=kept.commit_position)
            yield streams_pb2.ReadResp(event=read)


@contextmanager
def answering(streams, key_and_certificate=None):
    """Where streams answer, by TLS where a key and its certificate are given."""
    server = grpc.server(ThreadPoolExecutor(2))
    streams_pb2_grpc.add_StreamsServicer_to_server(streams, server)
    if key_and_certificate is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([key_and_certificate]))
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
