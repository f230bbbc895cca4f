//! The samples come from libtiff (`scripts/make-tiff-samples`); the hostile files are built here.

use super::{
    super::{Format, ImageError, Raster, decode, dimensions},
    *,
};

const SAMPLES: [&[u8]; 4] = [
    include_bytes!("samples/white-is-zero.tif"),
    include_bytes!("samples/black-is-zero.tif"),
    include_bytes!("samples/strips.tif"),
    include_bytes!("samples/reversed-bits.tif"),
];

/// What a card's file holds after a picture.
fn padded(picture: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = picture.to_vec();
    bytes.resize(size, 0);
    bytes
}

fn tiff(bytes: &[u8]) -> Result<Raster, ImageError> {
    decode(bytes, Format::Tiff)
}

fn drawing() -> Raster {
    decode(include_bytes!("samples/drawing.png"), Format::Png).unwrap()
}

/// The strip of the first sample: T.6 without a header.
fn strip() -> &'static [u8] {
    let picture = SAMPLES[0];
    let directory = Directory::read(picture).unwrap();
    directory.strip(0, 1).unwrap()
}

/// A file of these entries (tag, type, count, value) with the strip at its end; offset 0 stands for the strip's.
fn built(big_endian: bool, entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut file = if big_endian { b"MM".to_vec() } else { b"II".to_vec() };
    file.extend(short(42));
    file.extend(long(8));
    file.extend(short(u16::try_from(entries.len()).unwrap()));
    let data = u32::try_from(8 + 2 + entries.len() * 12 + 4).unwrap();
    for (tag, kind, count, value) in entries {
        file.extend(short(*tag));
        file.extend(short(*kind));
        file.extend(long(*count));
        let value = if *tag == tag::OFFSETS && *value == 0 { data } else { *value };
        if *kind == 3 && *count == 1 {
            file.extend(short(u16::try_from(value).unwrap()));
            file.extend([0, 0]);
        } else {
            file.extend(long(value));
        }
    }
    // A next directory that is this one.
    file.extend(long(8));
    file.extend(strip());
    file
}

const PLAIN: [(u16, u16, u32, u32); 6] = [
    (tag::WIDTH, 3, 1, 96),
    (tag::HEIGHT, 4, 1, 40),
    (tag::COMPRESSION, 3, 1, 4),
    (tag::PHOTOMETRIC, 3, 1, 0),
    (tag::OFFSETS, 4, 1, 0),
    (tag::ROWS, 4, 1, u32::MAX),
];

fn with(entry: (u16, u16, u32, u32)) -> Vec<u8> {
    let mut entries: Vec<_> = PLAIN.into_iter().filter(|(tag, ..)| *tag != entry.0).collect();
    entries.push(entry);
    built(false, &entries)
}

#[test]
fn every_form_shows_what_was_drawn() {
    for sample in SAMPLES {
        for size in [sample.len(), 2500, 7000] {
            let stored = padded(sample, size);
            assert_eq!(dimensions(&stored, Format::Tiff), Ok((96, 40)));
            assert_eq!(tiff(&stored), Ok(drawing()));
        }
    }
    for big_endian in [false, true] {
        // Without a strip length, and with a directory that names itself as the next one.
        assert_eq!(tiff(&built(big_endian, &PLAIN)), Ok(drawing()));
    }
}

#[test]
fn what_is_cut_off_is_no_picture() {
    for sample in SAMPLES {
        for end in 0..sample.len() {
            assert!(tiff(&sample[..end]).is_err() || end + 4 >= sample.len(), "{end}");
            // Zeros that were cut off come back with the filler; nothing else does.
            let filled = tiff(&padded(&sample[..end], 7000));
            assert!(filled.is_err() || filled == Ok(drawing()), "{end}");
        }
    }
    let whole = built(false, &PLAIN);
    let end_mark = 4;
    for end in 0..whole.len() - end_mark {
        assert!(tiff(&whole[..end]).is_err(), "{end}");
        assert!(tiff(&padded(&whole[..end], 7000)).is_err(), "{end}");
    }
}

