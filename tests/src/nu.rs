//! The Nu Html Checker over files: every page, stylesheet and drawing below a folder.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use crate::tools;

/// Where npm puts it.
const JAR: &str = "vnu-jar/build/dist/vnu.jar";

/// What the checker's grammar does not know yet, as its message begins, and why it is right all the same.
const GAPS: [(&str, &str); 0] = [];

#[derive(Deserialize)]
struct Report {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    url: String,
    #[serde(rename = "lastLine", default)]
    line: u32,
    message: String,
}

/// Returns the errors in the files below `folder`, one line for each, without the known gaps of the checker.
///
/// # Errors
/// When Java or the checker is missing, or did not run to its end.
pub fn errors(folder: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new("java")
        .arg("-jar")
        .arg(tools::node_modules()?.join(JAR))
        .args(["--also-check-css", "--also-check-svg", "--skip-non-html", "--errors-only", "--format", "json"])
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .context("failed to start java, which the Nu Html Checker needs: tests/run installs it")?;
    let told = String::from_utf8_lossy(&output.stderr);
    let report: Report = serde_json::from_str(&told).with_context(|| format!("the checker failed: {told}"))?;
    ensure!(output.status.success() == report.messages.is_empty(), "the checker ended with {}", output.status);
    let known = |message: &Message| GAPS.iter().any(|(gap, _)| message.message.starts_with(gap));
    let errors = report.messages.into_iter().filter(|message| !known(message));
    Ok(errors.map(|Message { url, line, message }| format!("{url}:{line}: {message}")).collect())
}
