//! From the bytes of a file to pixels.

use std::io::Cursor;

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image};
use png::{ColorType, Transformations};
use webp::{BitstreamFeatures, PixelLayout};
use zune_jpeg::{
    JpegDecoder, zune_core::bytestream::ZCursor, zune_core::colorspace::ColorSpace, zune_core::options::DecoderOptions,
};

use super::{Format, Unusable};

/// Most bytes of a picture: a telephone's photograph has a fifth of them.
const MOST_BYTES: usize = 30 * 1024 * 1024;
/// Most pixels of a picture: what decoding takes in memory is four bytes for each.
const MOST_PIXELS: u64 = 64_000_000;

/// What a file says of its picture before its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) format: Format,
    /// Width and height as they are stored.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Whether it has an alpha channel.
    pub(super) transparent: bool,
    pub(super) turn: Turn,
}

/// How pixels are turned to be seen upright: the values 1 to 8 of Exif's tag Orientation (0x0112).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn(u8);

/// Rows of pixels from the top, four bytes each: red, green, blue, alpha.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rgba: Vec<u8>,
}

impl Head {
    /// Returns width and height as they are seen.
    pub(super) fn seen(&self) -> (u32, u32) {
        if self.turn.swaps() { (self.height, self.width) } else { (self.width, self.height) }
    }
}

/// Returns the format of a picture by how its bytes begin, unless it is none of ours.
pub(crate) fn format(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Format::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::Webp),
        _ => None,
    }
}

/// Reads what comes before the pixels.
pub(super) fn head(bytes: &[u8]) -> Result<Head, Unusable> {
    let format = format(bytes).ok_or(Unusable::Format)?;
    if bytes.len() > MOST_BYTES {
        return Err(Unusable::TooLarge);
    }
    let (width, height, transparent) = match format {
        Format::Jpeg => jpeg_size(bytes)?,
        Format::Png => {
            let reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(|_| Unusable::Broken)?;
            let info = reader.info();
            let alpha = matches!(info.color_type, ColorType::Rgba | ColorType::GrayscaleAlpha);
            (info.width, info.height, alpha || info.trns.is_some())
        }
        Format::Webp => {
            let features = BitstreamFeatures::new(bytes).ok_or(Unusable::Broken)?;
            if features.has_animation() {
                return Err(Unusable::Format);
            }
            (features.width(), features.height(), features.has_alpha())
        }
    };
    match u64::from(width) * u64::from(height) {
        0 => Err(Unusable::Broken),
        pixels if pixels > MOST_PIXELS => Err(Unusable::TooLarge),
        _ => Ok(Head { format, width, height, transparent, turn: turn(bytes) }),
    }
}

/// Reads the pixels as they are stored.
pub(super) fn pixels(bytes: &[u8], head: &Head) -> Result<Pixels, Unusable> {
    let rgba = match head.format {
        Format::Jpeg => jpeg(bytes)?,
        Format::Png => png(bytes)?,
        Format::Webp => webp(bytes)?,
    };
    let Head { width, height, .. } = *head;
    let whole = rgba.len() as u64 == u64::from(width) * u64::from(height) * 4;
    if whole { Ok(Pixels { width, height, rgba }) } else { Err(Unusable::Broken) }
}

fn jpeg_options() -> DecoderOptions {
    // A picture that ends too early is told, and not filled up with grey.
    DecoderOptions::default().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::RGBA)
}

fn jpeg_size(bytes: &[u8]) -> Result<(u32, u32, bool), Unusable> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), jpeg_options());
    decoder.decode_headers().map_err(|_| Unusable::Broken)?;
    let info = decoder.info().ok_or(Unusable::Broken)?;
    Ok((info.width.into(), info.height.into(), false))
}

fn jpeg(bytes: &[u8]) -> Result<Vec<u8>, Unusable> {
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), jpeg_options());
    let pixels = decoder.decode().map_err(|_| Unusable::Broken)?;
    match decoder.output_colorspace() {
        Some(ColorSpace::RGBA) => Ok(pixels),
        Some(ColorSpace::RGB) => Ok(opaque(&pixels)),
        Some(ColorSpace::Luma) => Ok(grey(&pixels)),
        _ => Err(Unusable::Format),
    }
}

fn png(bytes: &[u8]) -> Result<Vec<u8>, Unusable> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| Unusable::Broken)?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(Unusable::TooLarge)?];
    let frame = reader.next_frame(&mut pixels).map_err(|_| Unusable::Broken)?;
    pixels.truncate(frame.buffer_size());
    match frame.color_type {
        ColorType::Rgba => Ok(pixels),
        ColorType::Rgb => Ok(opaque(&pixels)),
        ColorType::Grayscale => Ok(grey(&pixels)),
        ColorType::GrayscaleAlpha => {
            Ok(pixels.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect())
        }
        ColorType::Indexed => Err(Unusable::Broken),
    }
}

