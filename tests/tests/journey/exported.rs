//! What `konsultacje export` would write of a town, and how it is read again.

use std::collections::BTreeMap;

use forms::Form;
use forms_fn::store::{Entry, Store};
use generator::export::{Json, Table, parts, unguarded};

/// Field names and their values.
pub(crate) type Said = BTreeMap<String, Vec<String>>;

/// Returns everything that was stored of `form`, in the order of time.
pub(crate) async fn stored(store: &Store, form: &str) -> anyhow::Result<Vec<Entry>> {
    let mut listing = store.list(form, None, "2021-08-01T00:00:00Z".parse()?);
    let mut entries = Vec::new();
    loop {
        let page = listing.next_page().await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}

/// Writes entries as a table and reads it again: every cell as it stands in the file, by the names of the columns.
pub(crate) async fn table(
    store: &Store,
    form: &str,
    entries: &[Entry],
) -> anyhow::Result<Vec<BTreeMap<String, String>>> {
    let definitions = store.definitions(form).await?;
    let forms = definitions.values().map(|json| serde_json::from_str::<Form>(json));
    let mut table = Table::new(Vec::new(), b';', parts(&forms.collect::<Result<Vec<_>, _>>()?))?;
    for entry in entries {
        table.write(entry)?;
    }
    let bytes = table.finish()?;
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap())?;
    let mut csv = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    let names = csv.headers()?.clone();
    let rows = csv.records().map(|row| {
        let row = row?;
        Ok(names.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect())
    });
    rows.collect()
}

/// Returns what was said in a row of a table.
pub(crate) fn said(row: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let said = row.iter().filter(|(name, cell)| !name.starts_with('_') && !cell.is_empty());
    said.map(|(name, cell)| (name.clone(), unguarded(cell))).collect()
}

/// Writes entries as JSON and reads it again.
pub(crate) fn json(entries: &[Entry]) -> anyhow::Result<Vec<serde_json::Value>> {
    let mut json = Json::new(Vec::new());
    for entry in entries {
        json.write(entry)?;
    }
    Ok(serde_json::from_slice(&json.finish()?)?)
}
