use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Args;

use super::{Root, say};
use crate::{edit, schema};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    root: Root,
    /// Folder that the schemas are written into; else `schema` beside the content, where its files lead to.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let out = arguments.out.clone().unwrap_or_else(|| arguments.root.root.join(schema::FOLDER));
    for (name, text) in schema::all() {
        let path = out.join(name);
        edit::renew(&path, text.as_bytes()).context("failed to write the schemas")?;
        say(&format!("{}\n", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}
