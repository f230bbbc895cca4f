//! What phones differ in.

/// How a phone is engaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engaged {
    /// Static handover.
    Static,
    /// Negotiated handover, as an iPhone has it.
    Negotiated,
    /// By a QR code: nothing is offered over NFC before.
    Qr,
    /// Nothing is presented: the phone is locked.
    No,
}

/// What the holder does when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Shares everything that is asked for.
    Shares,
    /// Declines, and the phone ends the session.
    Ends,
    /// Declines, and the phone answers without a document.
    Nothing,
}

/// How the device key answers for the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// With a signature.
    Signature,
    /// With a MAC.
    Mac,
    /// With both, which is not allowed.
    Both,
    /// With nothing.
    None,
}

/// What a phone answers that wants to exhaust a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flood {
    /// Nothing.
    No,
    /// `6100` without end.
    Endless,
    /// An object that announces 16 MiB.
    Large,
    /// NLEN 0 without end.
    Waiting,
}

crate::simulator::record! {
    /// What phones differ in.
    #[derive(Debug, Clone)]
    pub struct PhoneProfile;
    engaged: Engaged = Engaged::Static, "How it is engaged.";
    nfc: bool = true, "Whether it offers data over NFC.";
    bluetooth: bool = true, "Whether it offers Bluetooth.";
    air: bool = false, "Whether a test carries its messages over the air: its mdoc application then answers whatever it offers.";
    command: usize = 65_535, "The longest data field of a command that it takes.";
    response: usize = 65_536, "The longest data field of its answers.";
    slow_reads: u8 = 3, "How often NLEN is 0 before the Handover Select message is there (negotiated handover).";
    consent: Consent = Consent::Shares, "What the holder does.";
    withheld: Vec<String> = Vec::new(), "Elements that the holder does not share.";
    unasked: Vec<String> = Vec::new(), "Elements that it sends although nobody asked for them.";
    proof: Proof = Proof::Signature, "How the device key answers for the session.";
    other_key: bool = false, "Whether another key than that of the MSO answers.";
    replayed: bool = false, "Whether the proof is that of another session.";
    status: Option<u64> = None, "The status that it answers in place of the response.";
    wrong_tag: bool = false, "Whether its answer does not decrypt.";
    reuses: bool = false, "Whether its answer is encrypted under the number of another message.";
    flood: Flood = Flood::No, "How it floods the reader.";
    change: Option<fn(Vec<u8>) -> Vec<u8>> = None, "What is changed in the response before it is encrypted.";
}
