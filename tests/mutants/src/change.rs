//! The changes that `cargo mutants --list --json` names.

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    Body,
    Binary,
    Unary,
    Arm,
    Guard,
    Field,
}

#[derive(Debug, Clone)]
pub struct Change {
    pub number: usize,
    /// As cargo-mutants words it, with file, line and column.
    pub name: String,
    pub file: String,
    pub genre: Genre,
    pub replacement: String,
    /// What the function returns, as its source says it.
    pub returns: String,
    /// Line and column, from 1.
    pub start: (usize, usize),
}

/// The changes in the listed order. One of a genre that nobody knows yet is named in the error.
pub fn read(list: &str) -> Result<Vec<Change>, String> {
    let list: Vec<Value> = serde_json::from_str(list).map_err(|error| error.to_string())?;
    list.iter()
        .enumerate()
        .map(|(number, entry)| change(number, entry).ok_or_else(|| format!("not understood: {entry}")))
        .collect()
}

fn change(number: usize, entry: &Value) -> Option<Change> {
    let text = |name: &str| entry[name].as_str().map(str::to_owned);
    let start = |name: &str| usize::try_from(entry["span"]["start"][name].as_u64()?).ok();
    let genre = match entry["genre"].as_str()? {
        "FnValue" => Genre::Body,
        "BinaryOperator" => Genre::Binary,
        "UnaryOperator" => Genre::Unary,
        "MatchArm" => Genre::Arm,
        "MatchArmGuard" => Genre::Guard,
        "StructField" => Genre::Field,
        _ => return None,
    };
    Some(Change {
        number,
        name: text("name")?,
        file: text("file")?,
        genre,
        replacement: text("replacement")?,
        returns: entry["function"]["return_type"].as_str().unwrap_or_default().to_owned(),
        start: (start("line")?, start("column")?),
    })
}
