//! Data objects of data groups: containers in which a tag may come several times, under limits of depth and number.

use crate::tlv::{self, Object, Tag, TlvError, TlvErrorKind};

/// The most objects in one container.
pub const MAX_OBJECTS: usize = 64;

/// The object of a whole file, with its tag. A byte behind it is an error: the hash covers exactly the object.
///
/// # Errors
/// [`TlvError`].
pub fn whole(bytes: &[u8], tag: Tag) -> Result<Object<'_>, TlvError> {
    let (object, rest) = tlv::file(bytes, tag)?;
    if rest.is_empty() { Ok(object) } else { Err(TlvError { at: object.raw.len(), kind: TlvErrorKind::AfterFiller }) }
}

/// The objects inside one, in stored order.
///
/// # Errors
/// [`TlvError`].
pub fn inside<'a>(object: &Object<'a>) -> Result<Vec<Object<'a>>, TlvError> {
    let mut found = Vec::new();
    let (mut rest, mut at) = (object.value, object.at + object.raw.len() - object.value.len());
    while !rest.is_empty() {
        if found.len() >= MAX_OBJECTS {
            return Err(TlvError { at, kind: TlvErrorKind::TooMany });
        }
        let (child, after) = tlv::object(rest, at)?;
        at += child.raw.len();
        rest = after;
        found.push(child);
    }
    Ok(found)
}

/// The first object inside one with a tag.
///
/// # Errors
/// [`TlvError`]; [`TlvErrorKind::Missing`].
pub fn child<'a>(object: &Object<'a>, tag: u32) -> Result<Object<'a>, TlvError> {
    let missing = TlvError { at: object.at, kind: TlvErrorKind::Missing(Tag(tag)) };
    inside(object)?.into_iter().find(|child| child.tag == Tag(tag)).ok_or(missing)
}
