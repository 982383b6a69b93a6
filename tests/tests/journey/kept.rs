//! Whatever is accepted is stored, read back and exported as it was.

use std::{
    collections::BTreeSet,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_sdk_dynamodb::types::AttributeValue;
use forms::Kind;
use proptest::prelude::*;
use tests::{
    engine::Item,
    http,
    town::{ANSWERS, KAZDE, KROTKA, token},
};

use crate::{
    exported::{Said, json, said, stored, table},
    town::{Town, bundle},
    typed::text,
};

/// The form's id.
const FORM: &str = "park/kazde";

/// How many inputs there were, how many of them were validated, and how many were stored.
static TRIED: AtomicU32 = AtomicU32::new(0);
static VALIDATED: AtomicU32 = AtomicU32::new(0);
static STORED: AtomicU32 = AtomicU32::new(0);

const CASES: u32 = 200;

/// Names of fields and what is posted in them.
type Answers = Vec<(String, String)>;

/// Answers to one question: fields by the names of their parts, empty for the question itself.
fn answer(
    name: &'static str,
    parts: impl Strategy<Value = Vec<(&'static str, String)>>,
) -> impl Strategy<Value = Answers> {
    parts.prop_map(move |parts| {
        let field = |part: &str| if part.is_empty() { name.to_owned() } else { format!("{name}.{part}") };
        parts.into_iter().map(|(part, value)| (field(part), value)).collect()
    })
}

/// One answer to a question of one field.
fn one(name: &'static str, value: impl Strategy<Value = String>) -> impl Strategy<Value = Answers> {
    answer(name, value.prop_map(|value| vec![("", value)]))
}

fn of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(values).prop_map(str::to_owned)
}

/// Some options of several, or an answer of one's own.
fn chosen(
    name: &'static str,
    values: &'static [&'static str],
    most: usize,
    own: bool,
) -> impl Strategy<Value = Answers> {
    let options = proptest::sample::subsequence(values, 1..=most);
    let own = (Just(own), "\\PC{1,20}").prop_map(|(own, text)| own.then(|| format!("{text}.")));
    answer(
        name,
        (options, own, any::<bool>()).prop_map(|(options, own, instead)| match own {
            Some(own) if instead => vec![("", "other".to_owned()), ("other", own)],
            _ => options.into_iter().map(|value| ("", value.to_owned())).collect(),
        }),
    )
}

