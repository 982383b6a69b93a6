//! Everything that goes to `dist/`: pages, what the function is packed with, feeds, the map of the site, assets,
//! the build stamp.

pub(crate) mod feed;
mod forms;
mod sitemap;
mod stamp;
mod xml;

use rayon::prelude::*;

use crate::{
    address::Address,
    check,
    diagnostic::{Diagnostic, Place},
    digest,
    emit::{Class, Output, Sink},
    memory::Memory,
    model::{Sheet, Site, Sites, Twins},
    page::{self, Drawing},
    pictures::{self, Prints},
    pipeline::Options,
    source::Source,
    theme::{self, Look},
};

/// Pages that stand at no address of their own, with their templates. The CDN shows the second for 500 to 504.
const MESSAGES: [(&str, &str); 2] = [("404.html", "not_found.html"), ("error.html", "error.html")];

/// Where the build stamp stands.
const STAMP: &str = "build.json";

/// Returns the addresses that are taken whatever the editors write.
pub(crate) fn fixed(sites: &Sites) -> impl Iterator<Item = Address> {
    let messages = MESSAGES.iter().map(|(name, _)| *name).chain([STAMP]).map(|name| Address::root().file(name));
    messages.chain(feed::addresses(sites)).chain(sitemap::addresses())
}

/// Makes all outputs and hands each to `sink` as soon as it is made; returns the prints of pictures, which are made when
/// somebody needs them.
///
/// # Errors
/// The first page, in the order of pages, that its template cannot draw; or a picture that cannot be read.
pub(crate) fn all(
    sites: &Sites,
    look: &Look,
    source: &Source,
    options: &Options,
    memory: &Memory,
    sink: &dyn Sink,
) -> Result<Prints, Diagnostic> {
    let stylesheet = asset("style", "css", &look.stylesheet);
    let icon = asset("icon", "svg", &look.icon);
    let script = asset("form", "js", &look.script);
    let twins = Twins::of(sites);
    let sheets: Vec<_> =
        sites.all().flat_map(|site| site.sheets().into_iter().map(move |sheet| (site, sheet))).collect();
    let feeds = feed::find(sites, &sheets);
    let drawing = Drawing {
        site: &sites.original,
        original: &sites.original,
        twins: &twins,
        look,
        memory,
        feeds: &feeds,
        today: options.today,
        stylesheet: &stylesheet.0,
        icon: &icon.0,
        script: &script.0,
    };
    pages(drawing, &sheets, sink)?;
    feed::write(sites, &feeds, sink);
    sitemap::write(&sites.original, &sheets, &twins, sink);
    let mut prints = files(sites, source, sink)?;
    prints.extend(pictures::shown(sites));
    forms::packed(sites, drawing, sink);
    for (address, output) in [stylesheet, icon, script] {
        sink.take(address.output(), output);
    }
    let stamp = stamp::output(options, sites.original.next_turn(options.today));
    sink.take(Address::root().file(STAMP).output(), stamp);
    Ok(prints)
}

fn pages(drawing: Drawing<'_>, sheets: &[(&Site, Sheet<'_>)], sink: &dyn Sink) -> Result<(), Diagnostic> {
    let draw = |(site, sheet): &(&Site, Sheet<'_>)| {
        let drawing = Drawing { site, ..drawing };
        let html = page::draw(drawing, sheet).map_err(|error| theme::broken(&error, Some(sheet.source)))?;
        sink.take(sheet.address.output(), Output::new(html, Class::Page));
        Ok(())
    };
    // Drawn in parallel; of several pages that fail it is always the first that is told.
    let drawn: Vec<Result<(), Diagnostic>> = sheets.par_iter().map(draw).collect();
    drawn.into_iter().collect::<Result<(), _>>()?;
    for (name, template) in MESSAGES {
        let html = page::draw_message(drawing, template).map_err(|error| theme::broken(&error, Some(name)))?;
        sink.take(Address::root().file(name).output(), Output::new(html, Class::Page));
    }
    Ok(())
}

/// Makes the files that some link of a shown page leads to, as they stand; of a picture returns the print that is
/// published in its place, without what the camera has written beside it.
fn files(sites: &Sites, source: &Source, sink: &dyn Sink) -> Result<Prints, Diagnostic> {
    let mut prints = Prints::new();
    for (path, address) in check::referenced_files(sites) {
        let Some(file) = source.file(&path) else { continue };
        match pictures::linked(&path, file.bytes()) {
            Some(print) => {
                let print = print.map_err(|unusable| unusable.diagnostic(Place::whole(&path)).with("target", &path))?;
                prints.insert(address.output(), print);
            }
            None => sink.take(address.output(), Output::new(file.shared(), Class::Asset)),
        }
    }
    Ok(prints)
}

/// Returns an asset named by its content, so that browsers may keep it for ever.
fn asset(stem: &str, extension: &str, text: &str) -> (Address, Output) {
    let hash = digest::short(text);
    let address = Address::root().file(&format!("assets/{stem}.{hash}.{extension}"));
    (address, Output::new(text.as_bytes().to_vec(), Class::Asset))
}
