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
    entries::{AIR, MAC, PART, PHONE, READER, REQUEST, SCANNED},
    response::names_number,
    session::{self, Message, Session, SessionError, Side, status},
    transcript::{Handover, Transcript},
};

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
        Recording = "the recording does not hold the keys of this session, or not that of what the phone sent",
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
    /// The key of the phone's messages, until whoever records may have it.
    held: Option<RowKey>,
    /// Whether something came that was not looked through.
    unread: bool,
    /// Whether the 個人番号 came, or something that names it.
    number: bool,
}

/// What a recording holds of a session.
#[derive(Default)]
struct Recorded {
    request: Vec<u8>,
    phone: Option<RowKey>,
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
        nonces.session_key(&Zeroizing::new([&[READER], reader.as_bytes().as_slice(), reader_key.as_slice()].concat()));
        let held = Some(phone.clone());
        let session = Session::new(Side::Reader, reader, Some(phone));
        let private = Some(private);
        Ok(Self { transcript, session, reader_key, private, recorded: None, held, unread: true, number: false })
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
        let (mut own, mut recorded) = (None, Recorded::default());
        for entry in keys {
            nonces.session_key(entry);
            match entry.split_first() {
                Some((&READER, rest)) => {
                    let (reader, key) = rest.split_at_checked(32).ok_or(ShareError::Recording)?;
                    own = RowKey::from_slice(reader).map(|reader| (reader, key.to_vec()));
                }
                Some((&REQUEST, part)) => recorded.request.extend_from_slice(part),
                Some((&PHONE, key)) => recorded.phone = RowKey::from_slice(key),
                Some((&MAC, key)) => recorded.mac = RowKey::from_slice(key),
                _ => return Err(ShareError::Recording),
            }
        }
        let (reader, reader_key) = own.ok_or(ShareError::Recording)?;
        let transcript = Transcript::new(engagement.bytes, &reader_key, handover);
        let session = Session::new(Side::Reader, reader, recorded.phone.clone());
        let recorded = Some(recorded);
        // What may be recorded is on file already.
        Ok(Self { transcript, session, reader_key, private: None, recorded, held: None, unread: true, number: false })
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

    /// What the phone's answer says. Whatever it says, all of it that decrypts is looked through first.
    ///
    /// # Errors
    /// [`ShareError`].
    pub fn answered(&mut self, message: &[u8]) -> Result<Answer, ShareError> {
        self.number |= names_number(message);
        let Message { data, status } = Message::parse(message).inspect_err(|_| self.session.end())?;
        let opened = match data.filter(|_| self.is_readable()) {
            Some(data) => Some(self.session.open(data)?),
            None => None,
        };
        self.number |= opened.as_ref().is_some_and(|response| names_number(response));
        self.unread = session::says_more(message);
        if status.is_some() {
            self.session.end();
        }
        match (opened, status) {
            (Some(response), None | Some(status::TERMINATION)) => Ok(Answer::Response(response)),
            (_, Some(status::ENCRYPTION)) => Err(ShareError::Encryption),
            (_, Some(status::DECODING)) => Err(ShareError::Decoding),
            (_, Some(other)) if other != status::TERMINATION => Err(ShareError::Status(other)),
            _ if data.is_some() => Err(ShareError::Recording),
            (_, Some(_)) => Ok(Answer::Declined),
            (_, None) => Err(ShareError::Empty),
        }
    }

    /// Whether the phone's messages can be decrypted: not those of a recording without their key.
    fn is_readable(&self) -> bool {
        self.recorded.as_ref().is_none_or(|recorded| recorded.phone.is_some())
    }

    /// Whether the 個人番号 came, or something that names it: no recording of this session may be written.
    pub fn brought_number(&self) -> bool {
        self.number
    }

    /// Something came that was not looked through.
    pub fn distrust(&mut self) {
        self.unread = true;
    }

    /// Gives whoever records the key of the phone's messages, after the last one: only if all that came was looked through, and the
    /// 個人番号 was not in it. What broke off is never opened by a recording, because its beginning decrypts without its end.
    pub fn release(&mut self, nonces: &mut dyn Nonces) {
        if let Some(key) = self.held.take().filter(|_| !self.number && !self.unread) {
            nonces.session_key(&Zeroizing::new([&[PHONE], key.as_bytes().as_slice()].concat()));
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

/// Of a recording's entries those of one session, counted from 0: a phone is engaged again after a loss.
pub fn of_session(keys: &[Zeroizing<Vec<u8>>], number: usize) -> Vec<Zeroizing<Vec<u8>>> {
    let mut begun = 0_usize;
    let of = keys.iter().filter(|entry| {
        begun += usize::from(entry.first() == Some(&READER));
        begun == number.saturating_add(1) && !matches!(entry.first(), Some(&SCANNED | &AIR))
    });
    of.cloned().collect()
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
