//! The program's memory holds what people enter. It must get neither into a core dump nor to other programs of the same
//! user.

/// Makes no core dumps, and on Linux lets nobody but root look into the process. Where the system refuses or knows no such
/// thing, the program runs all the same: `docs/attacks.md` says what remains.
pub fn close() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
