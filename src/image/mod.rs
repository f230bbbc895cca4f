//! Pictures from a card: decoded under limits, written as PNG. A decoded picture is never evidence.
