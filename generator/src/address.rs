//! Addresses of the site: clean, root-absolute, lower-case ASCII.

use std::fmt;

/// An address below the root of the site: `/`, `/strategia-2030/ankieta/`, `/assets/style.1f2e.css`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address(String);

impl Address {
    /// The home page.
    pub(crate) fn root() -> Self {
        Self("/".to_owned())
    }

    /// Returns the address of the page `name` below this folder.
    pub(crate) fn page(&self, name: &str) -> Self {
        Self(format!("{}{name}/", self.folder()))
    }

    /// Returns the address of the file `name` below this folder.
    pub(crate) fn file(&self, name: &str) -> Self {
        Self(format!("{}{name}", self.folder()))
    }

    /// Reads a root-absolute address of a page as an editor writes it in `aliases`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('/')?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let folded = !inner.is_empty() && inner.split('/').all(crate::slug::is_folded);
        folded.then(|| Self(format!("/{inner}/")))
    }

    /// Returns where the file of this address stands in `dist/`.
    pub(crate) fn output(&self) -> String {
        let index = if self.0.ends_with('/') { "index.html" } else { "" };
        format!("site{}{index}", self.0)
    }

    /// Returns the address as seen from the page `from`: relative, so that a site works from any folder.
    pub(crate) fn seen_from(&self, from: &Self) -> String {
        let here: Vec<_> = from.folder().split('/').filter(|part| !part.is_empty()).collect();
        let there: Vec<_> = self.folder().split('/').filter(|part| !part.is_empty()).collect();
        let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        let mut relative = "../".repeat(here.len() - shared);
        for part in &there[shared..] {
            relative.push_str(part);
            relative.push('/');
        }
        relative.push_str(&self.0[self.folder().len()..]);
        if relative.is_empty() { "./".to_owned() } else { relative }
    }

    /// Returns the address of the folder that this page stands in.
    pub(crate) fn parent(&self) -> Self {
        let inner = self.0.trim_end_matches('/');
        Self(inner.rfind('/').map_or_else(|| "/".to_owned(), |slash| inner[..=slash].to_owned()))
    }

    /// Returns the last part of the address.
    pub(crate) fn last(&self) -> &str {
        self.0.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }

    /// Returns the address as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn folder(&self) -> &str {
        let end = self.0.rfind('/').map_or(0, |slash| slash + 1);
        &self.0[..end]
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How the links of a page are written.
#[derive(Clone, Debug)]
pub(crate) enum Linking {
    /// Relative to the page, as in every static page.
    From(Address),
    /// Root-absolute: the 404 page, the error pages and what the function answers stand at no address of their own.
    Root,
}

impl Linking {
    /// Returns `address` as the page writes it.
    pub(crate) fn href(&self, address: &Address) -> String {
        match self {
            Self::From(page) => address.seen_from(page),
            Self::Root => address.to_string(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expected: &str) {
        let (from, to) = (Address(from.to_owned()), Address(to.to_owned()));
        assert_eq!(to.seen_from(&from), expected, "{from} -> {to}");
    }

    #[test]
    fn links_are_relative_to_the_page() {
        check("/", "/", "./");
        check("/", "/a/b/", "a/b/");
        check("/a/b/", "/", "../../");
        check("/a/b/", "/a/c/", "../c/");
        check("/a/b/", "/a/b/", "./");
        check("/a/b/", "/a/", "../");
        check("/a/b/", "/assets/x.css", "../../assets/x.css");
        check("/a/", "/a/plik.pdf", "plik.pdf");
    }

    #[test]
    fn aliases_are_clean_addresses() {
        assert_eq!(Address::parse("/stary/adres").unwrap().as_str(), "/stary/adres/");
        assert_eq!(Address::parse("/stary/").unwrap().output(), "site/stary/index.html");
        for bad in ["", "/", "//", "a/b", "/A/", "/../x/", "/ż/", "/a//b/"] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }
}
