//! Writes what was sent through a form, from the data of `serve` or from the tables that the environment names.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use forms_fn::store::{Entry, Store};

use super::{complain, environment, now, serve::engine::Engine};
use crate::export::{ExportError, Json, Table, parts};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The form: CONSULTATION/FORM.
    #[arg(long, value_name = "FORM")]
    form: String,
    /// What to write.
    #[arg(long, value_enum)]
    format: Format,
    /// Data folder of `serve`; without it, the tables that `TABLE_NAME` and the `AWS_*` variables name.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// File to write, in place of what stands there; without it, standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// csv: what stands between cells, one of ; , | or a tab; a Polish spreadsheet opens ';' without being asked.
    #[arg(long, value_name = "CHARACTER", default_value_t = ';')]
    separator: char,
    /// Writes previews too: what was sent under a shifted clock, or as a trial.
    #[arg(long)]
    previews: bool,
    /// Writes answers too in whose place a correction stands.
    #[arg(long)]
    amendments: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for spreadsheets: UTF-8 with BOM; a cell has an apostrophe in front unless it begins with a letter or a
    /// digit, and so has what begins a formula after a comma, a semicolon, a bar, a tab or a line end within it.
    Csv,
    /// A list with one object a line.
    Json,
}

/// Exports one form.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (consultation, name) = arguments.form.split_once('/').unwrap_or_default();
    ensure!(
        !consultation.is_empty() && !name.is_empty() && !name.contains('/'),
        "--form is CONSULTATION/FORM, the names of the folder and of the file: `{}` is not",
        arguments.form
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let written = runtime.block_on(async {
        let Some(data) = &arguments.data else {
            let store = Store::new(environment::client()?, environment::required("TABLE_NAME")?);
            return write(arguments, &store).await;
        };
        let engine = Engine::open_existing(data).await?;
        let written = write(arguments, &engine.store()).await;
        engine.close().await;
        written
    })?;
    complain(&format!("konsultacje: wrote {written} submissions of {}\n", arguments.form));
    Ok(ExitCode::SUCCESS)
}

/// Writes to where the arguments say, a file only when all of it is written.
async fn write(arguments: &Arguments, store: &Store) -> anyhow::Result<usize> {
    let Some(out) = &arguments.out else {
        return write_to(arguments, store, io::stdout().lock()).await;
    };
    let unfinished = unfinished(out)?;
    let file = private(&unfinished).with_context(|| format!("failed to create {}", unfinished.display()))?;
    let written = match write_to(arguments, store, &file).await {
        Ok(written) => file.sync_all().map(|()| written).context("failed to write"),
        Err(error) => Err(error),
    };
    match written {
        Ok(_) => fs::rename(&unfinished, out).with_context(|| format!("failed to write {}", out.display()))?,
        // What was written of it is of no use; that it stays is no other failure.
        Err(_) => drop(fs::remove_file(&unfinished)),
    }
    written
}

/// Creates a file that nobody else may read, since it holds what people wrote. What an export that was killed has left
/// there is removed first; a link that somebody has put there is not followed.
fn private(path: &Path) -> io::Result<File> {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Returns where a file stands until it is whole.
fn unfinished(out: &Path) -> anyhow::Result<PathBuf> {
    let Some(name) = out.file_name() else { bail!("{} is no file", out.display()) };
    let mut unfinished = name.to_owned();
    unfinished.push(".part");
    Ok(out.with_file_name(unfinished))
}

async fn write_to(arguments: &Arguments, store: &Store, out: impl Write) -> anyhow::Result<usize> {
    let out = BufWriter::new(out);
    let written = match arguments.format {
        Format::Json => {
            let mut json = Json::new(out);
            let written = each(arguments, store, |entry| json.write(entry)).await?;
            json.finish()?.flush()?;
            written
        }
        Format::Csv => {
            let separator = u8::try_from(arguments.separator).ok().filter(|separator| b",;\t|".contains(separator));
            let separator = separator.context("--separator is one of ; , | or a tab")?;
            let definitions = store.definitions(&arguments.form).await?;
            let forms = definitions.iter().map(|(revision, definition)| {
                serde_json::from_str(definition).with_context(|| format!("failed to read the definition {revision}"))
            });
            let mut table = Table::new(out, separator, parts(&forms.collect::<Result<Vec<_>, _>>()?))?;
            let written = each(arguments, store, |entry| table.write(entry)).await?;
            table.finish()?.flush()?;
            written
        }
    };
    Ok(written)
}

/// Hands on every submission that is asked for, in the order of time, and counts them.
async fn each(
    arguments: &Arguments,
    store: &Store,
    mut write: impl FnMut(&Entry) -> Result<(), ExportError>,
) -> anyhow::Result<usize> {
    let mut listing = store.list(&arguments.form, None, now());
    let mut written = 0;
    loop {
        let page = listing.next_page().await?;
        if page.is_empty() {
            return Ok(written);
        }
        let wanted =
            |entry: &&Entry| (arguments.previews || !entry.preview) && (arguments.amendments || !entry.superseded);
        for entry in page.iter().filter(wanted) {
            write(entry)?;
            written += 1;
        }
    }
}