fn webp(bytes: &[u8]) -> Result<Vec<u8>, Unusable> {
    let image = webp::Decoder::new(bytes).decode().ok_or(Unusable::Broken)?;
    Ok(match image.layout() {
        PixelLayout::Rgba => image.to_vec(),
        PixelLayout::Rgb => opaque(&image),
    })
}

fn opaque(rgb: &[u8]) -> Vec<u8> {
    rgb.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 0xff]).collect()
}

fn grey(luma: &[u8]) -> Vec<u8> {
    luma.iter().flat_map(|light| [*light, *light, *light, 0xff]).collect()
}

/// Reads how the camera was held; upright where nothing or nonsense is said of it.
fn turn(bytes: &[u8]) -> Turn {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok();
    let field = exif.as_ref().and_then(|exif| exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY));
    let value = field.and_then(|field| field.value.get_uint(0)).and_then(|value| u8::try_from(value).ok());
    Turn(value.filter(|value| (1..=8).contains(value)).unwrap_or(1))
}

impl Turn {
    fn swaps(self) -> bool {
        self.0 >= 5
    }

    /// Returns which of `width` times `height` stored pixels is seen at a place.
    fn stored(self, (x, y): (usize, usize), (width, height): (usize, usize)) -> (usize, usize) {
        match self.0 {
            2 => (width - 1 - x, y),
            3 => (width - 1 - x, height - 1 - y),
            4 => (x, height - 1 - y),
            5 => (y, x),
            6 => (y, height - 1 - x),
            7 => (width - 1 - y, height - 1 - x),
            8 => (width - 1 - y, x),
            _ => (x, y),
        }
    }
}

impl Pixels {
    /// Returns the picture `width` times `height` large, as it is seen.
    pub(super) fn shrunk(&self, width: u32, height: u32, turn: Turn) -> Result<Self, Unusable> {
        let (stored_width, stored_height) = if turn.swaps() { (height, width) } else { (width, height) };
        let shrunk = if (stored_width, stored_height) == (self.width, self.height) {
            Self { rgba: self.rgba.clone(), ..*self }
        } else {
            self.resized(stored_width, stored_height)?
        };
        Ok(if turn.0 == 1 { shrunk } else { shrunk.turned(turn, width, height) })
    }

    fn resized(&self, width: u32, height: u32) -> Result<Self, Unusable> {
        let source = fast_image_resize::images::ImageRef::new(self.width, self.height, &self.rgba, PixelType::U8x4);
        let source = source.map_err(|_| Unusable::Broken)?;
        let mut target = Image::new(width, height, PixelType::U8x4);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize(&source, &mut target, &options).map_err(|_| Unusable::Broken)?;
        Ok(Self { width, height, rgba: target.into_vec() })
    }

    fn turned(&self, turn: Turn, width: u32, height: u32) -> Self {
        let size = (self.width as usize, self.height as usize);
        let mut rgba = Vec::with_capacity(self.rgba.len());
        for y in 0..height as usize {
            for x in 0..width as usize {
                let (column, row) = turn.stored((x, y), size);
                let at = (row * size.0 + column) * 4;
                rgba.extend_from_slice(&self.rgba[at..at + 4]);
            }
        }
        Self { width, height, rgba }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A picture of six pixels whose red tells them apart: `0 1 2` above `3 4 5`.
    fn picture() -> Pixels {
        Pixels { width: 3, height: 2, rgba: (0..6).flat_map(|red| [red, 0, 0, 255]).collect() }
    }

    #[test]
    fn pixels_are_turned_as_exif_says() {
        let expected: [(u8, u32, &[u8]); 8] = [
            (1, 3, &[0, 1, 2, 3, 4, 5]),
            (2, 3, &[2, 1, 0, 5, 4, 3]),
            (3, 3, &[5, 4, 3, 2, 1, 0]),
            (4, 3, &[3, 4, 5, 0, 1, 2]),
            (5, 2, &[0, 3, 1, 4, 2, 5]),
            (6, 2, &[3, 0, 4, 1, 5, 2]),
            (7, 2, &[5, 2, 4, 1, 3, 0]),
            (8, 2, &[2, 5, 1, 4, 0, 3]),
        ];
        for (value, width, reds) in expected {
            let seen = picture().shrunk(width, 6 / width, Turn(value)).unwrap();
            assert_eq!(seen.rgba.iter().step_by(4).copied().collect::<Vec<_>>(), reds, "orientation {value}");
        }
    }
}
