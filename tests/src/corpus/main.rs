//! Writes the site that builds are measured with: `corpus PAGES FOLDER`.

use std::{env, path::Path};

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let pages = arguments.next().and_then(|text| text.parse().ok()).context("how many pages?")?;
    let folder = arguments.next().context("into which folder?")?;
    tests::corpus::write(Path::new(&folder), pages)?;
    Ok(())
}
