//! Everything that can be wrong with a page whatever it says: one list, page by page.
//!
//! 1. What the browser complains of: the policy of the site, resources that are missing, scripts that fail.
//! 2. What it asked other hosts for, and cookies.
//! 3. [`axe`](crate::axe), in light and dark.
//! 4. The [`keyboard`].
//! 5. Scrolling sideways on a [`screen`] of 320 pixels, and on one magnified four times.

use serde_json::json;
use thirtyfour::WebDriver;

use crate::{axe, browser::Browser, keyboard, screen};

/// Opens `address` and returns what is wrong with the page.
///
/// # Errors
/// When the page cannot be looked at.
pub async fn of_address(browser: &Browser, address: &str) -> anyhow::Result<Vec<String>> {
    // What was said of the page before is its own.
    browser.complaints().await?;
    browser.driver().goto(address).await?;
    of_page(browser).await
}

/// Returns what is wrong with the open page of a browser that runs scripts, and what the browser has said since it was
/// asked last. The screen is a common one afterwards, and light.
///
/// # Errors
/// When the page cannot be looked at.
pub async fn of_page(browser: &Browser) -> anyhow::Result<Vec<String>> {
    let driver = browser.driver();
    screen::resize(driver, screen::DESKTOP).await?;
    let mut faults = Vec::new();
    for scheme in ["dark", "light"] {
        screen::show_as(driver, "screen", &[("prefers-color-scheme", scheme)]).await?;
        faults.extend(axe::violations(driver).await?.into_iter().map(|line| format!("{line} ({scheme})")));
    }
    faults.extend(keyboard::faults(driver).await?);
    for size in [screen::PHONE, screen::MAGNIFIED] {
        screen::resize(driver, size).await?;
        faults.extend(screen::overflow(driver).await?.map(|wide| format!("scrolls sideways: {wide}")));
    }
    screen::resize(driver, screen::DESKTOP).await?;
    faults.extend(strangers(driver).await?);
    faults.extend(browser.complaints().await?.into_iter().map(|line| format!("the browser says: {line}")));
    Ok(faults)
}

/// Returns what the page asked other hosts for, and the cookies that it has.
async fn strangers(driver: &WebDriver) -> anyhow::Result<Vec<String>> {
    let script = "return performance.getEntriesByType('resource').map(entry => entry.name)
        .filter(name => new URL(name).origin !== location.origin)";
    let asked: Vec<String> = driver.execute(script, vec![]).await?.convert()?;
    let mut found: Vec<_> = asked.into_iter().map(|address| format!("asked another host: {address}")).collect();
    let cookies = driver.cdp().send_raw("Network.getCookies", json!({})).await?;
    let cookies = cookies["cookies"].as_array().cloned().unwrap_or_default();
    found.extend(cookies.iter().map(|cookie| format!("has a cookie: {}", cookie["name"])));
    Ok(found)
}
