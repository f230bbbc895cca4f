//! My Number Cards whose files have given sizes: the others' files have fixed ones.

use crate::{
    cards::my_number::files::{FACE_DATA, File, TEXT_ATTRIBUTES},
    simulator::{
        Persona, Recipe,
        cards::{drivers_licence, residence_card},
        pick,
    },
};

use super::{Photo, issue};

/// How often an address is made longer or shorter: the length of its own length may change once or twice.
const MAX_ROUNDS: usize = 4;

/// The shortest box of a JP2 file: length and type (ISO/IEC 15444-1 I.4).
const BOX_HEADER: usize = 8;

/// A file's size as its outer object announces it, header included; `None` for no BER-TLV with a two-byte tag.
pub fn announced(file: &[u8]) -> Option<usize> {
    let length = match *file.get(2..)? {
        [length @ 0..=0x7F, ..] => 3 + usize::from(length),
        [0x81, length, ..] => 4 + usize::from(length),
        [0x82, high, low, ..] => 5 + usize::from(u16::from_be_bytes([high, low])),
        _ => return None,
    };
    Some(length)
}

/// A card whose text file has this size, by an address of another length.
pub fn text(mut recipe: Recipe, wanted: usize) -> Option<Recipe> {
    for _ in 0..MAX_ROUNDS {
        let has = size(&recipe, &TEXT_ATTRIBUTES)?;
        if has == wanted {
            return Some(recipe);
        }
        let mut persona = persona(&recipe);
        let bytes = persona.address.len().checked_add(wanted)?.checked_sub(has)?;
        persona.address = padded(&persona.address, bytes)?;
        recipe = recipe.with(persona);
    }
    None
}

/// A card whose face file has this size, by a face picture of another size.
pub fn face(recipe: Recipe, wanted: usize) -> Option<Recipe> {
    let has = size(&recipe, &FACE_DATA)?;
    if has == wanted {
        return Some(recipe);
    }
    let own = pick(&issue::PORTRAITS, persona(&recipe).portrait);
    let target = own.len().checked_add(wanted)?.checked_sub(has)?;
    let photo = portraits().find_map(|portrait| boxed(portrait, target)).or_else(|| cut(own, target))?;
    let recipe = recipe.with(Photo(photo));
    (size(&recipe, &FACE_DATA)? == wanted).then_some(recipe)
}

/// Whether the face picture of a made card had to be cut, because the file has no room for a whole one: it is signed as it
/// is and does not decode.
pub(crate) fn is_cut(recipe: &Recipe) -> bool {
    recipe.given().is_some_and(|Photo(photo)| !portraits().any(|portrait| photo.starts_with(portrait)))
}

fn persona(recipe: &Recipe) -> Persona {
    recipe.given().cloned().unwrap_or_else(|| Persona::from_seed(recipe.seed))
}

fn portraits() -> impl Iterator<Item = &'static [u8]> {
    issue::PORTRAITS.into_iter().chain(residence_card::PORTRAITS).chain(drivers_licence::PORTRAITS)
}

fn size(recipe: &Recipe, file: &File) -> Option<usize> {
    recipe.card().ok()?.file_mut(file.name).and_then(|file| announced(file))
}

/// A picture cut off, its length still one of two bytes.
fn cut(picture: &[u8], length: usize) -> Option<Vec<u8>> {
    picture.get(..length).filter(|_| length > usize::from(u8::MAX)).map(<[u8]>::to_vec)
}

/// The address cut or lengthened to so many bytes of UTF-8.
fn padded(address: &str, bytes: usize) -> Option<String> {
    let mut text = String::new();
    for character in address.chars() {
        if text.len() + character.len_utf8() > bytes {
            break;
        }
        text.push(character);
    }
    while text.len() + '架'.len_utf8() <= bytes {
        text.push('架');
    }
    while text.len() < bytes {
        text.push('0');
    }
    (!text.is_empty()).then_some(text)
}

/// A picture made so long by a box that readersignore; `None` if it is longer, or too little is missing.
fn boxed(picture: &[u8], length: usize) -> Option<Vec<u8>> {
    let missing = length.checked_sub(picture.len())?;
    let mut bytes = picture.to_vec();
    if missing > 0 {
        let size = u32::try_from(missing).ok()?;
        let body = missing.checked_sub(BOX_HEADER)?;
        bytes.extend(size.to_be_bytes());
        bytes.extend(b"free");
        bytes.resize(bytes.len() + body, 0);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{image, kind::CardKind};

    #[test]
    fn an_address_takes_any_length() {
        for bytes in 1..200 {
            assert_eq!(padded("架空県試験市", bytes).unwrap().len(), bytes);
        }
        assert_eq!(padded("架空県", 0), None);
    }

    #[test]
    fn a_box_changes_the_length_and_not_the_picture() {
        let picture = issue::PORTRAITS[0];
        let longer = boxed(picture, picture.len() + 100).unwrap();
        assert_eq!(longer.len(), picture.len() + 100);
        let pixels = |bytes: &[u8]| image::decode(bytes, image::Format::Jpeg2000).unwrap().to_png().unwrap();
        assert!(pixels(&longer) == pixels(picture));
        assert_eq!(boxed(picture, picture.len() + 3), None);
        assert_eq!(boxed(picture, picture.len() - 1), None);
        assert_eq!(boxed(picture, picture.len()).as_deref(), Some(picture));
    }

    #[test]
    fn a_card_is_made_to_measure() {
        let mut recipe = Recipe::new(CardKind::MY_NUMBER, 3);
        for wanted in [60, 100, 104, 127, 140, 300] {
            recipe = text(recipe, wanted).unwrap_or_else(|| panic!("{wanted}"));
            assert_eq!(size(&recipe, &TEXT_ATTRIBUTES), Some(wanted));
        }
        let recipe = text(recipe, 104).unwrap();
        // 3,070 is the size on the public test card.
        for (wanted, whole) in [(2_500, false), (3_070, false), (4_000, true), (6_000, true), (20_000, true)] {
            let recipe = face(recipe.clone(), wanted).unwrap_or_else(|| panic!("{wanted}"));
            assert_eq!(size(&recipe, &FACE_DATA), Some(wanted));
            assert_eq!(is_cut(&recipe), !whole, "{wanted}");
        }
        assert!(face(recipe, 900).is_none());
    }
}
