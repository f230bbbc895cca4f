//! One program for every target: the environment's `TAIMEN_TARGET` names it.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use taimen_fuzz::Target;

fn target() -> &'static Target {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("TAIMEN_TARGET").expect("TAIMEN_TARGET names a target");
        taimen_fuzz::find(&name).unwrap_or_else(|| panic!("{name} is not a target"))
    })
}

fuzz_target!(|data: &[u8]| (target().run)(data));
