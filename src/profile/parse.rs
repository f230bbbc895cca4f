//! From a file's bytes to a profile.

use crate::crypto::sha256;

use super::{Profile, ProfileError, SCHEMA, error::RowName};

/// The largest file that is read, in bytes.
pub const MAX_LENGTH: usize = 256 * 1024;

impl Profile {
    /// Reads a profile file.
    ///
    /// # Errors
    /// Every [`ProfileError`] of the file, never none; one that keeps it from being read at all stands alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<ProfileError>> {
        let mut profile = read(bytes).map_err(|error| vec![error])?;
        profile.sha256 = hex::encode(sha256(&[bytes]));
        let faults = profile.faults();
        if faults.is_empty() { Ok(profile) } else { Err(faults) }
    }
}

fn read(bytes: &[u8]) -> Result<Profile, ProfileError> {
    if bytes.len() > MAX_LENGTH {
        return Err(ProfileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ProfileError::NotText)?;
    // Windows' editors begin a file with a byte order mark; the hash still covers it.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let table: toml::Table = toml::from_str(text).map_err(|error| ProfileError::Syntax { line: line(text, &error) })?;
    if table.get("schema").and_then(toml::Value::as_str) != Some(SCHEMA) {
        return Err(ProfileError::OtherSchema);
    }
    toml::from_str(text).map_err(|error| shape(text, &error))
}

/// The line of an error, counted from 1.
fn line(text: &str, error: &toml::de::Error) -> usize {
    let start = error.span().map_or(0, |span| span.start);
    text.get(..start).unwrap_or(text).matches('\n').count().saturating_add(1)
}

/// What is wrong with the shape of a file that is TOML. serde's sentences exist in English alone, so their key is taken out.
fn shape(text: &str, error: &toml::de::Error) -> ProfileError {
    let line = line(text, error);
    let row = row(text, line);
    let said = error.message();
    let key = || said.split('`').nth(1).unwrap_or_default().to_owned();
    if said.starts_with("unknown field") {
        ProfileError::UnknownKey { row, line, key: key() }
    } else if said.starts_with("missing field") {
        ProfileError::MissingKey { row, line, key: key() }
    } else {
        let given = error.span().and_then(|span| text.get(span)).unwrap_or_default();
        let given = given.lines().next().unwrap_or_default().chars().take(60).collect();
        ProfileError::Value { row, line, given }
    }
}

/// The row that a line of the file belongs to.
fn row(text: &str, line: usize) -> RowName {
    let table = |line: &str| -> Option<String> {
        let name = line.trim().strip_prefix("[[")?.split(']').next()?;
        Some(name.trim().to_owned())
    };
    let lines: Vec<&str> = text.lines().collect();
    let above = lines.get(..line.min(lines.len())).unwrap_or_default();
    let Some((at, name)) = above.iter().enumerate().rev().find_map(|(at, line)| Some((at, table(line)?))) else {
        return RowName::head();
    };
    let own = lines.iter().skip(at.saturating_add(1)).take_while(|line| table(line).is_none());
    let mut ids = own.filter_map(|line| line.trim().strip_prefix("id")?.trim_start().strip_prefix('='));
    let number = above.iter().filter(|line| table(line).as_ref() == Some(&name)).count();
    let id = ids.next().and_then(|value| value.split('"').nth(1)).map_or_else(|| number.to_string(), str::to_owned);
    RowName::new(&name, &id)
}
