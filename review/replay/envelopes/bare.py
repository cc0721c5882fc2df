"""A file without anything around the lines."""

from review.replay.envelopes.envelope import Envelope
from review.replay.source import whole_lines

BARE = Envelope(words="", document="", recognize=lambda _: True, unwrap=whole_lines)
