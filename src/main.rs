//! The program `taimen`: all of it is in `taimen::cli`.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// Wipes what is freed: entries, PINs and personal data also if a library made a copy of them.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> std::process::ExitCode {
    taimen::cli::main()
}
