//! The keyboard alone: what it reaches on a page, and whether it is seen where one is.

use std::collections::BTreeSet;

use anyhow::ensure;
use serde::Deserialize;
use thirtyfour::{Key, WebDriver};

/// How many keys are pressed before anybody looks: a page with a hundred links is walked in a few steps.
const AT_ONCE: usize = 40;
/// More keys than any page has places to stop at.
const MOST_KEYS: usize = 2000;

/// Lists what the keyboard should reach, and notes from now on what gets the focus and how that looks. Of a group of radio
/// buttons one is reached; the arrows lead to the others. What is folded away is not there.
const WATCH: &str = "
    const all = 'a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex=\"0\"]';
    const group = radio => [...document.getElementsByName(radio.name)].filter(other => other.type === 'radio');
    const spoken = element => element.type !== 'radio'
        || element.checked || !group(element).some(radio => radio.checked) && group(element)[0] === element;
    const stops = [...document.querySelectorAll(all)].filter(element =>
        !element.disabled && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }) && spoken(element));
    window.visits = [];
    document.addEventListener('focusin', event => {
        const style = getComputedStyle(event.target);
        window.visits.push({
            at: stops.indexOf(event.target),
            seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
            what: event.target.outerHTML.slice(0, 120),
        });
    });
    return stops.map(element => element.outerHTML.slice(0, 120));";

/// A place where the focus has been.
#[derive(Deserialize)]
struct Visit {
    /// Index of the stop; -1 when it is another element.
    at: i64,
    /// Whether it is drawn differently from one that has no focus.
    seen: bool,
    what: String,
}

/// Presses Tab until it has gone round the page; returns the links and controls that it does not reach, and those that
/// do not show that they have the focus.
pub async fn faults(driver: &WebDriver) -> anyhow::Result<Vec<String>> {
    let stops: Vec<String> = driver.execute(WATCH, vec![]).await?.convert()?;
    let mut reached = BTreeSet::new();
    let mut faults = BTreeSet::new();
    for _ in 0..MOST_KEYS / AT_ONCE {
        let keys: String = std::iter::repeat_n(Key::Tab.value(), AT_ONCE).collect();
        driver.action_chain().send_keys(keys).perform().await?;
        let visits: Vec<Visit> = driver.execute("return window.visits.splice(0)", vec![]).await?.convert()?;
        let mut round = false;
        for Visit { at, seen, what } in visits {
            let Ok(at) = usize::try_from(at) else { continue };
            if !seen {
                faults.insert(format!("keyboard: the focus is not seen at {what}"));
            }
            round |= !reached.insert(at);
        }
        if round {
            let missed = stops.iter().enumerate().filter(|(index, _)| !reached.contains(index));
            faults.extend(missed.map(|(_, stop)| format!("keyboard: not reached: {stop}")));
            return Ok(faults.into_iter().collect());
        }
    }
    ensure!(!reached.is_empty(), "the keyboard reaches nothing");
    anyhow::bail!("{MOST_KEYS} keys do not lead round the page")
}
