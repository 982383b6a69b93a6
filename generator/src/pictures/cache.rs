//! The one end at which prints are read and written: a folder outside of the output, each under its name.
//!
//! A name tells content and recipe, so what is there is right for ever, whoever made it. A file is renamed into place
//! when it is whole: builds that run at once do not meet.

// This is where prints are read and written.
#![allow(clippy::disallowed_methods)]

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

use rayon::prelude::*;

use super::{Print, Prints, by_source, make};
use crate::{
    diagnostic::{Diagnostic, Place},
    emit::{Class, Output, Sink},
    source::{Source, SourceFile},
};

/// Why a print is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheError {
    /// The folder could not be read or written.
    #[error("cannot keep pictures in {}", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Hands all `prints` to `sink`: those in `folder` as they stand, others made from the pictures in `source` and kept
/// there; without a folder all are made. Returns the problems of pictures that cannot be read to their ends.
///
/// # Errors
/// When the folder refuses.
pub(crate) fn all(
    folder: Option<&Path>,
    prints: &Prints,
    source: &Source,
    sink: &dyn Sink,
) -> Result<Vec<Diagnostic>, CacheError> {
    let taken = by_source(prints).into_par_iter().map(|(path, prints)| {
        let wanted: Vec<&Print> = prints.iter().map(|(_, print)| *print).collect();
        let made = of_one(folder, path, &wanted, source)?;
        Ok(made.map(|made| {
            for ((output, _), bytes) in prints.into_iter().zip(made) {
                sink.take(output.clone(), Output::new(bytes, Class::Asset));
            }
        }))
    });
    let taken: Vec<Result<(), Diagnostic>> = taken.collect::<Result<_, CacheError>>()?;
    Ok(taken.into_iter().filter_map(Result::err).collect())
}

/// Returns one print, made and kept if it is not in `folder`.
///
/// # Errors
/// As [`all`].
#[cfg(any(feature = "serve", test))]
pub(crate) fn one(folder: &Path, print: &Print, source: &Source) -> Result<Result<Vec<u8>, Diagnostic>, CacheError> {
    let made = of_one(Some(folder), &print.source, &[print], source)?;
    Ok(made.map(|mut made| made.pop().unwrap_or_default()))
}

fn of_one(
    folder: Option<&Path>,
    path: &str,
    prints: &[&Print],
    source: &Source,
) -> Result<Result<Vec<Vec<u8>>, Diagnostic>, CacheError> {
    let refused = |source| CacheError::Io { folder: folder.unwrap_or(Path::new("")).to_owned(), source };
    let kept = prints.iter().map(|print| folder.map_or(Ok(None), |folder| read(folder, print)));
    let kept: Vec<_> = kept.collect::<Result<_, _>>().map_err(refused)?;
    let missing: Vec<_> =
        prints.iter().zip(&kept).filter(|(_, kept)| kept.is_none()).map(|(print, _)| *print).collect();
    let bytes = source.file(path).map(SourceFile::bytes).unwrap_or_default();
    let made = if missing.is_empty() { Ok(Vec::new()) } else { make(bytes, &missing) };
    let made = match made {
        Ok(made) => made,
        Err(unusable) => return Ok(Err(unusable.diagnostic(Place::whole(path)).with("target", path))),
    };
    for (print, bytes) in missing.iter().zip(&made) {
        folder.map_or(Ok(()), |folder| write(folder, print, bytes)).map_err(refused)?;
    }
    let mut made = made.into_iter();
    Ok(Ok(kept.into_iter().map(|kept| kept.or_else(|| made.next()).unwrap_or_default()).collect()))
}

fn read(folder: &Path, print: &Print) -> io::Result<Option<Vec<u8>>> {
    match fs::read(folder.join(&print.name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(folder: &Path, print: &Print, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let half = folder.join(format!(".{}.{}", print.name, process::id()));
    fs::write(&half, bytes)?;
    fs::rename(half, folder.join(&print.name))
}
