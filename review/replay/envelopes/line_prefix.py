"""A time, and sometimes the name of a log stream or of a container, in front of each line.

CloudWatch's export to S3 adds the event's time; `aws logs tail` adds the time and the stream, or only the time with
`--format short`; `kubectl logs` and `docker logs` add the time with `--timestamps`.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html github.com/aws/aws-cli,
awscli/customizations/logs/tail.py, read 2026-11.

A node of Kubernetes keeps `TIME stdout F LINE`, `kubectl logs --prefix` writes `[pod/NAME/CONTAINER] LINE`, `docker
compose logs` `NAME  | LINE`, and syslog `Jan  5 09:00:00 HOST PROGRAM: LINE`.
https://kubernetes.io/docs/concepts/cluster-administration/logging/, github.com/kubernetes/kubernetes,
pkg/kubelet/kuberuntime/logs/logs.go; https://docs.docker.com/reference/cli/docker/compose/logs/
https://datatracker.ietf.org/doc/html/rfc3164; https://nginx.org/en/docs/syslog.html, read 2026-11.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from review.replay.envelopes.envelope import Envelope
from review.replay.source import whole_lines

_TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_STREAM = rb"[^\s{<\"]+"


def _prefix(words: str, document: str, prefix: bytes) -> Envelope:
    at_the_beginning, later = re.compile(prefix), re.compile(rb"\n" + prefix)

    def unwrap(parts: Iterable[bytes], problems: Counter[str]) -> Iterator[bytes]:
        for block in whole_lines(parts, problems):
            yield later.sub(
                b"\n", at_the_beginning.sub(b"", block, count=1) if at_the_beginning.match(block) else block
            )

    return Envelope(
        words=words, document=document, recognize=lambda head: bool(at_the_beginning.match(head)), unwrap=unwrap
    )


TIME_BEFORE = _prefix(
    "with the time that CloudWatch's export to S3 or a command line puts before each line",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html",
    _TIME + rb"[ \t]",
)
TIME_AND_STREAM_BEFORE = _prefix(
    "as `aws logs tail` prints it",
    "https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html",
    _TIME + rb"[ \t]" + _STREAM + rb"[ \t]",
)
OF_A_NODE = _prefix(
    "as a node of Kubernetes keeps it",
    "https://kubernetes.io/docs/concepts/cluster-administration/logging/",
    _TIME + rb" (?:stdout|stderr) [FP] ",
)
CONTAINER_BEFORE = _prefix(
    "with the name of the container before each line",
    "https://docs.docker.com/reference/cli/docker/compose/logs/",
    rb"(?:\[pod/[^\]\s]+\] |[\w.-]+ +\| )",
)
SYSLOG = _prefix(
    "as syslog writes it",
    "https://datatracker.ietf.org/doc/html/rfc3164",
    rb"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+: ",
)
