//! One request and its answer in an encrypted session, without a link: what is sent, what is kept of the answer, and what a recording
//! keeps so that it can be played back without the reader's private key.

use zeroize::Zeroizing;

use crate::{
    cbor,
    crypto::{CurveSigner, ReaderKey, RowKey},
    text::errors,
    transport::{NonceError, Nonces},
};

use super::{
    cose::{self, Key},
    engagement::Engagement,
    session::{self, Message, Session, SessionError, Side, status},
    transcript::{Handover, Transcript},
};

/// The most bytes of one entry of a recording's header.
const PART: usize = 500;

/// What begins an entry: the keys and the reader's public key.
const KEYS: u8 = 1;
/// A part of the request.
const REQUEST: u8 = 2;
/// The key of the phone's code.
const MAC: u8 = 3;

errors! {
    /// Why a session with a phone came to nothing.
    #[derive(Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum ShareError {
        Session(SessionError) = "{0}",
        Agreement = "the phone's key is not one that keys can be agreed with",
        Encryption = "the phone could not decrypt the request",
        Decoding = "the phone could not decode the request",
        Status(u64) = "the phone ended the session with status {0}",
        Empty = "the phone's answer holds neither data nor a status",
        Recording = "the recording does not hold the keys of this session",
        Nonce(NonceError) = "{0}",
    }
}

impl From<SessionError> for ShareError {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<NonceError> for ShareError {
    fn from(error: NonceError) -> Self {
        Self::Nonce(error)
    }
}

/// A session before its request.
pub struct Opened {
    pub transcript: Transcript,
    session: Session,
    reader_key: Vec<u8>,
    private: Option<crate::crypto::Scalar>,
    recorded: Option<Recorded>,
}

/// What a recording holds of a session.
#[derive(Default)]
struct Recorded {
    request: Vec<u8>,
    mac: Option<RowKey>,
}

/// What the phone answered.
pub enum Answer {
    /// A response, decrypted.
    Response(Zeroizing<Vec<u8>>),
    /// Nothing: the holder declined.
    Declined,
}

impl Opened {
    /// A session with fresh keys; a recorder gets what it needs.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn fresh(
        engagement: &Engagement<'_>,
        handover: Handover<'_>,
        nonces: &mut dyn Nonces,
    ) -> Result<Self, ShareError> {
        let curve = engagement.key.curve();
        let random = Zeroizing::new(nonces.draw_secret(curve.random_length())?);
        let private = curve.random_scalar(&random);
        let public = CurveSigner::new(private.clone()).public_key();
        // The phone's own key sent back would agree with itself on what everybody knows.
        if public == engagement.key {
            return Err(ShareError::Agreement);
        }
        let reader_key = cose::encode_key(&public).ok_or(ShareError::Agreement)?;
        let agreed = cose::agreed(&private, &engagement.key).ok_or(ShareError::Agreement)?;
        let transcript = Transcript::new(engagement.bytes, &reader_key, handover);
        let (reader, phone) = transcript.session_keys(&agreed);
        let entry = Zeroizing::new(
            [&[KEYS], reader.as_bytes().as_slice(), phone.as_bytes().as_slice(), reader_key.as_slice()].concat(),
        );
        nonces.session_key(&entry);
        let session = Session::new(Side::Reader, reader, phone);
        Ok(Self { transcript, session, reader_key, private: Some(private), recorded: None })
    }

    /// The session of a recording, from what its header holds.
    ///
    /// # Errors
    /// [`ShareError::Recording`].
    pub fn recorded(
        engagement: &Engagement<'_>,
        handover: Handover<'_>,
        keys: &[Zeroizing<Vec<u8>>],
        nonces: &mut dyn Nonces,
    ) -> Result<Self, ShareError> {
        let (mut opened, mut recorded) = (None, Recorded::default());
        for entry in keys {
            nonces.session_key(entry);
            match entry.split_first() {
                Some((&KEYS, rest)) => {
                    let parts =
                        rest.split_at_checked(32).zip(rest.get(32..).and_then(|rest| rest.split_at_checked(32)));
                    let ((reader, _), (phone, key)) = parts.ok_or(ShareError::Recording)?;
                    opened = RowKey::from_slice(reader).zip(RowKey::from_slice(phone)).map(|keys| (keys, key.to_vec()));
                }
                Some((&REQUEST, part)) => recorded.request.extend_from_slice(part),
                Some((&MAC, key)) => recorded.mac = RowKey::from_slice(key),
                _ => return Err(ShareError::Recording),
            }
        }
        let ((reader, phone), reader_key) = opened.ok_or(ShareError::Recording)?;
        let transcript = Transcript::new(engagement.bytes, &reader_key, handover);
        let session = Session::new(Side::Reader, reader, phone);
        Ok(Self { transcript, session, reader_key, private: None, recorded: Some(recorded) })
    }

