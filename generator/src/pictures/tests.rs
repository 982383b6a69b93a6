#![allow(clippy::unwrap_used)]

use std::{io::Cursor, sync::Mutex};

use super::{
    decode::{Pixels, head, pixels},
    encode::encode,
    *,
};
use crate::emit::Outputs;

/// A picture that grows lighter to the right and greener downwards.
fn drawn(width: u32, height: u32, alpha: u8) -> Pixels {
    let colour = |x: u32, y: u32| [shade(x, width), shade(y, height), 128, alpha];
    let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| colour(x, y))).collect();
    Pixels { width, height, rgba }
}

fn shade(at: u32, length: u32) -> u8 {
    u8::try_from(at * 255 / length).unwrap()
}

fn file(format: Format, width: u32, height: u32) -> Vec<u8> {
    encode(&drawn(width, height, 255), format, false).unwrap()
}

/// A photograph as a telephone writes it: held upright, stored lying, with the place where it was taken.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    // The first directory: Orientation is 6, and where the directory of the place stands.
    let mut tiff = [&b"II*\0"[..], &8u32.to_le_bytes(), &2u16.to_le_bytes()].concat();
    tiff.extend(entry(0x0112, 3, 1, [6, 0, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, 38u32.to_le_bytes()));
    tiff.extend([0; 4]);
    // The directory of the place: the letter of the latitude.
    tiff.extend(1u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend([0; 4]);
    let exif = [&b"Exif\0\0"[..], &tiff].concat();
    let length = u16::try_from(exif.len() + 2).unwrap();
    let bare = file(Format::Jpeg, width, height);
    [&bare[..2], &[0xff, 0xe1], &length.to_be_bytes(), &exif, &bare[2..]].concat()
}

fn place(bytes: &[u8]) -> Option<String> {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    Some(exif.get_field(exif::Tag::GPSLatitudeRef, exif::In::PRIMARY)?.display_value().to_string())
}

fn colours(bytes: &[u8], x: u32, y: u32) -> [u8; 3] {
    let picture = pixels(bytes, &head(bytes).unwrap()).unwrap();
    let at = (y * picture.width + x) as usize * 4;
    [picture.rgba[at], picture.rgba[at + 1], picture.rgba[at + 2]]
}

#[test]
fn a_photograph_is_turned_and_does_not_tell_where_it_was_taken() {
    let original = photograph(1200, 900);
    assert_eq!(place(&original).as_deref(), Some("N"));
    let picture = Picture::new(&original, &head(&original).unwrap());
    assert_eq!((picture.width, picture.height), (900, 1200));
    let (webp, fallback) = picture.prints("a.jpg");
    let widths: Vec<_> = webp.iter().map(|print| (print.width, print.format)).collect();
    assert_eq!(widths, [(480, Format::Webp), (900, Format::Webp)]);
    assert_eq!((fallback.width, fallback.format), (900, Format::Jpeg));
    let prints: Vec<_> = webp.iter().chain([&fallback]).collect();
    let made = make(&original, &prints).unwrap();
    for (print, bytes) in prints.iter().zip(&made) {
        let head = head(bytes).unwrap();
        assert_eq!((head.width, head.height), (print.width, picture.height_at(print.width)), "{print:?}");
        assert_eq!(head.format, print.format);
        assert!(exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).is_err(), "{print:?} says more");
        assert!(!bytes.windows(4).any(|window| window == b"Exif" || window == b"EXIF"), "{print:?}");
        // What was stored at the bottom left is seen at the top left.
        let [red, green, _] = colours(bytes, 5, 5);
        assert!(red < 30 && green > 225, "{print:?}: {red} {green}");
    }
    assert_eq!(make(&original, &prints).unwrap(), made, "made twice, the same");
}

