//! Everything that goes to `dist/`: pages, what the function is packed with, assets, the build stamp.

mod forms;
mod stamp;

use rayon::prelude::*;

use crate::{
    address::Address,
    check,
    diagnostic::{Diagnostic, Place},
    digest,
    emit::{Class, Output, Outputs},
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

/// Returns the addresses that are taken on every site.
pub(crate) fn fixed() -> impl Iterator<Item = Address> {
    MESSAGES.iter().map(|(name, _)| *name).chain([STAMP]).map(|name| Address::root().file(name))
}

/// Makes all outputs, and tells the prints of pictures that are made when somebody needs them.
///
/// # Errors
/// The first page, in the order of pages, that its template cannot draw; or a picture that cannot be read.
pub(crate) fn all(
    sites: &Sites,
    look: &Look,
    source: &Source,
    options: &Options,
) -> Result<(Outputs, Prints), Diagnostic> {
    let stylesheet = asset("style", "css", &look.stylesheet);
    let icon = asset("icon", "svg", &look.icon);
    let script = asset("form", "js", &look.script);
    let twins = Twins::of(sites);
    let drawing = Drawing {
        site: &sites.original,
        original: &sites.original,
        twins: &twins,
        look,
        today: options.today,
        stylesheet: &stylesheet.0,
        icon: &icon.0,
        script: &script.0,
    };
    let mut outputs = pages(sites, drawing)?;
    let (files, mut prints) = files(sites, source)?;
    outputs.extend(files);
    prints.extend(pictures::shown(sites));
    outputs.extend(forms::packed(sites, drawing));
    outputs.extend([stylesheet, icon, script].map(|(address, output)| (address.output(), output)));
    outputs
        .insert(Address::root().file(STAMP).output(), stamp::output(options, sites.original.next_turn(options.today)));
    Ok((outputs, prints))
}

fn pages(sites: &Sites, drawing: Drawing<'_>) -> Result<Outputs, Diagnostic> {
    let sheets: Vec<_> =
        sites.all().flat_map(|site| site.sheets().into_iter().map(move |sheet| (site, sheet))).collect();
    let draw = |(site, sheet): &(&Site, Sheet<'_>)| {
        let drawing = Drawing { site, ..drawing };
        let html = page::draw(drawing, sheet).map_err(|error| theme::broken(&error, Some(sheet.source)))?;
        Ok((sheet.address.output(), page_output(html)))
    };
    // Drawn in parallel, collected in order: the first failing page is always the same one.
    let drawn: Vec<Result<_, Diagnostic>> = sheets.par_iter().map(draw).collect();
    let messages = MESSAGES.iter().map(|(name, template)| {
        let html = page::draw_message(drawing, template).map_err(|error| theme::broken(&error, Some(name)))?;
        Ok((Address::root().file(name).output(), page_output(html)))
    });
    drawn.into_iter().chain(messages).collect()
}

/// Returns the files that some link of a shown page leads to, as they stand; of a picture a print without what the
/// camera has written beside it.
fn files(sites: &Sites, source: &Source) -> Result<(Outputs, Prints), Diagnostic> {
    let (mut outputs, mut prints) = (Outputs::new(), Prints::new());
    for (path, address) in check::referenced_files(sites) {
        let Some(file) = source.file(&path) else { continue };
        match pictures::linked(&path, file.bytes()) {
            Some(print) => {
                let print = print.map_err(|unusable| unusable.diagnostic(Place::whole(&path)).with("target", &path))?;
                prints.insert(address.output(), print);
            }
            None => {
                outputs.insert(address.output(), Output { bytes: file.bytes().to_vec(), class: Class::Asset });
            }
        }
    }
    Ok((outputs, prints))
}

/// Returns an asset named by its content, so that browsers may keep it for ever.
fn asset(stem: &str, extension: &str, text: &str) -> (Address, Output) {
    let hash = digest::short(text);
    let address = Address::root().file(&format!("assets/{stem}.{hash}.{extension}"));
    (address, Output { bytes: text.as_bytes().to_vec(), class: Class::Asset })
}

fn page_output(html: String) -> Output {
    Output { bytes: html.into_bytes(), class: Class::Page }
}
