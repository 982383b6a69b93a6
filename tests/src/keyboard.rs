//! The keyboard alone: what it reaches on a page, and whether it is seen where one is.

use std::collections::BTreeSet;

use anyhow::ensure;
use serde::Deserialize;
use thirtyfour::{Key, WebDriver};

/// More steps than any page has places to stop at.
const MOST_STEPS: usize = 600;

/// Lists what the keyboard should reach, and which of it has the focus. Of a group of radio buttons one is reached; the
/// arrows lead to the others. What is folded away is not there.
const LOOK: &str = "
    const all = 'a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex=\"0\"]';
    const group = radio => [...document.getElementsByName(radio.name)].filter(other => other.type === 'radio');
    const spoken = element => element.type !== 'radio'
        || element.checked || !group(element).some(radio => radio.checked) && group(element)[0] === element;
    const stops = [...document.querySelectorAll(all)].filter(element =>
        !element.disabled && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && spoken(element));
    const focused = document.activeElement;
    const style = getComputedStyle(focused);
    return {
        stops: stops.map(element => element.outerHTML.slice(0, 120)),
        at: stops.indexOf(focused),
        seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
        what: focused.outerHTML.slice(0, 120),
    };";

#[derive(Deserialize)]
struct Look {
    stops: Vec<String>,
    /// Index of the stop that has the focus; -1 when it is another element.
    at: i64,
    /// Whether it is drawn differently from one that has no focus.
    seen: bool,
    what: String,
}

/// Presses Tab until it has gone round the page; returns the links and controls that it does not reach, and those that
/// do not show that they have the focus.
pub async fn faults(driver: &WebDriver) -> anyhow::Result<Vec<String>> {
    let mut reached = BTreeSet::new();
    let mut faults = BTreeSet::new();
    for _ in 0..MOST_STEPS {
        driver.action_chain().send_keys(Key::Tab + "").perform().await?;
        let look: Look = driver.execute(LOOK, vec![]).await?.convert()?;
        let Ok(at) = usize::try_from(look.at) else { continue };
        if !look.seen {
            faults.insert(format!("keyboard: the focus is not seen at {}", look.what));
        }
        // Round once; `continue` above passes over the page itself, between its end and its start.
        if !reached.insert(at) {
            let missed = look.stops.iter().enumerate().filter(|(index, _)| !reached.contains(index));
            faults.extend(missed.map(|(_, stop)| format!("keyboard: not reached: {stop}")));
            return Ok(faults.into_iter().collect());
        }
    }
    ensure!(!reached.is_empty(), "the keyboard reaches nothing");
    anyhow::bail!("{MOST_STEPS} steps do not lead round the page")
}
