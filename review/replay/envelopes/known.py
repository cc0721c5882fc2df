"""All envelopes, in the order in which they are tried.

Those with times are for lines that have none. They come first: a format whose lines have a time does not fit what they
return, but the format of lines without one would be refused.
"""

from review.replay.envelopes.bare import BARE
from review.replay.envelopes.base64_lines import BASE64_LINES
from review.replay.envelopes.envelope import Envelope
from review.replay.envelopes.insights_csv import INSIGHTS_CSV, INSIGHTS_CSV_WITH_TIMES
from review.replay.envelopes.json_documents import JSON_DOCUMENTS
from review.replay.envelopes.json_strings import JSON_STRINGS
from review.replay.envelopes.line_prefix import (
    CONTAINER_BEFORE,
    OF_A_NODE,
    SYSLOG,
    TIME_AND_STREAM_BEFORE,
    TIME_BEFORE,
)
from review.replay.envelopes.log_events import LOG_EVENTS, LOG_EVENTS_WITH_TIMES
from review.replay.envelopes.packed_records import PACKED_RECORDS
from review.replay.envelopes.query_results import QUERY_RESULTS, QUERY_RESULTS_WITH_TIMES
from review.replay.envelopes.text_output import TEXT_OUTPUT, TEXT_OUTPUT_WITH_TIMES
from review.replay.envelopes.wrapped_lines import WRAPPED_LINES, WRAPPED_LINES_WITH_TIMES
from review.replay.envelopes.xml_documents import XML_DOCUMENTS

ENVELOPES: tuple[Envelope, ...] = (
    BARE,
    INSIGHTS_CSV_WITH_TIMES,
    INSIGHTS_CSV,
    QUERY_RESULTS_WITH_TIMES,
    QUERY_RESULTS,
    LOG_EVENTS_WITH_TIMES,
    LOG_EVENTS,
    PACKED_RECORDS,
    BASE64_LINES,
    TEXT_OUTPUT_WITH_TIMES,
    TEXT_OUTPUT,
    OF_A_NODE,
    TIME_BEFORE,
    TIME_AND_STREAM_BEFORE,
    CONTAINER_BEFORE,
    SYSLOG,
    XML_DOCUMENTS,
    WRAPPED_LINES_WITH_TIMES,
    WRAPPED_LINES,
    JSON_STRINGS,
    JSON_DOCUMENTS,
)
