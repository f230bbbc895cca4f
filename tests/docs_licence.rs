//! `docs/cards/drivers-licence.md` is written from the tables; this test keeps it so. `UPDATE_DOCS=1` writes it anew.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::{env, fmt::Write, fs, path::Path};

use taimen::cards::drivers_licence::{
    MENKYO_STEPS, STEPS, Step,
    files::{self, Access, Address, File, Layout},
};

const HEAD: &str = "\
# 運転免許証 and マイナ免許証

Written by `UPDATE_DOCS=1 cargo test --test docs_licence` from `src/cards/drivers_licence/`: change the tables, not this
page. How sure each fact is stands in the doc lines of the tables. **No part of it was checked against the specification
of the National Police Agency or on a real card by this project.**

- Names and addresses are JIS X 0208; characters that it lacks are pictures on the card (外字) and stand as `〓` in text.
- What was written after issue (EF04 to EF06) is not signed and never replaces a signed value.
- The chip cannot show that it is no copy.
- No certificate of a signer is public. Without one that you install the signature is not checked.
- 本籍 is shown only when asked for.
";

fn access(access: Access, guest: bool) -> &'static str {
    match access {
        Access::Free => "free",
        Access::Never => "never",
        Access::AllOf(_) if guest => "PIN",
        Access::AllOf(needs) if needs.len() == 1 => "PIN 1",
        Access::AllOf(_) => "PIN 1 and PIN 2",
    }
}

fn card(page: &mut String, title: &str, files: &[File], steps: &[Step], layouts: &[Layout], guest: bool) {
    writeln!(
        page,
        "\n## {title}\n\n| file | | read by | bytes | opened by | signed |\n| --- | --- | --- | --- | --- | --- |"
    )
    .unwrap();
    for file in files {
        let by = match file.address {
            Address::Short(sfi) => format!("short identifier {sfi:02X}"),
            Address::Select(id) => format!("SELECT {id:04X}"),
        };
        let signed = if file.signed_by.is_some() { "yes" } else { "no" };
        let (name, ja, en, size) = (file.name, file.title.ja, file.title.en, file.size);
        writeln!(page, "| `{name}` | {ja} ({en}) | {by} | {size} | {} | {signed} |", access(file.access, guest))
            .unwrap();
    }
    writeln!(page, "\nReading, recognition aside:\n\n| step | exchanges | scopes |\n| --- | --- | --- |").unwrap();
    for step in steps {
        let scopes: Vec<_> = step.scopes.iter().map(|scope| format!("{scope:?}")).collect();
        writeln!(page, "| {} | {} | {} |", step.title.en, step.exchanges, scopes.join(", ")).unwrap();
    }
    writeln!(page, "\nFields:\n\n| file | tag | name | | content | at most | required |\n| --- | --- | --- | --- | --- | --- | --- |").unwrap();
    for field in files.iter().flat_map(files::fields_of) {
        let tags: Vec<_> = field.tags().collect();
        let tag = match tags.as_slice() {
            [one] => one.to_string(),
            many => format!("{} to {}", many[0], many[many.len() - 1]),
        };
        let required = if field.required { "yes" } else { "" };
        writeln!(
            page,
            "| `{}` | {tag} | `{}` | {} ({}) | {:?} | {} | {required} |",
            field.file, field.id, field.title.ja, field.title.en, field.content, field.max
        )
        .unwrap();
    }
    writeln!(page, "\nWhat the signature may cover, in the order in which it is tried:\n\n| layout | bytes | mark | can pass |\n| --- | --- | --- | --- |").unwrap();
    for layout in layouts {
        let parts: Vec<_> = layout.parts.iter().map(|(file, form)| format!("{} ({form:?})", file.name)).collect();
        let pass = if layout.covers { "yes" } else { "no" };
        writeln!(page, "| `{}` | {} | {} | {pass} |", layout.name, parts.join(", "), layout.mark.as_str()).unwrap();
    }
}

#[test]
fn the_page_is_what_the_tables_say() {
    let mut page = HEAD.to_owned();
    card(&mut page, "運転免許証 (driver's licence)", files::FILES, STEPS, files::LICENCE_LAYOUTS, false);
    let guest = "マイナ免許証 (licence application on a My Number Card)";
    card(&mut page, guest, files::MENKYO_FILES, MENKYO_STEPS, files::MENKYO_LAYOUTS, true);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cards/drivers-licence.md");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == page, "UPDATE_DOCS=1 cargo test --test docs_licence writes it anew");
}
