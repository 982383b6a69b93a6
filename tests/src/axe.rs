//! axe-core, put into the open page through the driver: the strict policy of the page does not hinder it. It waits for
//! timers, so the browser must run scripts.

use std::fs;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use serde_json::json;
use thirtyfour::WebDriver;

use crate::tools;

/// Where npm puts it.
const SCRIPT: &str = "axe-core/axe.min.js";

/// WCAG up to 2.2 AA, and what is good practice besides.
const TAGS: [&str; 7] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/// Answers once it is done with how many rules held and what is wrong.
const RUN: &str = "const done = arguments[1];
    axe.run({ runOnly: arguments[0], resultTypes: ['violations'] }).then(
        result => done({
            held: result.passes.length,
            violations: result.violations.flatMap(rule => rule.nodes.map(
                node => `axe ${rule.id}: ${node.html} ${node.failureSummary}`)),
        }),
        error => done({ held: 0, violations: [], error: String(error) }));";

#[derive(Deserialize)]
struct Outcome {
    held: usize,
    violations: Vec<String>,
    error: Option<String>,
}

/// Returns what axe finds wrong with the open page, as it is shown now: one line for each place.
///
/// # Errors
/// When axe is not installed, or did not run.
pub async fn violations(driver: &WebDriver) -> anyhow::Result<Vec<String>> {
    let is_there: bool = driver.execute("return typeof axe === 'object'", vec![]).await?.convert()?;
    if !is_there {
        let script = tools::node_modules()?.join(SCRIPT);
        let text = fs::read_to_string(&script).with_context(|| format!("failed to read {}", script.display()))?;
        driver.execute(text, vec![]).await.context("axe could not be put into the page")?;
    }
    let outcome: Outcome = driver.execute_async(RUN, vec![json!(TAGS)]).await?.convert()?;
    ensure!(outcome.error.is_none(), "axe failed: {:?}", outcome.error);
    ensure!(outcome.held > 5, "axe looked at nothing: {} rules held", outcome.held);
    Ok(outcome.violations.into_iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
}
