//! Reads a page as a browser does, far enough to fill in its form and post it again.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

use crate::http;

/// Names and values, in the order in which they are posted.
pub type Pairs = Vec<(String, String)>;

/// A page that came.
#[derive(Debug)]
pub struct Page(Html);

/// A form of a page, with what stands in its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// Where it is posted.
    pub action: String,
    /// What it would post, buttons aside.
    pub fields: Pairs,
    /// The buttons inside it, in order.
    pub buttons: Vec<Button>,
}

/// A button that submits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Name of its field.
    pub name: String,
    /// What it posts.
    pub value: String,
    /// Its words.
    pub words: String,
}

impl Page {
    /// Reads `html` by the rules of HTML.
    pub fn read(html: &str) -> Self {
        Self(Html::parse_document(html))
    }

    /// Returns the words of the page's title.
    pub fn title(&self) -> String {
        self.words("title").concat()
    }

    /// Returns the words of each element that `selector` finds, white space made single spaces.
    pub fn words(&self, selector: &str) -> Vec<String> {
        self.raw(selector).iter().map(|text| normal(text)).collect()
    }

    /// Returns the text of each element that `selector` finds, exactly as it stands.
    pub fn raw(&self, selector: &str) -> Vec<String> {
        self.all(selector).map(|element| element.text().collect()).collect()
    }

    /// Returns the attribute `name` of each element that `selector` finds and that has it.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        self.all(selector).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
    }

    /// Returns the last form of the page that is posted.
    pub fn form(&self) -> Option<Form> {
        let form = self.all("form[method=post]").last()?;
        let submits = parse("button, input[type=submit]");
        Some(Form {
            action: form.attr("action").unwrap_or_default().to_owned(),
            fields: pairs(self.all("input, textarea, select").filter(|control| belongs(*control, form))),
            buttons: form.select(&submits).map(button).collect(),
        })
    }

    /// Returns the buttons of the whole page that submit with a value beginning with `step`.
    pub fn buttons(&self, step: &str) -> Vec<Button> {
        self.all("button").map(button).filter(|button| button.value.starts_with(step)).collect()
    }

    /// Returns what stands in the fields of the page, in a form or not; fields of the journey aside.
    pub fn typed(&self) -> Pairs {
        let mut pairs = pairs(self.all("input, textarea, select"));
        pairs.retain(|(name, _)| !name.starts_with('_'));
        pairs
    }

    /// Returns what the page is made of: each kind of element, told by its name, classes and attributes and by those of
    /// the element around it; which heading follows which; the language. Two pages that are made of the same differ in
    /// their words alone.
    pub fn patterns(&self) -> BTreeSet<String> {
        let mut heading = "none".to_owned();
        let mut patterns = BTreeSet::new();
        for element in self.all("*") {
            let around = element.ancestors().find_map(ElementRef::wrap);
            patterns.insert(format!("{} > {}", around.map(kind).unwrap_or_default(), kind(element)));
            if matches!(element.value().name(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
                let next = element.value().name();
                patterns.insert(format!("{heading} … {next}"));
                next.clone_into(&mut heading);
            }
        }
        patterns
    }

    fn all(&self, selector: &str) -> impl Iterator<Item = ElementRef<'_>> {
        let selector = parse(selector);
        let found: Vec<_> = self.0.select(&selector).collect();
        found.into_iter()
    }
}

impl Form {
    /// Returns the value of the field `name`; empty where there is none.
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Returns this form with `value` in the field `name`, instead of everything that stood there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the body that its first button posts: the one that Enter presses.
    pub fn forward(&self) -> String {
        self.press(self.buttons.first().map_or("", |button| &button.value))
    }

    /// Returns the body that the button with the step `step` posts.
    pub fn press(&self, step: &str) -> String {
        let mut pairs = self.fields.clone();
        pairs.push(("_step".to_owned(), step.to_owned()));
        http::encode(&pairs)
    }
}

/// Returns what an element is, whatever it says: attributes that take words or addresses count without their values.
fn kind(element: ElementRef<'_>) -> String {
    const TOLD: [&str; 7] = ["class", "type", "role", "lang", "colspan", "scope", "aria-current"];
    let attributes = element
        .value()
        .attrs()
        .map(|(name, value)| if TOLD.contains(&name) { format!("[{name}={value}]") } else { format!("[{name}]") });
    let attributes: BTreeSet<String> = attributes.collect();
    format!("{}{}", element.value().name(), attributes.into_iter().collect::<String>())
}

fn belongs(control: ElementRef<'_>, form: ElementRef<'_>) -> bool {
    match control.attr("form") {
        Some(id) => form.attr("id") == Some(id),
        None => control.ancestors().any(|ancestor| ancestor.id() == form.id()),
    }
}

fn button(element: ElementRef<'_>) -> Button {
    let attribute = |name| element.attr(name).unwrap_or_default().to_owned();
    Button { name: attribute("name"), value: attribute("value"), words: normal(&element.text().collect::<String>()) }
}

/// Returns what controls post, by the rules of HTML for each kind: unticked boxes post nothing, a line loses its line
/// ends, and every line end that is left becomes CRLF.
fn pairs<'a>(controls: impl Iterator<Item = ElementRef<'a>>) -> Pairs {
    let posted = controls.filter_map(|control| {
        let name = control.attr("name").filter(|name| !name.is_empty())?.to_owned();
        let value = control.attr("value").unwrap_or_default();
        let value = match (control.value().name(), control.attr("type").unwrap_or("text")) {
            // The parser has dropped the line end that follows the tag.
            ("textarea", _) => control.text().collect(),
            ("select", _) => selected(control),
            ("input", "checkbox" | "radio") => control.attr("checked").map(|_| value.to_owned())?,
            ("input", "hidden") => value.to_owned(),
            ("input", "submit" | "button" | "reset") => return None,
            ("input", _) => value.replace(['\r', '\n'], ""),
            _ => return None,
        };
        Some((name, value.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")))
    });
    posted.collect()
}

/// Returns what a select posts: the option that is selected, else the first.
fn selected(select: ElementRef<'_>) -> String {
    let options = parse("option");
    let option = select.select(&options).find(|option| option.attr("selected").is_some());
    let option = option.or_else(|| select.select(&options).next());
    option.and_then(|option| option.attr("value")).unwrap_or_default().to_owned()
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a selector that a test wrote.
fn parse(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_posts_what_a_browser_would() {
        let page = Page::read(
            "<form method=get><button>no</button></form>\
             <form id=f method=post action=/a><input type=hidden name=_t value='1\n2'>\
             <textarea name=long>\n\n a &amp; b\n</textarea><input name=line value='x\ny'>\
             <input type=radio name=r value=1><input type=radio name=r value=2 checked>\
             <input type=checkbox name=c value=1 checked><input type=checkbox name=c value=2 checked>\
             <button name=_step value=review>Dalej</button></form>\
             <textarea name=late form=f>z</textarea><input name=strange value=1>",
        );
        let form = page.form().unwrap_or_else(|| unreachable!("there is a form"));
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("_t", "1\r\n2"),
            ("long", "\r\n a & b\r\n"),
            ("line", "xy"),
            ("r", "2"),
            ("c", "1"),
            ("c", "2"),
            ("late", "z"),
        ];
        assert_eq!(fields, expected);
        assert_eq!((form.action.as_str(), form.buttons[0].words.as_str()), ("/a", "Dalej"));
        assert!(form.forward().ends_with("&_step=review"), "{}", form.forward());
    }
}
