use std::{collections::BTreeMap, error::Error as _, sync::OnceLock};

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tera::{Context, Kwargs, Map, State, Tera, TeraResult, Value};
use thiserror::Error;

use crate::{Shell, ZONE};

/// A theme as it is read and packed: templates and texts, nothing resolved yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ThemeSource {
    /// Names of the themes, the most specific first: a template is taken from the first that has it.
    pub names: Vec<String>,
    /// Templates by `THEME/TEMPLATE.html`.
    pub templates: BTreeMap<String, String>,
    /// Texts by language, the most specific theme's merged over its parent's.
    pub texts: BTreeMap<String, Json>,
}

/// A theme ready to draw pages, the same for the generator and the function.
///
/// A template sees `t` (the texts of its language), `lang`, `layout` (the [`Shell`]) and `page` (its own view), and
/// these filters beside Tera's own:
///
/// - `date`: `"2021-07-29" | date` in the pattern `dates.long` of the texts; `style="numeric"` and so on for others.
/// - `moment`: an RFC 3339 instant as day and time in Poland, pattern `dates.moment`.
/// - `plural`: `t.days | plural(n=5)` takes the form that CLDR names for the number and fills in `{n}`.
/// - `fill`: `t.sentence | fill(name=…)` fills placeholders `{name}`; `args=` takes a whole map of them.
#[derive(Debug)]
pub struct Theme {
    source: ThemeSource,
    /// Reading the templates is most of a start: a language is read when its first page is drawn, or before.
    languages: BTreeMap<String, OnceLock<Result<Tera, ThemeError>>>,
}

/// Why a theme cannot draw a page.
#[derive(Clone, Debug, Error)]
pub enum ThemeError {
    /// A template is broken or asks for what is not there; the text tells which, where and why.
    #[error("{0}")]
    Template(String),
    /// The theme has no texts in this language.
    #[error("the theme has no texts in the language {0:?}")]
    Language(String),
}

impl Theme {
    /// Reads all templates of `source`, once for each language that has texts.
    ///
    /// # Errors
    /// [`ThemeError::Template`] when a template cannot be read.
    pub fn new(source: &ThemeSource) -> Result<Self, ThemeError> {
        let theme = Self::unread(source.clone());
        theme.languages.keys().try_for_each(|language| theme.engine(language).map(drop))?;
        Ok(theme)
    }

    /// Reads all templates of `source` for `language` alone, and for others once a page is drawn in them.
    ///
    /// # Errors
    /// As [`Theme::new`].
    pub fn beginning_with(language: &str, source: ThemeSource) -> Result<Self, ThemeError> {
        let theme = Self::unread(source);
        theme.engine(language)?;
        Ok(theme)
    }

    fn unread(source: ThemeSource) -> Self {
        let languages = source.texts.keys().map(|language| (language.clone(), OnceLock::new())).collect();
        Self { source, languages }
    }

