// This is where the function reads what it was packed with.
#![allow(clippy::disallowed_methods)]

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use forms::{Bundle, Card, Shared, Shell, Theme, ThemeError};
use thiserror::Error;

/// Where [`Shared`] stands below `dist/forms/`.
const THEME_FILE: &str = "theme/theme.json";

/// The forms that the function knows, with the theme that draws them.
#[derive(Debug)]
pub struct Catalogue {
    /// Draws pages.
    pub theme: Theme,
    shared: Shared,
    bundles: BTreeMap<String, BTreeMap<String, Bundle>>,
}

/// Why `dist/forms/` cannot be used.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// A file or folder cannot be read.
    #[error("failed to read {path}: {source}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what the generator writes.
    #[error("failed to understand {path}: {source}")]
    Parse {
        /// Which one, below `dist/forms/`.
        path: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The theme is missing.
    #[error("{THEME_FILE} is missing: was the site built?")]
    NoTheme,
    /// The theme cannot be used.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The theme does not know its own language.
    #[error("{THEME_FILE} says nothing in its own language")]
    NoSite,
}

impl Catalogue {
    /// Reads everything under `directory`, the `dist/forms/` of a build.
    ///
    /// # Errors
    /// [`CatalogueError`] when something cannot be read or understood.
    pub fn read(directory: &Path) -> Result<Self, CatalogueError> {
        let mut files = Vec::new();
        collect(directory, directory, &mut files)?;
        Self::from_files(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
    }

    /// Reads the files of a build, with their paths below `dist/forms/`.
    ///
    /// # Errors
    /// [`CatalogueError`] when something cannot be understood.
    pub fn from_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, CatalogueError> {
        let mut shared = None;
        let mut bundles = BTreeMap::<String, BTreeMap<String, Bundle>>::new();
        for (path, bytes) in files {
            let parse_error = |source| CatalogueError::Parse { path: path.to_owned(), source };
            if path == THEME_FILE {
                shared = Some(serde_json::from_slice::<Shared>(bytes).map_err(parse_error)?);
            } else {
                let bundle = serde_json::from_slice::<Bundle>(bytes).map_err(parse_error)?;
                bundles.entry(bundle.form.id.clone()).or_default().insert(bundle.language.clone(), bundle);
            }
        }
        let mut shared = shared.ok_or(CatalogueError::NoTheme)?;
        if !shared.sites.contains_key(&shared.language) {
            return Err(CatalogueError::NoSite);
        }
        let theme = Theme::beginning_with(&shared.language, std::mem::take(&mut shared.theme))?;
        Ok(Self { theme, shared, bundles })
    }

    /// Returns the form `id` in `language`, else in the site's language.
    pub fn bundle(&self, id: &str, language: Option<&str>) -> Option<&Bundle> {
        let bundles = self.bundles.get(id)?;
        let wanted = language.and_then(|language| bundles.get(language));
        wanted.or_else(|| bundles.values().find(|bundle| bundle.original)).or_else(|| bundles.values().next())
    }

    /// Returns `language` if the site speaks it, else the site's own.
    pub fn language<'a>(&'a self, language: Option<&str>) -> &'a str {
        let wanted = language.and_then(|language| self.shared.sites.get_key_value(language));
        wanted.map_or(&self.shared.language, |(language, _)| language)
    }

    /// Returns what stands around a page in `language` that belongs to no form.
    pub fn shell(&self, language: &str) -> Option<&Shell> {
        self.shared.sites.get(language).map(|site| &site.shell)
    }

    /// Returns the consultation `id` in `language`, where the site still has it.
    pub fn consultation(&self, language: &str, id: &str) -> Option<&Card> {
        self.shared.sites.get(language)?.consultations.get(id)
    }
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), CatalogueError> {
    let read_error = |path: &Path| {
        let path = path.to_owned();
        move |source| CatalogueError::Read { path, source }
    };
    for entry in fs::read_dir(directory).map_err(read_error(directory))? {
        let path = entry.map_err(read_error(directory))?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path).map_err(read_error(&path))?));
        }
    }
    Ok(())
}