/// Answers to every question of the form, most of them right: each kind as people answer it.
fn answers() -> impl Strategy<Value = Answers> {
    const WAYS: &[&str] = &["pieszo", "rower", "auto"];
    const DAYS: &[&str] = &["1", "07", "28", " 7 "];
    const MONTHS: &[&str] = &["2", "12", "lipca", "Lipiec", "WRZEŚNIA"];
    const YEARS: &[&str] = &["1950", "2019", "2021"];
    let lines = (
        one("imie", "\\PC{0,12}"),
        one("ulica", prop_oneof![9 => "\\PC{1,20}x", 1 => text()]),
        one("opinia", prop_oneof![9 => text().prop_map(|text| format!("{text}x")), 1 => text()]),
        one("uwagi", text()),
        one("nazwisko", "\\PC{0,30}"),
        one("adres_email", "([a-z]{1,8}@[a-z]{1,8}\\.pl)?"),
        one("telefon", "[0-9 ()+-]{0,6}41 000 00 00( wew\\. [0-9]{1,3})?"),
        one("kod", of(&["25-303", "25 303", "25303", " 25–303", ""])),
    );
    let numbers = (
        one("wizyty", (0..=366_u16).prop_map(|number| format!(" {number}\u{a0}"))),
        one("droga_km", "[0-9]{1,3}(,[0-9])?"),
        one("wiek", of(&["do-18", "19-64", "od-65"])),
        one("ocena", of(&["1", "2", "3", "4", "5", "none"])),
        one("spokoj", (0..=10_u8).prop_map(|point| point.to_string())),
        chosen("dojazd", WAYS, 1, true),
        chosen("powroty", WAYS, 3, false),
        chosen("zajecia", &["spacer", "sport", "zabawa"], 2, true),
    );
    let marks: &[&str] = &["dobrze", "zle", "nie-wiem"];
    let groups = (
        answer(
            "pierwsza_wizyta",
            (of(DAYS), of(MONTHS), of(YEARS))
                .prop_map(|(day, month, year)| vec![("day", day), ("month", month), ("year", year)]),
        ),
        answer("miejsca", (of(marks), of(marks)).prop_map(|(pond, avenue)| vec![("staw", pond), ("aleja", avenue)])),
        answer(
            "kolejnosc",
            Just(vec!["lawki", "lampy", "drzewa"]).prop_shuffle().prop_map(|options| {
                options.into_iter().zip(1..).map(|(option, place)| (option, place.to_string())).collect()
            }),
        ),
        answer(
            "uwaga",
            (text(), text(), proptest::option::of(text())).prop_map(|(quote, reason, second)| {
                let place = ("1.place", "projekt/1.0".to_owned());
                let first = vec![place, ("1.quote", quote), ("1.text", format!("{reason}x")), ("1.reason", reason)];
                first.into_iter().chain(second.map(|text| ("3.text", text))).collect()
            }),
        ),
        one("bilet", text()),
        any::<bool>()
            .prop_map(|agrees| agrees.then(|| ("zgoda".to_owned(), "yes".to_owned())).into_iter().collect::<Answers>()),
    );
    (lines, numbers, groups).prop_map(|((a, b, c, d, e, f, g, h), (i, j, k, l, m, n, o, p), (q, r, s, t, u, v))| {
        let all = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t].concat();
        let has = |name: &str, values: &[&str]| {
            all.iter().any(|(field, value)| {
                field == name && (values.is_empty() || values.contains(&value.as_str())) && !value.is_empty()
            })
        };
        // What the other answers make needless is shown once more before anything is stored.
        let (ticket, consent) = (has("powroty", &["rower", "auto"]), has("adres_email", &[]));
        let rest = [u, v].concat().into_iter().filter(|(name, _)| if name == "bilet" { ticket } else { consent });
        all.iter().cloned().chain(rest).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    /// Answers to questions of every kind: accepted, stored, read back equal, exported, and read again equal.
    #[test]
    fn what_is_accepted_is_stored_read_back_and_exported_as_it_was(answers in answers()) {
        let number = TRIED.fetch_add(1, Ordering::Relaxed);
        let (runtime, town) = shared();
        let token = token(number);
        let mut posted: Vec<_> = answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        posted.extend([("_token", token.as_str()), ("_step", "send"), ("_revision", town.revision(KAZDE))]);
        let sent = runtime.block_on(town.post(KAZDE, &http::encode(&posted))).unwrap();
        prop_assert!(matches!(sent.status, 200 | 303 | 422), "{}: {}", sent.status, sent.body);
        VALIDATED.fetch_add(u32::from(matches!(sent.status, 303 | 422)), Ordering::Relaxed);
        if sent.status == 303 {
            STORED.fetch_add(1, Ordering::Relaxed);
            let said_then = Said::from_iter(normal(&posted));
            runtime.block_on(check(town, crate::town::number(&sent), &said_then));
        }
        if number + 1 == CASES {
            let (validated, stored) = (VALIDATED.load(Ordering::Relaxed), STORED.load(Ordering::Relaxed));
            println!("{validated} of {CASES} inputs reached validation, {stored} the store");
            prop_assert!(validated * 10 >= CASES * 3, "{validated} of {CASES} inputs reached validation");
            prop_assert!(stored * 20 >= CASES, "{stored} of {CASES} inputs reached the store");
        }
    }
}

/// One form with every kind there is, all the way: page, review, edit, review, receipt, table and JSON.
#[tokio::test]
async fn every_kind_goes_the_whole_way() -> crate::Outcome {
    let town = Town::open().await?;
    let form = bundle("kazde")?.form;
    let kinds: BTreeSet<_> = form.questions.iter().map(|question| question.kind.name()).collect();
    assert_eq!(kinds, Kind::NAMES.into_iter().collect(), "the form does not have every kind");
    let mut page = town.get(KAZDE).await?.page().form().unwrap();
    page.fields.extend(ANSWERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let review = town.post(KAZDE, &page.forward()).await?.page().form().unwrap();
    let edited = town.post(KAZDE, &review.press("edit:opinia")).await?.page().form().unwrap();
    let again = town.post(KAZDE, &edited.with("opinia", "Cień 🦆").forward()).await?;
    // The receipt shows the form as it was stored, without the spaces that the page is set with.
    let unset = |lines: Vec<String>| lines.iter().map(|line| line.replace('\u{a0}', " ")).collect::<Vec<_>>();
    let lines = unset(again.page().raw(".answers .said"));
    let sent = town.post(KAZDE, &again.page().form().unwrap().forward()).await?;
    assert_eq!(sent.status, 303);
    let receipt = town.get(sent.location()).await?.page();
    assert_eq!(unset(receipt.raw(".answers .said")), lines, "the receipt shows what the review did");
    let labels: Vec<_> = form
        .questions
        .iter()
        .filter(|question| question.kind.asks())
        .map(|question| question.label.in_language("pl").to_owned())
        .collect();
    assert_eq!(receipt.words(".answers dt"), labels);
    let posted: Vec<_> = ANSWERS.map(|(name, value)| (name, if name == "opinia" { "Cień 🦆" } else { value })).to_vec();
    check(&town, crate::town::number(&sent), &Said::from_iter(normal(&posted))).await;
    Ok(())
}

/// The largest post that is taken makes an item that the engine takes: 400 kB, names and values together
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>).
#[tokio::test]
async fn the_largest_body_makes_an_item_within_the_limit() -> crate::Outcome {
    /// What works, and what sending may add to it.
    const LARGEST: usize = (256 + 8) * 1024;
    let town = Town::open().await?;
    // Plain letters are posted as they are: nothing becomes larger by being read.
    let long = |token: &str| {
        let head = format!("_step=send&_token={token}&_revision={}&zdanie=", town.revision(KROTKA));
        format!("{head}{}", "x".repeat(LARGEST - head.len()))
    };
    let many = |token: &str| {
        let ours = [("_step", "send"), ("_token", token), ("_revision", town.revision(KAZDE))];
        format!("{}&{}", http::encode(&[&ours[..], &ANSWERS].concat()), vec!["zajecia=spacer"; 4000].join("&"))
    };
    for (path, body) in [(KROTKA, long(&token(1))), (KAZDE, many(&token(2)))] {
        let sent = town.post(path, &body).await?;
        assert_eq!(sent.status, 303, "{path}: {}", &sent.body[..sent.body.len().min(2000)]);
    }
    let sizes: Vec<_> = town.engine.items_of('S').await?.iter().map(size).collect();
    assert_eq!(sizes.len(), 2);
    assert!(sizes.iter().all(|size| *size < 400_000), "{sizes:?}");
    assert!(sizes.iter().any(|size| *size > 270_000), "nothing large was kept: {sizes:?}");
    let longer = town.post(KROTKA, &format!("{}x", long(&token(3)))).await?;
    assert_eq!(longer.status, 413);
    Ok(())
}

/// Returns the size of an item as the engine counts it, in bytes.
fn size(item: &Item) -> usize {
    fn weight(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) => text.len(),
            // At most; a number takes a byte for two digits.
            AttributeValue::N(digits) => digits.len() + 1,
            AttributeValue::L(list) => 3 + list.iter().map(|one| 1 + weight(one)).sum::<usize>(),
            AttributeValue::M(map) => 3 + map.iter().map(|(name, one)| 1 + name.len() + weight(one)).sum::<usize>(),
            _ => 1,
        }
    }
    item.iter().map(|(name, one)| name.len() + weight(one)).sum()
}