#[test]
fn prints_are_never_larger_than_the_picture_and_of_few_widths() {
    for (width, transparent, expected) in [
        (4000, false, "480w 960w 1600w 960j"),
        (1600, false, "480w 960w 1600w 960j"),
        (1000, true, "480w 960w 1000w 960p"),
        (480, false, "480w 480j"),
        (12, false, "12w 12j"),
    ] {
        let picture = Picture { hash: "0".to_owned(), width, height: width / 2, transparent };
        let (webp, fallback) = picture.prints("a.jpg");
        let shown = webp.iter().chain([&fallback]).map(|print| {
            let letter = print.format.extension().chars().next().unwrap();
            format!("{}{letter}", print.width)
        });
        assert_eq!(shown.collect::<Vec<_>>().join(" "), expected, "{width}");
    }
    assert_eq!(Picture { hash: String::new(), width: 3000, height: 1, transparent: false }.height_at(480), 1);
}

#[test]
fn every_format_is_read_and_written() {
    for format in [Format::Webp, Format::Jpeg, Format::Png] {
        let bytes = encode(&drawn(40, 30, 128), format, true).unwrap();
        let head = head(&bytes).unwrap();
        assert_eq!((head.format, head.width, head.height), (format, 40, 30));
        assert_eq!(head.transparent, format != Format::Jpeg, "{format:?}");
        assert_eq!(pixels(&bytes, &head).unwrap().rgba.len(), 40 * 30 * 4);
    }
}

#[test]
fn what_cannot_be_published_says_why() {
    let whole = [Format::Webp, Format::Jpeg, Format::Png].map(|format| file(format, 64, 64));
    for bytes in &whole {
        let print = linked("a", bytes).unwrap().unwrap();
        assert!(make(bytes, &[&print]).is_ok());
        let half = &bytes[..bytes.len() / 2];
        assert_eq!(make(half, &[&print]), Err(Unusable::Broken), "{:?} ends too early", format(bytes));
        assert_eq!(head(&bytes[..13]), Err(Unusable::Broken), "{:?} has hardly begun", format(bytes));
    }
    for bytes in [&b"GIF89a"[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\0\0\0\x18ftypheic", b"%PDF-1.7", b""]
    {
        assert_eq!(head(bytes), Err(Unusable::Format), "{bytes:?}");
        assert_eq!(linked("a", bytes), None, "{bytes:?}");
    }
    let mut large = file(Format::Png, 8, 8);
    large.resize(31 * 1024 * 1024, 0);
    assert_eq!(head(&large), Err(Unusable::TooLarge));
}

#[test]
fn a_kept_print_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::from_bytes([("content/a.png", file(Format::Png, 20, 10))]);
    let bytes = source.file("content/a.png").unwrap().bytes();
    let print = linked("content/a.png", bytes).unwrap().unwrap();
    let prints = Prints::from([("site/a.png".to_owned(), print.clone())]);
    let all = |folder| {
        let outputs = Mutex::<Outputs>::default();
        assert_eq!(cache::all(folder, &prints, &source, &outputs).unwrap(), []);
        outputs.into_inner().unwrap()
    };
    assert_eq!(all(Some(folder.path())), all(None));
    #[allow(clippy::disallowed_methods)]
    std::fs::write(folder.path().join(&print.name), b"kept").unwrap();
    assert_eq!(cache::one(folder.path(), &print, &source).unwrap().unwrap(), b"kept");
    assert_eq!(all(Some(folder.path()))["site/a.png"].bytes.as_ref(), b"kept");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(cut in 0usize..2000, changes in proptest::collection::vec((0usize..2000, 0u8..=255), 0..8)) {
        for format in [Format::Webp, Format::Jpeg, Format::Png] {
            let mut bytes = file(format, 24, 16);
            for (at, value) in &changes {
                let at = at % bytes.len();
                bytes[at] = *value;
            }
            bytes.truncate(cut.max(16));
            if let Some(Ok(print)) = linked("a", &bytes) {
                let _ = make(&bytes, &[&print]);
            }
        }
    }
}
