//! Lists the targets, or writes the seeds of one into a folder: `seeds [TARGET FOLDER]`.

// So that a build for the fuzzer links.
use libfuzzer_sys as _;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(folder)) = (arguments.next(), arguments.next()) else {
        for target in taimen_fuzz::TARGETS {
            println!("{} {} {}", target.name, if target.structured { "structured" } else { "parser" }, target.longest);
        }
        return Ok(());
    };
    let target = taimen_fuzz::find(&name).unwrap_or_else(|| panic!("{name} is not a target"));
    std::fs::create_dir_all(&folder)?;
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        std::fs::write(format!("{folder}/seed-{number:04}"), seed)?;
    }
    Ok(())
}
