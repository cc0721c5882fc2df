"""All envelopes, in the order in which they are tried."""

from review.replay.envelopes.bare import BARE
from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.insights_csv import INSIGHTS_CSV
from review.replay.envelopes.json_documents import JSON_DOCUMENTS
from review.replay.envelopes.json_strings import JSON_STRINGS
from review.replay.envelopes.line_prefix import FILTERED_TEXT, TIME_AND_STREAM_BEFORE, TIME_BEFORE
from review.replay.envelopes.log_events import LOG_EVENTS
from review.replay.envelopes.packed_records import PACKED_RECORDS
from review.replay.envelopes.query_results import QUERY_RESULTS

ENVELOPES: tuple[Envelope, ...] = (
    BARE,
    INSIGHTS_CSV,
    QUERY_RESULTS,
    LOG_EVENTS,
    PACKED_RECORDS,
    JSON_STRINGS,
    TIME_BEFORE,
    TIME_AND_STREAM_BEFORE,
    FILTERED_TEXT,
    JSON_DOCUMENTS,
)
