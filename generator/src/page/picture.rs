use std::fmt::Write as _;

use super::Frame;
use crate::{
    markdown::{self, escape},
    model::Routes,
    pictures::Print,
};

/// How wide a picture is shown: a column of text where there is room, else the screen without its margins.
const SIZES: &str = "(min-width: 44rem) 42rem, calc(100vw - 2rem)";

/// Returns the HTML of a picture that stands in the file `path`; the first of a page is loaded at once.
pub(super) fn html(frame: &Frame<'_>, path: &str, shown: &markdown::Picture, first: bool) -> String {
    let source = Routes::target_path(path, &shown.target);
    // One that cannot be shown is an error of the survey; no page with one is drawn.
    let Some(picture) = frame.drawing.site.pictures.get(&source) else { return String::new() };
    let (webp, fallback) = picture.prints(&source);
    let href = |print: &Print| frame.linking.href(&print.address());
    let set: Vec<_> = webp.iter().map(|print| format!("{} {}w", href(print), print.width)).collect();
    let (alt, set, src) = (escape(&shown.alt), set.join(", "), href(&fallback));
    let (width, height) = (fallback.width, picture.height_at(fallback.width));
    let mut html = format!("<picture><source type=\"image/webp\" srcset=\"{}\" sizes=\"{SIZES}\">", escape(&set));
    let _ = write!(html, "<img src=\"{}\" width=\"{width}\" height=\"{height}\" alt=\"{alt}\"", escape(&src));
    html.push_str(if first { "></picture>" } else { " loading=\"lazy\"></picture>" });
    html
}
