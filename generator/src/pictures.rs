//! Pictures: what pages say of them, and the files that are published in their place.
//!
//! 1. [`survey`] reads the head of every picture that a page shows: how large it is, and whether it is transparent.
//! 2. Pages name the prints of a picture by its content and their recipe; none is made for that.
//! 3. [`make`] makes prints, from bytes to bytes: turned as the camera was held, never enlarged, free of all metadata,
//!    since a telephone's photograph tells where it was taken. The original is never published.
//! 4. [`cache`] keeps prints outside of the output; it alone reads and writes files here.

pub(crate) mod cache;
mod decode;
mod encode;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::{
    address::Address,
    diagnostic::{Diagnostic, Place, rule},
    model::{Routes, Site, Sites},
    source::Source,
};

use self::decode::Head;
pub(crate) use self::{decode::format, encode::Format};

/// Widths of prints, in pixels: a telephone, a column of text, the same on a dense screen.
const WIDTHS: [u32; 3] = [480, 960, 1600];
/// Widest print for browsers that know no WebP.
const FALLBACK: u32 = 960;
/// Raised whenever a print of the same picture would come out differently: it is part of the name.
const RECIPE: u8 = 1;

/// What pages need to know of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Begins the names of its prints.
    hash: String,
    /// Width as it is seen, in pixels.
    pub(crate) width: u32,
    /// Height as it is seen, in pixels.
    pub(crate) height: u32,
    transparent: bool,
}

/// A file that is made from a picture once somebody needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Print {
    /// Path of the picture.
    pub(crate) source: String,
    /// Name by content and recipe.
    pub(crate) name: String,
    /// Width in pixels, as it is seen.
    pub(crate) width: u32,
    /// How it is written.
    pub(crate) format: Format,
}

/// Prints by their paths in the output.
pub(crate) type Prints = BTreeMap<String, Print>;

/// Why a picture cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is none of JPEG, PNG and WebP, or moves.
    Format,
    /// It cannot be read to its end.
    Broken,
    /// It has more bytes or pixels than a picture for a page needs.
    TooLarge,
}

impl Unusable {
    /// Returns what an editor is told.
    pub(crate) fn diagnostic(self, place: Place) -> Diagnostic {
        let rule = match self {
            Self::Format => rule::PICTURE_UNSUPPORTED,
            Self::Broken => rule::PICTURE_BROKEN,
            Self::TooLarge => rule::PICTURE_TOO_LARGE,
        };
        Diagnostic::new(rule, place)
    }
}

impl Picture {
    fn new(bytes: &[u8], head: &Head) -> Self {
        let hash = Sha256::new().chain_update([RECIPE]).chain_update(bytes).finalize();
        let (width, height) = head.seen();
        Self { hash: HEXLOWER.encode(&hash)[..16].to_owned(), width, height, transparent: head.transparent }
    }

    /// Returns the prints that browsers choose from, narrow ones first, and the one for those that know no WebP.
    pub(crate) fn prints(&self, source: &str) -> (Vec<Print>, Print) {
        let widest = self.width.min(WIDTHS[WIDTHS.len() - 1]);
        let widths = WIDTHS.into_iter().filter(|width| *width < widest).chain([widest]);
        let fallback = if self.transparent { Format::Png } else { Format::Jpeg };
        let webp = widths.map(|width| self.print(source, width, Format::Webp)).collect();
        (webp, self.print(source, self.width.min(FALLBACK), fallback))
    }

    /// Returns the height of a print that is `width` wide.
    pub(crate) fn height_at(&self, width: u32) -> u32 {
        let height = (u64::from(self.height) * u64::from(width) + u64::from(self.width) / 2) / u64::from(self.width);
        u32::try_from(height).unwrap_or(self.height).max(1)
    }

    fn print(&self, source: &str, width: u32, format: Format) -> Print {
        let name = format!("{}-{width}.{}", self.hash, format.extension());
        Print { source: source.to_owned(), name, width, format }
    }
}

impl Print {
    /// Returns where it is published.
    pub(crate) fn address(&self) -> Address {
        Address::root().file(&format!("assets/{}", self.name))
    }
}

/// Reads the heads of all pictures that pages show, by their paths; what cannot be published is reported where it is
/// shown.
pub(crate) fn survey(sites: &Sites, source: &Source, problems: &mut Vec<Diagnostic>) -> BTreeMap<String, Picture> {
    let mut pictures = BTreeMap::new();
    for page in sites.all().flat_map(Site::written) {
        for shown in &page.body.pictures {
            let path = Routes::target_path(&page.path, &shown.target);
            let place = shown.place.clone();
            let Some(file) = source.file(&path) else {
                let problem = Diagnostic::new(rule::PICTURE_MISSING, place).with("target", &shown.target);
                problems.push(problem.nearest(&path, sites.original.routes.files()));
                continue;
            };
            if pictures.contains_key(&path) {
                continue;
            }
            match decode::head(file.bytes()) {
                Ok(head) => {
                    pictures.insert(path, Picture::new(file.bytes(), &head));
                }
                Err(unusable) => problems.push(unusable.diagnostic(place).with("target", &shown.target)),
            }
        }
    }
    pictures
}

/// Returns the prints of the pictures that pages show.
pub(crate) fn shown(sites: &Sites) -> Prints {
    let pages = sites.all().flat_map(|site| site.written().filter(|page| site.shows(page.draft)));
    let paths = pages
        .flat_map(|page| page.body.pictures.iter().map(|picture| Routes::target_path(&page.path, &picture.target)));
    let prints = paths.flat_map(|path| {
        let picture = sites.original.pictures.get(&path);
        picture.into_iter().flat_map(move |picture| {
            let (webp, fallback) = picture.prints(&path);
            webp.into_iter().chain([fallback])
        })
    });
    prints.map(|print| (print.address().output(), print)).collect()
}

/// Returns the print at full size that is published where a page links to the picture itself, if `bytes` are one.
pub(crate) fn linked(path: &str, bytes: &[u8]) -> Option<Result<Print, Unusable>> {
    let format = format(bytes)?;
    Some(decode::head(bytes).map(|head| {
        let picture = Picture::new(bytes, &head);
        picture.print(path, picture.width, format)
    }))
}

/// Makes prints of one picture.
pub(crate) fn make(bytes: &[u8], prints: &[&Print]) -> Result<Vec<Vec<u8>>, Unusable> {
    let head = decode::head(bytes)?;
    let picture = Picture::new(bytes, &head);
    let pixels = decode::pixels(bytes, &head)?;
    let make = |print: &&Print| {
        let shrunk = pixels.shrunk(print.width, picture.height_at(print.width), head.turn)?;
        encode::encode(&shrunk, print.format, head.format == Format::Png)
    };
    prints.iter().map(make).collect()
}

/// Returns prints by their pictures: each is decoded once.
fn by_source(prints: &Prints) -> BTreeMap<&str, Vec<(&String, &Print)>> {
    let mut sources: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (output, print) in prints {
        sources.entry(&print.source).or_default().push((output, print));
    }
    sources
}