    fn engine(&self, language: &str) -> Result<&Tera, ThemeError> {
        let unknown = || ThemeError::Language(language.to_owned());
        let (cell, texts) = self.languages.get(language).zip(self.source.texts.get(language)).ok_or_else(unknown)?;
        let read = || engine(&self.source, language, texts).map_err(|error| ThemeError::Template(chain(&error)));
        cell.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// Draws `template` in `language` with its `view` inside `shell`.
    ///
    /// # Errors
    /// [`ThemeError`] when the language or something the template asks for is missing.
    pub fn render(
        &self,
        template: &str,
        language: &str,
        shell: &Shell,
        view: &impl Serialize,
    ) -> Result<String, ThemeError> {
        let tera = self.engine(language)?;
        let mut context = Context::new();
        context.insert("layout", shell);
        context.insert("page", view);
        tera.render(template, &context).map_err(|error| ThemeError::Template(chain(&error)))
    }

    /// Returns a number as `language` writes it: `-12345.6` is `-12 345,6`, with a space that keeps it together.
    pub fn number(&self, language: &str, number: &str) -> String {
        self.source
            .texts
            .get(language)
            .map_or_else(|| number.to_owned(), |texts| Numbers::from_texts(texts).written(number))
    }

    /// Returns the text under `path` ("banner.preview") in `language`, where there is one.
    pub fn text(&self, language: &str, path: &str) -> Option<&str> {
        let texts = self.source.texts.get(language)?;
        path.split('.').try_fold(texts, |texts, key| texts.get(key))?.as_str()
    }
}

fn engine(source: &ThemeSource, language: &str, texts: &Json) -> TeraResult<Tera> {
    let mut tera = Tera::new();
    tera.set_fallback_prefixes(source.names.iter().map(|name| format!("{name}/")).collect::<Vec<_>>())?;
    let dates = Dates::from_texts(texts);
    let moments = dates.clone();
    tera.register_filter("date", move |day: &str, args: Kwargs, _: &State| dates.date(day, &args));
    let numbers = Numbers::from_texts(texts);
    let counts = numbers.clone();
    tera.register_filter("number", move |number: &Value, _: Kwargs, _: &State| numbers.written(&number.to_string()));
    tera.register_filter("moment", move |instant: &str, _: Kwargs, _: &State| moments.moment(instant));
    let locale: Locale = language.parse().map_err(|_| tera::Error::message(format!("not a language: {language:?}")))?;
    tera.register_filter("plural", move |forms: &Map, args: Kwargs, _: &State| plural(&locale, &counts, forms, &args));
    tera.register_filter("fill", |text: &str, args: Kwargs, _: &State| fill_in(text, &args));
    tera.global_context().insert("t", texts);
    tera.global_context().insert("lang", language);
    tera.add_raw_templates(source.templates.iter().map(|(name, template)| (name.as_str(), template.as_str())))?;
    Ok(tera)
}

/// How a language writes numbers, from its texts.
#[derive(Clone, Debug, Default)]
struct Numbers {
    /// Stands between groups of three digits.
    group: String,
    /// Stands before the fraction.
    decimal: String,
    /// The fewest digits that are grouped.
    grouped_from: usize,
}

impl Numbers {
    fn from_texts(texts: &Json) -> Self {
        let numbers = texts.get("numbers");
        let text = |key: &str| numbers.and_then(|numbers| numbers.get(key)?.as_str()).map(str::to_owned);
        let from = numbers.and_then(|numbers| usize::try_from(numbers.get("grouped_from")?.as_u64()?).ok());
        Self {
            group: text("group").unwrap_or_default(),
            decimal: text("decimal").unwrap_or_else(|| ".".to_owned()),
            grouped_from: from.unwrap_or(usize::MAX),
        }
    }

