//! What is fuzzed, and what must hold whatever comes. `cargo fuzz` runs a target on random bytes (`scripts/torture`), and the
//! tests of the program run every target over its corpus and seeds (`tests/torture/corpora.rs` includes this file).

#[cfg(feature = "counter")]
mod counter;
mod dumps;
pub mod evidence;
mod hostile;
mod input;
mod manifest;
mod parsers;
mod passport;
mod phones;
mod seeds;
mod sequence;
mod twin;

pub use seeds::TIME;

/// One thing that is fuzzed.
pub struct Target {
    /// Its name; its corpus lies in `fuzz/corpus/<name>`.
    pub name: &'static str,
    /// Whether its bytes are instructions for a mutation of something genuine, and not what a parser reads.
    pub structured: bool,
    /// The longest input that makes sense.
    pub longest: usize,
    /// Runs it on one input and panics if something is wrong.
    pub run: fn(&[u8]),
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Everything that is fuzzed.
pub const TARGETS: &[Target] = &[
    Target { name: "dump", structured: true, longest: 256, run: dumps::run, seeds: dumps::seeds },
    Target { name: "hostile", structured: true, longest: 4096, run: hostile::run, seeds: hostile::seeds },
    Target { name: "sequence", structured: true, longest: 2048, run: sequence::run, seeds: sequence::seeds },
    #[cfg(feature = "counter")]
    Target { name: "counter", structured: true, longest: 8192, run: counter::run, seeds: counter::seeds },
    parser("recording", 65_536, parsers::recording, seeds::recordings),
    parser("dump-json", 65_536, parsers::dump_json, seeds::dumps),
    parser("certificate", 8192, parsers::certificate, seeds::certificates),
    parser("import", 16_384, parsers::import, seeds::handed_in),
    parser("manifest", 16_384, manifest::run, manifest::seeds),
    parser("tlv", 4096, parsers::tlv, seeds::files),
    parser("jpeg2000", 2048, parsers::jpeg2000, seeds::jpeg2000),
    parser("tiff", 8192, parsers::tiff, seeds::tiff),
    parser("fax", 4096, parsers::fax, seeds::fax),
    parser("jis", 512, parsers::jis, seeds::jis),
    parser("date", 64, parsers::date, seeds::dates),
    parser("script", 1024, parsers::script, seeds::scripts),
    parser("recipe", 256, parsers::recipe, seeds::recipes),
    parser("expectation", 4096, parsers::expectation, seeds::expectations),
    parser("profile", 16_384, parsers::profile, seeds::profiles),
    parser("form", 2048, parsers::form, seeds::forms),
    parser("cms", 16_384, passport::cms, passport::messages),
    parser("master-list", 65_536, passport::master_list, passport::lists),
    parser("security-object", 16_384, passport::security_object, passport::security_objects),
    parser("data-group", 16_384, passport::data_group, passport::data_groups),
    parser("zone", 256, passport::zone, passport::zones),
    parser("security-infos", 2048, passport::security_infos, passport::infos),
    parser("public-key", 2048, passport::public_key, passport::keys),
    parser("vpcd", 1024, parsers::vpcd, seeds::vpcd),
    parser("cbor", 65_536, phones::cbor, phones::messages),
    parser("device-response", 65_536, phones::device_response, phones::responses),
    parser("engagement", 4096, phones::engagement, phones::engagements),
    parser("vical", 16_384, phones::vical, phones::vicals),
    parser("ndef", 8192, phones::ndef, phones::ndefs),
    parser("envelope", 8192, phones::envelope, phones::envelopes),
    parser("bluetooth", 8192, phones::bluetooth, phones::packeted),
];

const fn parser(name: &'static str, longest: usize, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Target {
    Target { name, structured: false, longest, run, seeds }
}

/// A target by its name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// How many simulated cards were read to the end for their seeds.
pub fn honest_kinds() -> usize {
    seeds::honest().len()
}
