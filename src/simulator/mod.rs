//! Simulated cards: a function of state and command, faithful to what is known of the real ones.
