//! From pixels to the bytes of a file, with nothing but the picture in it.

use jpeg_encoder::{ColorType, Encoder};

use super::{Unusable, decode::Pixels};

/// Quality of WebP, 0 to 100.
const WEBP: f32 = 80.0;
/// Quality of JPEG, 1 to 100.
const JPEG: u8 = 82;

/// How a print is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// What browsers choose.
    Webp,
    /// For browsers that know no WebP.
    Jpeg,
    /// The same where the picture is transparent.
    Png,
}

impl Format {
    /// Returns how its file names end, without the dot.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// Writes a picture; one that was `drawn` may come out smaller without loss.
pub(super) fn encode(pixels: &Pixels, format: Format, drawn: bool) -> Result<Vec<u8>, Unusable> {
    match format {
        Format::Webp => webp(pixels, drawn),
        Format::Jpeg => jpeg(pixels),
        Format::Png => png(pixels),
    }
}

fn webp(pixels: &Pixels, drawn: bool) -> Result<Vec<u8>, Unusable> {
    let encoder = webp::Encoder::from_rgba(&pixels.rgba, pixels.width, pixels.height);
    let encode = |lossless| encoder.encode_simple(lossless, WEBP).map(|bytes| bytes.to_vec());
    let with_loss = encode(false).map_err(|_| Unusable::TooLarge)?;
    if !drawn {
        return Ok(with_loss);
    }
    let without = encode(true).map_err(|_| Unusable::TooLarge)?;
    Ok(if without.len() < with_loss.len() { without } else { with_loss })
}

fn jpeg(pixels: &Pixels) -> Result<Vec<u8>, Unusable> {
    let size = |length: u32| u16::try_from(length).map_err(|_| Unusable::TooLarge);
    let (width, height) = (size(pixels.width)?, size(pixels.height)?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, JPEG);
    encoder.set_progressive(true);
    encoder.encode(&pixels.rgba, width, height, ColorType::Rgba).map_err(|_| Unusable::TooLarge)?;
    Ok(bytes)
}

fn png(pixels: &Pixels) -> Result<Vec<u8>, Unusable> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|_| Unusable::TooLarge)?;
    writer.write_image_data(&pixels.rgba).map_err(|_| Unusable::TooLarge)?;
    writer.finish().map_err(|_| Unusable::TooLarge)?;
    Ok(bytes)
}
