//! Makes the tables in the engine that the environment names.

use std::process::ExitCode;

use clap::Subcommand;
use forms_fn::store::{Counters, Created, Store};

use super::{environment, say};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Creates the tables that `TABLE_NAME` and `COUNTERS_TABLE_NAME` name, in the engine that the `AWS_*` variables
    /// name; one that is there already is left as it is. The cloud's own come from its template instead, which also
    /// switches on what protects them.
    Create,
}

/// Creates both tables, and says of each whether it was there.
pub(super) fn run(Command::Create: &Command) -> anyhow::Result<ExitCode> {
    let client = environment::client()?;
    let (submissions, counters) = (environment::required("TABLE_NAME")?, environment::required("COUNTERS_TABLE_NAME")?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let created = Store::new(client.clone(), &submissions).create_table().await?;
        say(&line(&submissions, created));
        let created = Counters::new(client, &counters).create_table().await?;
        say(&line(&counters, created));
        anyhow::Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn line(table: &str, created: Created) -> String {
    match created {
        Created::Now => format!("{table}: created\n"),
        Created::Before => format!("{table}: there already, left as it is\n"),
    }
}
