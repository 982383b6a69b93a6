//! Tools of other languages that the tests call; `tests/run` installs them into `target/tools`.

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    process::{Command, Output},
};

use anyhow::{Context as _, ensure};

use crate::workspace;

/// Returns a Python that knows the packages of `tests/cloud/requirements.txt`.
///
/// # Errors
/// When they are not installed.
pub fn python() -> anyhow::Result<PathBuf> {
    tool("cloud/bin/python")
}

/// Returns the scanner checkov, which wants packages in versions of its own.
///
/// # Errors
/// When it is not installed.
pub fn checkov() -> anyhow::Result<PathBuf> {
    tool("checkov/bin/checkov")
}

/// Returns the folder of what npm has installed, `node_modules`.
///
/// # Errors
/// When it is not there.
pub fn node_modules() -> anyhow::Result<PathBuf> {
    tool("node_modules")
}

fn tool(path: &str) -> anyhow::Result<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace::repository().join("target"), PathBuf::from);
    let tool = target.join("tools").join(path);
    ensure!(tool.exists(), "{} is not there: tests/run installs it", tool.display());
    Ok(tool)
}

/// Runs `program` and returns what it printed.
///
/// # Errors
/// When it cannot run or says that it failed; the error tells what it printed.
pub fn run<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[A]) -> anyhow::Result<String> {
    let mut command = Command::new(&program);
    command.args(arguments);
    printed(&mut command)
}

/// Runs `command` and returns what it printed.
///
/// # Errors
/// As [`run`].
pub fn printed(command: &mut Command) -> anyhow::Result<String> {
    let Output { status, stdout, stderr } = command.output().with_context(|| format!("failed to run {command:?}"))?;
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    ensure!(status.success(), "{command:?} ended with {status}: {stdout}{}", String::from_utf8_lossy(&stderr));
    Ok(stdout)
}