#[test]
fn every_flipped_bit_ends_in_an_error_or_a_small_picture() {
    for sample in SAMPLES {
        for bit in 0..sample.len() * 8 {
            let mut harmed = sample.to_vec();
            harmed[bit / 8] ^= 0x80 >> (bit % 8);
            for size in [harmed.len(), 7000] {
                if let Ok(raster) = tiff(&padded(&harmed, size)) {
                    assert!(raster.width() <= MAX_TIFF_SIDE && raster.height() <= MAX_TIFF_SIDE);
                }
            }
        }
    }
}

#[test]
fn hostile_directories_are_refused_by_name() {
    let refused = |entry| tiff(&with(entry)).unwrap_err();
    assert_eq!(refused((tag::WIDTH, 4, 1, MAX_TIFF_SIDE + 1)), ImageError::BadSize);
    assert_eq!(refused((tag::HEIGHT, 4, 1, u32::MAX)), ImageError::BadSize);
    assert_eq!(refused((tag::HEIGHT, 4, 1, 0)), ImageError::BadSize);
    assert_eq!(refused((tag::WIDTH, 4, u32::MAX, 8)), ImageError::Damaged);
    assert_eq!(refused((tag::WIDTH, 5, 1, 8)), ImageError::Unsupported("type of an entry"));
    assert_eq!(refused((tag::COMPRESSION, 3, 1, 3)), ImageError::Unsupported("compression"));
    assert_eq!(refused((tag::BITS, 3, 1, 8)), ImageError::Unsupported("sample depth"));
    assert_eq!(refused((tag::SAMPLES, 3, 1, 3)), ImageError::Unsupported("sample depth"));
    assert_eq!(refused((tag::TILE_WIDTH, 3, 1, 16)), ImageError::Unsupported("tiles"));
    assert_eq!(refused((tag::PHOTOMETRIC, 3, 1, 3)), ImageError::Unsupported("photometric interpretation"));
    assert_eq!(refused((tag::FILL_ORDER, 3, 1, 3)), ImageError::Unsupported("fill order"));
    assert_eq!(refused((tag::OFFSETS, 4, 1, u32::MAX)), ImageError::Truncated);
    assert_eq!(refused((tag::COUNTS, 4, 1, u32::MAX)), ImageError::Truncated);
    assert_eq!(refused((tag::COUNTS, 4, 1, 0)), ImageError::Truncated);
    assert_eq!(refused((tag::ROWS, 4, 1, 0)), ImageError::Damaged);
    // More strips than there are offsets.
    assert_eq!(refused((tag::ROWS, 4, 1, 1)), ImageError::Damaged);
    let many = built(false, &[(tag::WIDTH, 3, 1, 96); MAX_TIFF_ENTRIES as usize + 1]);
    assert_eq!(tiff(&many), Err(ImageError::Unsupported("entries")));
    let mut strips = PLAIN.to_vec();
    strips[1] = (tag::HEIGHT, 4, 1, MAX_TIFF_STRIPS + 1);
    strips[5] = (tag::ROWS, 4, 1, 1);
    assert_eq!(tiff(&built(false, &strips)), Err(ImageError::Unsupported("strips")));
    assert_eq!(tiff(&[0; 7000]), Err(ImageError::NotThisFormat));
    assert_eq!(tiff(&padded(SAMPLES[0], MAX_TIFF_INPUT + 1)), Err(ImageError::TooLarge));
    assert_eq!(tiff(b"II\x2B\0\x08\0\0\0\0\0\0\0\x10\0\0\0"), Err(ImageError::NotThisFormat));
    assert_eq!(tiff(b""), Err(ImageError::Truncated));
}

#[test]
fn the_slowest_file_ends() {
    // Every strip names the same bytes, every row costs as much as it can.
    for byte in 0..=u8::MAX {
        let entries = [
            (tag::WIDTH, 4, 1, 1024),
            (tag::HEIGHT, 4, 1, 4096),
            (tag::COMPRESSION, 3, 1, 4),
            (tag::PHOTOMETRIC, 3, 1, 0),
            (tag::OFFSETS, 4, 1, 0),
        ];
        let mut file = built(false, &entries);
        file.resize(7000, byte);
        let start = file.len() - 6800;
        file[start..].fill(byte);
        if let Ok(raster) = tiff(&file) {
            assert_eq!(raster.height(), 4096);
        }
    }
}
