//! Signed messages of the simulated states: EF.SOD, EF.CardSecurity, master lists.

use jiff::Timestamp;

use crate::{
    crypto::{Hash, SignatureAlgorithm},
    simulator::{
        IssueError,
        certificate::{integer, octets, sequence, time, tlv},
    },
};

use super::issuer::{CertificateOrder, Key, NULL, SET, dotted, hash_oid, identifier};

/// How a signed message is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// DER throughout.
    Der,
    /// As several genuine documents have it: indefinite lengths outside, the content in pieces.
    Ber,
}

crate::simulator::record! {
    /// Everything that a signed message (CMS SignedData) is made from.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MessageOrder;
    content_type: &'static str, "eContentType with dots.";
    content: Vec<u8>, "The content.";
    certificates: Vec<Vec<u8>>, "The certificates in the message.";
    signer: CertificateOrder, "The signer as it is named.";
    key: Key, "The key that signs.";
    algorithm: SignatureAlgorithm, "How it signs.";
    hash: Hash, "The hash of the content.";
    signed_at: Option<Timestamp>, "signingTime.";
    odd_times: Vec<Vec<u8>>, "signingTime as nobody should write it, encoded: each an attribute more.";
    others: Vec<MessageOrder>, "Further signers of the same content; their certificates are this message's.";
    named_by_key: bool, "Whether the signer is named by its key's identifier.";
    form: Form, "How the message is encoded.";
}

impl MessageOrder {
    /// An honest message of a signer, whose certificate is in it.
    ///
    /// # Errors
    /// As [`CertificateOrder::build`].
    pub fn new(content_type: &'static str, content: Vec<u8>, signer: &CertificateOrder) -> Result<Self, IssueError> {
        let algorithm = signer.key.algorithm();
        Ok(Self {
            content_type,
            content,
            certificates: vec![signer.build()?],
            signer: signer.clone(),
            key: signer.key,
            algorithm,
            hash: algorithm.hash(),
            signed_at: None,
            odd_times: Vec::new(),
            others: Vec::new(),
            named_by_key: false,
            form: Form::Der,
        })
    }

    /// One signer's part.
    fn signed(&self) -> Result<Vec<u8>, IssueError> {
        let attribute = |kind: &str, value: Vec<u8>| sequence(&[dotted(kind), tlv(SET, &value)]);
        let mut attributes = vec![attribute("1.2.840.113549.1.9.3", dotted(self.content_type))];
        let times = self.signed_at.map(time).into_iter().chain(self.odd_times.iter().cloned());
        attributes.extend(times.map(|time| attribute("1.2.840.113549.1.9.5", time)));
        attributes.push(attribute("1.2.840.113549.1.9.4", octets(&self.hash.of(&[&self.content]))));
        // SET OF in DER is in order of its elements.
        attributes.sort();
        let attributes = attributes.concat();
        let signature = self.key.sign(self.algorithm, &tlv(SET, &attributes))?;
        let named = if self.named_by_key {
            tlv(0x80, self.signer.subject_key_id.as_deref().unwrap_or_default())
        } else {
            sequence(&[self.signer.issuer.encode(), integer(&[self.signer.serial])])
        };
        Ok(sequence(&[
            integer(&[if self.named_by_key { 3 } else { 1 }]),
            named,
            self.digest(),
            tlv(0xA0, &attributes),
            identifier(self.algorithm),
            octets(&signature),
        ]))
    }

    fn digest(&self) -> Vec<u8> {
        sequence(&[dotted(hash_oid(self.hash))])
    }

    /// The message.
    ///
    /// # Errors
    /// As [`Key::sign`].
    pub fn build(&self) -> Result<Vec<u8>, IssueError> {
        let mut signers = vec![self.signed()?];
        for other in &self.others {
            signers.push(other.signed()?);
        }
        let kind = dotted(self.content_type);
        let outside = |tag: u8, content: Vec<u8>| match self.form {
            Form::Der => tlv(tag, &content),
            Form::Ber => [&[tag, 0x80][..], &content, &[0, 0]].concat(),
        };
        let content = match self.form {
            Form::Der => octets(&self.content),
            Form::Ber => {
                let pieces: Vec<u8> = self.content.chunks(100).flat_map(octets).collect();
                outside(0x24, pieces)
            }
        };
        let data = [
            integer(&[3]),
            tlv(SET, &self.digest()),
            outside(0x30, [kind, outside(0xA0, content)].concat()),
            outside(0xA0, self.certificates.concat()),
            tlv(SET, &signers.concat()),
        ];
        let data = outside(0x30, data.concat());
        Ok(outside(0x30, [dotted("1.2.840.113549.1.7.2"), outside(0xA0, data)].concat()))
    }
}

/// LDSSecurityObject: the list of hashes that EF.SOD signs. Version 1 states the versions of LDS and Unicode.
pub fn hash_list(version: u8, hash: Hash, groups: &[(u8, &[u8])]) -> Vec<u8> {
    let hashes: Vec<Vec<u8>> =
        groups.iter().map(|(number, file)| sequence(&[integer(&[*number]), octets(&hash.of(&[file]))])).collect();
    let versions = sequence(&[tlv(0x13, b"0108"), tlv(0x13, b"040000")]);
    let mut parts = vec![integer(&[version]), sequence(&[dotted(hash_oid(hash)), NULL.to_vec()]), sequence(&hashes)];
    parts.extend((version > 0).then_some(versions));
    sequence(&parts)
}

/// EF.SOD around a signed message.
pub fn security_object_file(message: &[u8]) -> Vec<u8> {
    tlv(0x77, message)
}

/// The content of a master list.
pub fn list_of_certificates(certificates: &[Vec<u8>]) -> Vec<u8> {
    sequence(&[integer(&[0]), tlv(SET, &certificates.concat())])
}