    /// SessionEstablishment with this ItemsRequest, and the request as it was sent: of a recording its own.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn establish(
        &mut self,
        items_request: &[u8],
        reader: Option<&ReaderKey>,
        nonces: &mut dyn Nonces,
    ) -> Result<(Vec<u8>, Request), ShareError> {
        let request = match &self.recorded {
            Some(recorded) => Request::read(recorded.request.clone()).ok_or(ShareError::Recording)?,
            None => {
                let request = Request::new(items_request, reader, &self.transcript);
                for part in request.bytes.chunks(PART) {
                    nonces.session_key(&[&[REQUEST], part].concat());
                }
                request
            }
        };
        let sealed = self.session.seal(&request.bytes)?;
        Ok((session::establishment(&cbor::embedded(&self.reader_key), &sealed), request))
    }

    /// What the phone's answer says.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn answered(&mut self, message: &[u8]) -> Result<Answer, ShareError> {
        let message = Message::parse(message).inspect_err(|_| self.session.end())?;
        let opened = message.data.map(|data| self.session.open(data)).transpose()?;
        if message.status.is_some() {
            self.session.end();
        }
        match (opened, message.status) {
            (Some(response), None | Some(status::TERMINATION)) => Ok(Answer::Response(response)),
            (None, Some(status::TERMINATION)) => Ok(Answer::Declined),
            (_, Some(status::ENCRYPTION)) => Err(ShareError::Encryption),
            (_, Some(status::DECODING)) => Err(ShareError::Decoding),
            (_, Some(other)) => Err(ShareError::Status(other)),
            (None, None) => Err(ShareError::Empty),
        }
    }

    /// EMacKey, for a document whose device key answers with a code.
    pub fn mac_key(&self, device: &Key, nonces: &mut dyn Nonces) -> Option<RowKey> {
        if let Some(recorded) = &self.recorded {
            return recorded.mac.clone();
        }
        let agreed = cose::agreed(self.private.as_ref()?, device.ec()?)?;
        let key = self.transcript.mac_key(&agreed);
        nonces.session_key(&Zeroizing::new([&[MAC], key.as_bytes().as_slice()].concat()));
        Some(key)
    }

    /// Whether the phone has ended the session.
    pub fn is_over(&self) -> bool {
        self.session.is_over()
    }
}

/// DeviceRequest for one document.
pub struct Request {
    bytes: Vec<u8>,
    /// ItemsRequest.
    pub items: Vec<u8>,
    /// readerAuth, if the reader says who it is.
    pub reader_auth: Option<Vec<u8>>,
}

impl Request {
    fn new(items_request: &[u8], reader: Option<&ReaderKey>, transcript: &Transcript) -> Self {
        let items = cbor::embedded(items_request);
        let reader_auth = reader.and_then(|reader| {
            let outer = cbor::decode(transcript.bytes()).ok()?;
            let signed = cbor::embedded(&cbor::array(&[
                &cbor::text("ReaderAuthentication"),
                outer.embedded().ok()?,
                items.as_slice(),
            ]));
            let algorithm = if reader.hash() == crate::crypto::Hash::Sha384 {
                cose::Algorithm::Es384
            } else {
                cose::Algorithm::Es256
            };
            let protected = cose::protected(algorithm.number());
            let signature = reader.sign(&cose::covered("Signature1", &protected, &signed));
            Some(cose::encode(&protected, &reader.chain().collect::<Vec<_>>(), None, &signature))
        });
        let mut request = vec![(cbor::text("itemsRequest"), items)];
        request.extend(reader_auth.clone().map(|auth| (cbor::text("readerAuth"), auth)));
        let bytes = cbor::map(&[
            (cbor::text("version"), cbor::text("1.0")),
            (cbor::text("docRequests"), cbor::array(&[cbor::map(&request)])),
        ]);
        Self { bytes, items: items_request.to_vec(), reader_auth }
    }

    /// The request of a recording.
    fn read(bytes: Vec<u8>) -> Option<Self> {
        let (items, reader_auth) = {
            let item = cbor::decode(&bytes).ok()?;
            let [request] = item.get("docRequests").ok()?.items().ok()? else { return None };
            let items = request.get("itemsRequest").ok()?.embedded().ok()?.to_vec();
            (items, request.find("readerAuth").ok()?.map(|auth| auth.raw.to_vec()))
        };
        Some(Self { bytes, items, reader_auth })
    }
}

#[cfg(test)]
#[path = "share_tests.rs"]
mod tests;
