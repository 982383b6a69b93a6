//! What a page is shown on: its size, the settings of the system, paper; and whether the page fits.

use serde_json::json;
use thirtyfour::WebDriver;

/// A size in CSS pixels, and how many dots make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Dots to a pixel: magnification makes it grow and the size shrink.
    pub scale: u32,
}

/// The narrowest screen that pages are made for (WCAG 2.2, 1.4.10).
pub const PHONE: Size = Size { width: 320, height: 640, scale: 1 };
/// A common screen, 1280 wide and 1024 high, magnified four times.
pub const MAGNIFIED: Size = Size { width: 320, height: 256, scale: 4 };
/// A common screen.
pub const DESKTOP: Size = Size { width: 1280, height: 800, scale: 1 };

/// Makes the screen so large.
pub async fn resize(driver: &WebDriver, size: Size) -> anyhow::Result<()> {
    let Size { width, height, scale } = size;
    let metrics = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": false});
    driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
    Ok(())
}

/// Shows the page as `media` (`screen`, `print`) with settings of the system, such as
/// `("prefers-color-scheme", "dark")`; settings that are not named are as in a new browser.
pub async fn show_as(driver: &WebDriver, media: &str, settings: &[(&str, &str)]) -> anyhow::Result<()> {
    let features: Vec<_> = settings.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    driver.cdp().send_raw("Emulation.setEmulatedMedia", json!({"media": media, "features": features})).await?;
    Ok(())
}

/// Returns what sticks out to the right of the screen; nothing when the page does not scroll sideways.
pub async fn overflow(driver: &WebDriver) -> anyhow::Result<Option<String>> {
    let script = "const page = document.documentElement, wide = page.scrollWidth > window.innerWidth;
        const out = element => element.getBoundingClientRect().right > window.innerWidth + 1;
        const last = [...document.body.querySelectorAll('*')].filter(out).pop();
        return wide ? `${page.scrollWidth} wide on ${window.innerWidth}: ${last?.outerHTML.slice(0, 120)}` : null;";
    Ok(driver.execute(script, vec![]).await?.convert()?)
}
