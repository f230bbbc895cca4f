//! The switches of a simulated passport: every answer and form that real chips differ in (spec passport 11). The default is the one
//! that is hardest on a careless reader.

/// How the chip is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// PACE, and BAC beside it.
    Both,
    /// BAC alone: there is no EF.CardAccess.
    BacAlone,
    /// PACE alone: the application is not selected without it.
    PaceAlone,
}

crate::simulator::record! {
    /// The switches of a simulated passport.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PassportProfile;
    opens: Opens = Opens::Both, "How the chip is opened.";
    extended: bool = true, "Whether extended APDUs are taken; without, `6700` in plain, and the session ends.";
    opens_with_print: bool = false, "Whether a chip that holds another zone than the printed one opens with the printed one.";
    most: Option<usize> = None, "READ BINARY returns at most so many bytes of a file.";
    hides_pace: bool = false, "Whether EF.CardAccess is missing although data group 14 names PACE.";
    refuses_pace: bool = false, "Whether the first command of PACE is answered with `6A80`.";
    wants_parameters: bool = false, "Whether the first command of PACE is answered with `6A87` unless it names the group.";
    master: MasterFile = MasterFile::Selected, "How SELECT of the master file is answered.";
    strict_end: bool = false, "Whether READ BINARY that asks for more than the file has is answered with `6B00` and no data.";
    plain_errors: bool = false, "Whether an error in a session ends it, the status word in plain.";
    long_proof: LongProof = LongProof::Given, "How INTERNAL AUTHENTICATE is answered that asks for 65,536 bytes.";
    wrong_token: bool = false, "Whether the chip's token in PACE is wrong.";
    hidden: Vec<u8> = Vec::new(), "Files, by their short identifiers, that the chip answers with `6A82`.";
    answers: KeyAnswers = KeyAnswers::Honestly, "How the chip answers to the proofs of its key.";
    broken_mac_at: Option<u32> = None, "The protected answer, from 1, whose MAC is wrong.";
}

/// How SELECT of the master file is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterFile {
    /// `9000`
    Selected,
    /// `6A86` in every form.
    Refused,
    /// `9000`, but a form without its identifier selects nothing.
    Pretended,
}

/// How INTERNAL AUTHENTICATE is answered that asks for 65,536 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongProof {
    /// With the proof.
    Given,
    /// `6Cxx`
    Named,
    /// `6700`, and so is every extended form.
    Refused,
    /// `9000` without data.
    Empty,
}

/// How the chip answers to the proofs of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAnswers {
    /// With the certified key.
    Honestly,
    /// With another key: a copy of the data.
    OtherKey,
    /// Not at all: `6982`.
    Refuses,
    /// With the answer to another challenge.
    Stale,
}
