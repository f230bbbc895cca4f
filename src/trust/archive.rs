//! A certificate in the zip that its issuer publishes it in.

use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use super::import::{ImportError, MAX_FILE};

/// The most entries of an archive, folders included.
pub const MAX_ENTRIES: usize = 16;

/// How the name of a certificate ends.
const ENDINGS: [&str; 3] = [".crt", ".cer", ".der"];

/// The longest name that is kept.
const MAX_NAME: usize = 80;

/// What was taken out of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The last part of its name, for people.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Whether a file is a zip archive, by its first bytes: a file's header, or the end of an empty one.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// The one certificate of an archive.
///
/// # Errors
/// [`ImportError`]: not an archive that can be read, more than [`MAX_ENTRIES`], none or several certificates, or one that is
/// larger than any certificate once it is unpacked, whatever the archive claims.
pub fn certificate(bytes: &[u8]) -> Result<Entry, ImportError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ImportError::BadArchive)?;
    if archive.len() > MAX_ENTRIES {
        return Err(ImportError::BadArchive);
    }
    if archive.has_duplicate_names() {
        return Err(ImportError::DuplicateEntries);
    }
    let mut wanted = Vec::new();
    for at in 0..archive.len() {
        let name = match archive.name_for_index(at) {
            Some(Ok(name)) => name.to_ascii_lowercase(),
            _ => return Err(ImportError::BadArchive),
        };
        if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            wanted.push(at);
        }
    }
    let [at] = wanted[..] else { return Err(ImportError::NotOneCertificate(wanted.len())) };
    let entry = archive.by_index(at).map_err(|_| ImportError::BadArchive)?;
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(ImportError::BadArchive);
    }
    let name = entry.name().map_err(|_| ImportError::BadArchive)?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(MAX_NAME).collect();
    let mut content = Vec::new();
    let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX).saturating_add(1);
    entry.take(limit).read_to_end(&mut content).map_err(|_| ImportError::BadArchive)?;
    if content.len() > MAX_FILE {
        return Err(ImportError::TooLarge);
    }
    Ok(Entry { name, bytes: content })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn the_one_certificate_comes_out() {
        let zip = archive(&[("README.txt", b"hello"), ("folder/ec_cacert.CRT", b"certificate")]);
        assert!(is_archive(&zip));
        let entry = certificate(&zip).unwrap();
        assert_eq!((entry.name.as_str(), entry.bytes.as_slice()), ("ec_cacert.CRT", &b"certificate"[..]));
    }

    #[test]
    fn none_several_and_too_many_are_refused() {
        for (files, found) in [(&[][..], 0), (&[("a.txt", &b"x"[..])], 0), (&[("a.crt", b"x"), ("b.cer", b"y")], 2)] {
            assert_eq!(certificate(&archive(files)), Err(ImportError::NotOneCertificate(found)));
        }
        let names: Vec<String> = (0..=MAX_ENTRIES).map(|at| format!("{at}.txt")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(certificate(&archive(&files)), Err(ImportError::BadArchive));
        // One certificate among as many as there may be.
        let mut most = files[..MAX_ENTRIES - 1].to_vec();
        most.push(("a.crt", b"x"));
        assert_eq!(certificate(&archive(&most)).unwrap().bytes, b"x");
    }

    #[test]
    fn two_entries_of_one_name_are_refused() {
        // The writer refuses to make such an archive, so the second name is changed afterwards, in both of its places.
        let twice = |files: &[(&str, &[u8])]| {
            let mut zip = archive(files);
            for at in 0..zip.len().saturating_sub(4) {
                if &zip[at..at + 5] == b"b.crt" {
                    zip[at] = b'a';
                }
            }
            zip
        };
        let zip = twice(&[("a.crt", b"genuine"), ("b.crt", b"forged!")]);
        assert_eq!(certificate(&zip), Err(ImportError::DuplicateEntries));
        assert_eq!(certificate(&twice(&[("a.crt", b"one"), ("b.crt", b"")])), Err(ImportError::DuplicateEntries));
    }

    #[test]
    fn a_bomb_and_a_broken_archive_are_refused() {
        let bomb = archive(&[("a.crt", &vec![0; 50 * 1024 * 1024])]);
        assert!(bomb.len() < MAX_FILE, "{} bytes hold 50 MiB", bomb.len());
        assert_eq!(certificate(&bomb), Err(ImportError::TooLarge));

        let exact = archive(&[("a.crt", &vec![0; MAX_FILE])]);
        assert_eq!(certificate(&exact).unwrap().bytes.len(), MAX_FILE);

        let zip = archive(&[("a.crt", b"some certificate, long enough to be worth packing, packing, packing")]);
        for length in 0..zip.len() {
            assert!(certificate(&zip[..length]).is_err(), "{length} bytes");
        }
        for at in 0..zip.len() {
            let mut changed = zip.clone();
            changed[at] ^= 0xFF;
            // Whatever comes of it, there is no panic and nothing of another content.
            if let Ok(entry) = certificate(&changed) {
                assert!(entry.bytes.starts_with(b"some certificate"), "byte {at}");
            }
        }
    }
}