/// Returns what the posted pairs say: line ends as LF, nothing that is empty, nothing of ours.
fn normal(posted: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
    let mut said = Said::new();
    for (name, value) in posted.iter().filter(|(name, value)| !name.starts_with('_') && !value.is_empty()) {
        let value = value.replace("\r\n", "\n").replace('\r', "\n");
        said.entry((*name).to_owned()).or_default().push(value);
    }
    said.into_iter().collect()
}

/// Checks that the answers under `number` stand in the table, the export and the JSON as they were said.
async fn check(town: &Town, number: &str, said_then: &Said) {
    let store = town.engine.store();
    let entries = stored(&store, FORM).await.unwrap();
    let entry = entries.iter().find(|entry| entry.number.to_string() == number).unwrap();
    assert_eq!(entry.answers, *said_then);
    let entry = std::slice::from_ref(entry);
    let rows = table(&store, FORM, entry).await.unwrap();
    assert_eq!(rows[0]["_number"], number);
    let cells = said_then.iter().map(|(name, values)| (name.clone(), values.join(" "))).collect();
    assert_eq!(said(&rows[0]), cells);
    let objects = json(entry).unwrap();
    assert_eq!(objects[0]["answers"], serde_json::to_value(said_then).unwrap());
}

/// One town for all cases.
fn shared() -> &'static (tokio::runtime::Runtime, Town) {
    static SHARED: OnceLock<(tokio::runtime::Runtime, Town)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let town = runtime.block_on(Town::open()).unwrap();
        (runtime, town)
    })
}
