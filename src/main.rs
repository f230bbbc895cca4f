//! The program `taimen`: all of it is in `taimen::cli`.

fn main() -> std::process::ExitCode {
    taimen::cli::main()
}
