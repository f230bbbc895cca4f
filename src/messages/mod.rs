//! Everything that a person reads and that is no card fact: errors in two halves, what happened and what to do.
