//! Follows every link of a built site from page to page, by what browsers do and by nothing the generator knows.

use std::{collections::BTreeMap, path::Path};

use percent_encoding::percent_decode_str;

use crate::page::Page;

/// What following all links came to.
#[derive(Debug)]
pub struct Followed {
    /// How many links stay in the site.
    pub links: usize,
    /// Those that lead nowhere: the page, and the link as it stands there.
    pub lost: Vec<String>,
}

/// Follows the links of all pages in `files`, the files of `dist/` by path.
pub fn follow(files: &BTreeMap<String, Vec<u8>>) -> Followed {
    let pages: BTreeMap<&str, Page> = files
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix("site/").filter(|path| is_page(path))?, bytes)))
        .map(|(path, bytes)| (path, Page::read(&String::from_utf8_lossy(bytes))))
        .collect();
    let ids: BTreeMap<&str, Vec<String>> =
        pages.iter().map(|(path, page)| (*path, page.attributes("[id]", "id"))).collect();
    let leads = |from: &str, link: &str| {
        let (target, anchor) = link.split_once('#').map_or((link, None), |(to, id)| (to, Some(id)));
        let (target, _) = target.split_once('?').unwrap_or((target, ""));
        let found = resolve(from, &decoded(target));
        if let Some(form) = found.strip_prefix("api/") {
            // Answered by the function, which knows the forms that were packed for it.
            let packed = format!("forms/{form}.");
            return files.keys().any(|path| path.starts_with(&packed));
        }
        let named = anchor.map(decoded).filter(|id| !id.is_empty());
        let there = |id: &String| ids.get(found.as_str()).is_some_and(|ids| ids.contains(id));
        files.contains_key(&format!("site/{found}")) && named.is_none_or(|id| there(&id))
    };
    let mut followed = Followed { links: 0, lost: Vec::new() };
    for (path, page) in &pages {
        for link in own_links(page) {
            followed.links += 1;
            if !leads(path, &link) {
                followed.lost.push(format!("{path}: {link}"));
            }
        }
    }
    followed
}

/// Returns the links of a page that stay in the site; where its forms are posted is the function's.
pub fn own_links(page: &Page) -> Vec<String> {
    let mut links = page.attributes("a[href], link[href]", "href");
    links.extend(page.attributes("[src]", "src"));
    links.retain(|link| !["http:", "https:", "mailto:", "tel:"].iter().any(|scheme| link.starts_with(scheme)));
    links
}

/// Returns the path of the file that the page at `from` means by `link`, without query and anchor.
pub fn resolve(from: &str, link: &str) -> String {
    if link.is_empty() {
        return from.to_owned();
    }
    let mut parts: Vec<&str> = if link.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.is_empty() => return format!("above the site: {link}"),
            ".." => parts.truncate(parts.len() - 1),
            part => parts.push(part),
        }
    }
    if link.ends_with('/') {
        parts.push("index.html");
    }
    parts.join("/")
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

fn is_page(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "html")
}
