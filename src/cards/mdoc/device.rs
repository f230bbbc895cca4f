//! What the device signed, or made a code of, in a session (ISO/IEC 18013-5 9.1.3).

use crate::{
    cbor::{self, CborError},
    crypto::RowKey,
    text::errors,
};

use super::{
    cose::{Algorithm, CoseError, Key, Signed},
    response::device_elements,
};

errors! {
    /// Why a device's answer does not count.
    #[derive(Clone, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum DeviceError {
        Cbor(#[from] CborError) = "{0}",
        Form = "it has both a signature and a code, or neither, or something else",
        Signature(CoseError) = "the signature: {0}",
        Mac(CoseError) = "the code: {0}",
        NoMacKey = "the key of the code was not kept",
    }
}

/// How a device answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By a signature, which anybody can verify at any time.
    Signature(Algorithm),
    /// By a code, which whoever knows the session's keys could have made.
    Mac,
}

/// DeviceAuthenticationBytes: the transcript without its tag, the docType, DeviceNameSpacesBytes as they came.
pub fn authentication(transcript: &[u8], doc_type: &str, name_spaces: &[u8]) -> Vec<u8> {
    let authentication =
        cbor::array(&[&cbor::text("DeviceAuthentication")[..], transcript, &cbor::text(doc_type), name_spaces]);
    cbor::embedded(&authentication)
}

/// DeviceSigned, taken apart. Reading verifies nothing.
#[derive(Debug, Clone)]
pub struct DeviceSigned<'a> {
    /// DeviceNameSpacesBytes as they came.
    pub name_spaces: &'a [u8],
    /// Namespace and identifier of what the device states itself.
    pub elements: Vec<(&'a str, &'a str)>,
    mac: bool,
    cose: Signed<'a>,
}

impl<'a> DeviceSigned<'a> {
    /// Reads DeviceSigned.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, DeviceError> {
        let item = cbor::decode(bytes)?;
        let elements = device_elements(&item)?;
        let [(name, auth)] = item.get("deviceAuth")?.entries()? else { return Err(DeviceError::Form) };
        let (mac, cose) = match name.text()? {
            "deviceSignature" => (false, Signed::sign1(auth).map_err(DeviceError::Signature)?),
            "deviceMac" => (true, Signed::mac0(auth).map_err(DeviceError::Mac)?),
            _ => return Err(DeviceError::Form),
        };
        Ok(Self { name_spaces: item.get("nameSpaces")?.raw, elements, mac, cose })
    }

    /// Whether it is a code.
    pub fn is_mac(&self) -> bool {
        self.mac
    }

    /// Verifies it for a session: `transcript` is the one without its tag.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn verify(
        &self,
        transcript: &[u8],
        doc_type: &str,
        key: &Key,
        mac_key: Option<&RowKey>,
    ) -> Result<Proof, DeviceError> {
        let message = authentication(transcript, doc_type, self.name_spaces);
        if self.mac {
            let key = mac_key.ok_or(DeviceError::NoMacKey)?;
            return self.cose.verify_code(key, &message).map(|()| Proof::Mac).map_err(DeviceError::Mac);
        }
        self.cose.verify(key, Some(&message)).map(Proof::Signature).map_err(DeviceError::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::cose;

    #[test]
    fn a_device_answers_by_a_signature_or_by_a_code() {
        let answer = cose::encode(&cose::protected(cose::HMAC_256), &[], None, &[7; 32]);
        for (names, expected) in [
            (&["deviceSignature"][..], Ok(false)),
            (&["deviceMac"], Ok(true)),
            (&["deviceSignature", "deviceMac"], Err(DeviceError::Form)),
            (&["deviceSeal"], Err(DeviceError::Form)),
            (&[], Err(DeviceError::Form)),
        ] {
            let auth: Vec<_> = names.iter().map(|name| (cbor::text(name), &answer)).collect();
            let spaces = cbor::embedded(&cbor::map::<Vec<u8>, Vec<u8>>(&[]));
            let signed = cbor::map(&[(cbor::text("nameSpaces"), spaces), (cbor::text("deviceAuth"), cbor::map(&auth))]);
            assert_eq!(DeviceSigned::read(&signed).map(|signed| signed.is_mac()), expected, "{names:?}");
        }
    }
}