    /// Returns `number`, digits with a sign and a decimal point where it has them, as the language writes it.
    fn written(&self, number: &str) -> String {
        let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
        let (whole, fraction) =
            digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
        let mut written = sign.to_owned();
        for (at, digit) in whole.chars().enumerate() {
            let left = whole.len() - at;
            if at > 0 && left % 3 == 0 && whole.len() >= self.grouped_from {
                written.push_str(&self.group);
            }
            written.push(digit);
        }
        if let Some(fraction) = fraction {
            written.extend([&self.decimal, fraction]);
        }
        written
    }
}

/// How a language writes dates, from its texts.
#[derive(Clone, Debug, Default)]
struct Dates {
    patterns: BTreeMap<String, String>,
    months: Vec<String>,
    weekdays: Vec<String>,
}

impl Dates {
    fn from_texts(texts: &Json) -> Self {
        let dates = texts.get("dates").and_then(Json::as_object);
        let list = |key: &str| {
            let words = dates.and_then(|dates| dates.get(key)).and_then(Json::as_array);
            words.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let patterns = dates.into_iter().flatten();
        Self {
            patterns: patterns.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect(),
            months: list("months"),
            weekdays: list("weekdays"),
        }
    }

    fn date(&self, day: &str, args: &Kwargs) -> TeraResult<String> {
        let style = args.get::<String>("style")?.unwrap_or_else(|| "long".to_owned());
        let date: Date = day.parse().map_err(|_| tera::Error::message(format!("not a date: {day:?}")))?;
        self.written(date, &style)
    }

    fn moment(&self, instant: &str) -> TeraResult<String> {
        let instant: Timestamp =
            instant.parse().map_err(|_| tera::Error::message(format!("not an instant: {instant:?}")))?;
        let zone = TimeZone::get(ZONE).map_err(tera::Error::message)?;
        let local = instant.to_zoned_datetime(zone);
        let date = self.written(local.date(), "long")?;
        let time = format!("{:02}:{:02}", local.hour(), local.minute());
        Ok(replace(self.pattern("moment")?, &[("date", &date), ("time", &time)]))
    }

    fn written(&self, date: Date, style: &str) -> TeraResult<String> {
        let word = |words: &[String], number: i8| {
            let word = usize::try_from(number - 1).ok().and_then(|index| words.get(index));
            word.cloned()
                .ok_or_else(|| tera::Error::message("the texts `dates.months` or `dates.weekdays` are incomplete"))
        };
        Ok(replace(
            self.pattern(style)?,
            &[
                ("day", &date.day().to_string()),
                ("dd", &format!("{:02}", date.day())),
                ("mm", &format!("{:02}", date.month())),
                ("month", &word(&self.months, date.month())?),
                ("weekday", &word(&self.weekdays, date.weekday().to_monday_one_offset())?),
                ("year", &date.year().to_string()),
            ],
        ))
    }

    fn pattern(&self, style: &str) -> TeraResult<&str> {
        let pattern = self.patterns.get(style).map(String::as_str);
        pattern.ok_or_else(|| tera::Error::message(format!("the texts have no `dates.{style}`")))
    }
}

fn plural(locale: &Locale, numbers: &Numbers, forms: &Map, args: &Kwargs) -> TeraResult<String> {
    let rules = PluralRules::try_new_cardinal(locale.into()).map_err(tera::Error::message)?;
    let number = args.must_get::<i64>("n")?;
    let category = match rules.category_for(number) {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    };
    let form = forms.get(&category.into()).and_then(Value::as_str);
    let form = form.ok_or_else(|| tera::Error::message(format!("no plural form `{category}`")))?;
    Ok(replace(form, &[("n", &numbers.written(&number.to_string()))]))
}

fn fill_in(text: &str, args: &Kwargs) -> TeraResult<String> {
    let mut named = BTreeMap::new();
    if let Some(map) = args.get::<Map>("args")? {
        named.extend(map.iter().map(|(key, value)| (key.to_string(), value.to_string())));
    }
    named.extend(args.iter().map(|(key, value)| (key.to_string(), value.to_string())));
    let pairs: Vec<_> = named.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Ok(replace(text, &pairs))
}

fn replace(text: &str, values: &[(&str, &str)]) -> String {
    crate::fill(text, |name| {
        let value = values.iter().find(|(key, _)| *key == name)?.1;
        Some(value.to_owned())
    })
}

fn chain(error: &tera::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(template: &str, expected: &str) {
        let source = ThemeSource {
            names: vec!["base".to_owned()],
            templates: [("base/x.html".to_owned(), template.to_owned())].into(),
            texts: [(
                "pl".to_owned(),
                json!({
                    "days": {"one": "{n} dzień", "few": "{n} dni", "many": "{n} dni", "other": "{n} dnia"},
                    "numbers": {"group": "\u{a0}", "decimal": ",", "grouped_from": 5},
                    "greeting": "Do {name} {unknown} {",
                    "dates": {
                        "long": "{day} {month} {year} r.", "numeric": "{dd}.{mm}.{year}", "moment": "{date}, godz. {time}",
                        "months": ["stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
                                   "września", "października", "listopada", "grudnia"],
                        "weekdays": ["poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela"],
                    },
                }),
            )]
            .into(),
        };
        let theme = Theme::new(&source).unwrap();
        let html = theme.render("x.html", "pl", &Shell::default(), &json!({"name": "{day} <b>"})).unwrap();
        assert_eq!(html, expected, "{template}");
    }

    #[test]
    fn dates_are_written_as_officials_write_them() {
        check("{{ '2021-07-09' | date }}", "9 lipca 2021 r.");
        check("{{ '2021-07-09' | date(style='numeric') }}", "09.07.2021");
        check("{{ '2021-07-29T21:59:00Z' | moment }}", "29 lipca 2021 r., godz. 23:59");
    }

    #[test]
    fn plurals_follow_cldr() {
        check(
            "{{ t.days | plural(n=1) }}, {{ t.days | plural(n=22) }}, {{ t.days | plural(n=112) }}",
            "1 dzień, 22 dni, 112 dni",
        );
    }

    #[test]
    fn numbers_are_grouped_from_five_digits_on() {
        check(
            "{{ 9999 | number }}, {{ 10000 | number }}, {{ 1234567.25 | number }}",
            "9999, 10\u{a0}000, 1\u{a0}234\u{a0}567,25",
        );
        check(
            "{{ -12345 | number }}, {{ '20000.5' | number }}, {{ t.days | plural(n=12005) }}",
            "-12\u{a0}345, 20\u{a0}000,5, 12\u{a0}005 dni",
        );
    }

    #[test]
    fn placeholders_are_filled_once_and_escaped() {
        check("{{ t.greeting | fill(name=page.name) }}", "Do {day} &lt;b&gt; {unknown} {");
    }
}
