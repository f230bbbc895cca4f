//! The program `taimen`.

fn main() {}
