"""Log lines as JSON: one object a line, control characters escaped, no document text and no passwords."""

import json
import logging
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object with time in UTC, level, logger and message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON; a traceback goes into `trace`."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for key in ("event", "user", "path", "status"):
            if hasattr(record, key):
                line[key] = str(getattr(record, key))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)
