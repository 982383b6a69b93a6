#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Rule;

fn read(text: &str) -> Node {
    parse("a.yaml", text).unwrap()
}

/// Returns the place as `line:column+length`.
fn at(place: &Place) -> String {
    format!("{}:{}+{}", place.line, place.column, place.length)
}

fn value(node: &Node) -> serde_yaml::Value {
    use serde_yaml::Value as Yaml;
    match &node.value {
        Value::Null | Value::Sample(_) => Yaml::Null,
        Value::Boolean(boolean) => (*boolean).into(),
        Value::Integer(number) => (*number).into(),
        Value::Number => serde_yaml::from_str(&node.written).unwrap(),
        Value::String(string) => string.as_str().into(),
        Value::List(items) => Yaml::Sequence(items.iter().map(value).collect()),
        Value::Map(fields) => {
            Yaml::Mapping(fields.iter().map(|(key, node)| (key.value.as_str().into(), value(node))).collect())
        }
    }
}

/// Asserts that at the place of every string without quotes that very string stands.
fn assert_places(text: &str, node: &Node) {
    let slice = |place: &Place| -> String {
        let line = text.split('\n').nth(place.line as usize - 1).unwrap();
        line.chars().skip(place.column as usize - 1).take(place.length as usize).collect()
    };
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| assert_places(text, item)),
        Value::Map(fields) => {
            for (key, node) in fields {
                assert_eq!(slice(&key.place).trim_matches(['"', '\'']), key.value, "in {text}");
                assert_places(text, node);
            }
        }
        Value::Null => {}
        // Written with escapes, on several lines or by another name.
        _ if slice(&node.place).starts_with(['"', '\'', '*']) => {}
        // On several lines: the first of them.
        Value::String(string) if string.contains([' ', '\n']) => {
            assert!(node.written.starts_with(&slice(&node.place)), "in {text}");
        }
        _ => assert_eq!(slice(&node.place), node.written, "in {text}"),
    }
}

#[test]
fn values_are_those_of_serde_yaml_and_stand_where_they_were_written() {
    for text in [
        "",
        "# tylko uwaga\n",
        "---\n",
        "a: 1\n",
        "a: 1.10\nb: 0x1F\nc: 0o17\nd: 017\ne: 1e3\nf: -0\ng: .inf\nh: 12345678901234567890\n",
        "a: true\nb: yes\nc: no\nd: on\ne: True\nf: FALSE\n",
        "a: null\nb: ~\nc:\nd: Null\n",
        "a: 2021-07-29\nb: 11:00\nc: 1_000\nd: +48 41 36 76 000\n",
        "a: \"1\"\nb: '1'\nc: \"\"\nd: ''\n",
        "a: zażółć  # uwaga\nb: 'it''s'\nc: \"a\\nb\"\n",
        "a: |\n  x\n  y\nb: >-\n  x\n  y\n\nc: z\n",
        "a: wiele\n  linii\n  tekstu\nb: x\n",
        "- a\n- - b\n  - c\n-\n  d: e\n-\n",
        "a:\n- b\n- c: d\n  e: f\n",
        "a: {b: c, d: [e, 'f', 1], g: }\nh: []\ni: {}\n",
        "a: &x\n  b: c\nd: *x\ne: &y tekst\nf: *y\ng: [*y, *x]\n",
        "żółw: jaźń\n\"klucz w cudzysłowie\": x\n'inny': y\n",
        "? a\n: b\n",
        "a:    b   \n\n\nc: d",
        "!!str 5\n",
        "a: !!str 5\nb: !!int \"7\"\n",
        "a: http://example.pl/x#y\nb: „cytat”\nc: a#b\n",
        "<<: {a: b}\n",
        "tekst\n",
        "a: \"pierwsza\n  druga\"\nb: x\n",
        "%YAML 1.2\n---\na: b\n...\n",
    ] {
        let node = parse("a.yaml", text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"));
        let values: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(value(&node), values, "in {text}");
        assert_places(text, &node);
    }
}

#[test]
fn keys_that_are_not_text_are_the_words_written() {
    let node = read("1.0: a\ntrue: b\nnull: c\n");
    let Value::Map(fields) = node.value else { panic!() };
    let keys: Vec<&str> = fields.iter().map(|(key, _)| key.value.as_str()).collect();
    assert_eq!(keys, ["1.0", "true", "null"]);
}

#[test]
fn mistakes_have_a_rule_and_a_place() {
    for (text, rule, place) in [
        ("a: b\n\tc: d\n", rule::YAML_TAB, "2:1+0"),
        ("a:\n  - b\n  -\tc: [\n", rule::YAML_TAB, "3:4+0"),
        ("title: Miasto: miejsce\n", rule::YAML_COLON, "1:14+1"),
        ("ą: b\ntitle: \"Źle\nb: c\n", rule::YAML_QUOTE, "2:8+1"),
        ("a: @b\n", rule::YAML_CHARACTER, "1:4+1"),
        ("a: `b`\n", rule::YAML_CHARACTER, "1:4+1"),
        ("a: b\n  c: d\n", rule::YAML_INDENT, "2:3+1"),
        ("a: b\n  Ą: d\n", rule::YAML_COLON, "2:4+1"),
        ("a: \"b \"c\" d\"\n", rule::YAML_QUOTE_INSIDE, "1:7+1"),
        ("- {a: \"b\" c}\n", rule::YAML_QUOTE_INSIDE, "1:9+1"),
        ("- 'b' c\n", rule::YAML_QUOTE_INSIDE, "1:5+1"),
        ("ą: 1\nb:2\nc: 3\n", rule::YAML_SPACE, "2:2+1"),
        ("a: 1\nb:2\n\n", rule::YAML_SPACE, "2:2+1"),
        ("a:\n  - b: 1\n  -c: 2\n", rule::YAML_SPACE, "3:3+1"),
        ("a:\n  b: 1\n\u{a0} c: 2\n", rule::YAML_INVISIBLE, "3:1+0"),
        ("a:\n  b: 1\n \u{a0}c: 2\n", rule::YAML_INVISIBLE, "3:2+0"),
        ("a: 1\nb:\u{a0}2\nc: 3\n", rule::YAML_INVISIBLE, "2:3+0"),
        ("a: 1\nb\u{200b}: 2\n", rule::YAML_INVISIBLE, "2:2+1"),
        ("a:\n    b: c\n  d: e\n", rule::YAML_INDENT, "3:3+1"),
        ("a: 1\nb: 2\n\"a\": 3\n", rule::YAML_DUPLICATE_KEY, "3:1+3"),
        ("x:\n  - ż: 1\n    ż: 2\n", rule::YAML_DUPLICATE_KEY, "3:5+1"),
        ("a: [b\n", rule::YAML_SYNTAX, "2:1+0"),
        ("a: *nic\n", rule::YAML_SYNTAX, "1:4+1"),
        ("a: b\u{7}\n", rule::YAML_SYNTAX, "1:5+1"),
        ("a: b\n---\nc: d\n", rule::YAML_SYNTAX, "2:1+1"),
        ("[a, b]: c\n", rule::YAML_SYNTAX, "1:1+6"),
        ("a: b\rc: d\n", rule::YAML_LINE_BREAK, "1:5+0"),
        ("a: b\u{2028}c\n", rule::YAML_LINE_BREAK, "1:5+0"),
        ("a: !Uwaga b\n", rule::YAML_TAG, "1:4+8"),
    ] {
        let problem = parse("a.yaml", text).expect_err(text);
        assert_eq!((problem.rule, at(problem.place.as_ref().unwrap()).as_str()), (rule, place), "{text}");
    }
}

#[test]
fn limits_are_errors() {
    let deep = "[".repeat(100_000);
    assert_eq!(parse("a.yaml", &deep).unwrap_err().rule, rule::YAML_SYNTAX);
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let items = vec![format!("*a{before}"); 9].join(", ");
        laughs = format!("{laughs}a{level}: &a{level} [{items}]\n");
    }
    assert_eq!(parse("a.yaml", &laughs).unwrap_err().rule, rule::YAML_SYNTAX);
}

#[test]
fn front_matter_counts_from_the_start_of_the_file() {
    let text = "---\ntitle: Żółw\ndraft: tak\n---\n# Treść\n";
    let (node, body) = front_matter("a.md", text).unwrap();
    assert_eq!(&text[body..], "# Treść\n");
    let mut problems = Vec::new();
    let mut fields = Fields::new(&node, &mut problems);
    let title = fields.string("title").unwrap();
    assert_eq!((title.value.as_str(), at(&title.place).as_str()), ("Żółw", "2:8+4"));
    assert_eq!(fields.boolean("draft"), None);
    fields.finish();
    assert_eq!(at(problems[0].place.as_ref().unwrap()), "3:8+3");

    for (text, body) in [("# Treść\n", 0), ("", 0), ("----\n", 0), ("---\n---", 7), ("---\n---\n\nx", 8)] {
        let (node, start) = front_matter("a.md", text).unwrap();
        assert_eq!((node.value, start), (Value::Null, body), "{text:?}");
    }
    let (problem, place) = (front_matter("a.md", "---\ntitle: x\n").unwrap_err(), "1:1+3");
    assert_eq!((problem.rule, at(&problem.place.unwrap()).as_str()), (rule::FRONT_MATTER_OPEN, place));
    let problem = front_matter("a.md", "---\na: b\na: c\n---\n").unwrap_err();
    assert_eq!(at(&problem.place.unwrap()), "3:1+1");
    assert_eq!(problem.args[1], ("line", "2".to_owned()));
}

#[test]
fn fields_that_begin_too_late_are_told() {
    for (text, place) in [
        ("\n---\ntitle: x\n---\n", "2:1+3"),
        (" ---\n\ntitle: x\n", "1:2+3"),
        ("—-\ntitle: x\n—-\n", "1:1+2"),
        ("--\ntitle: x\n--\n", "1:1+2"),
        ("title: x\ndate:\n---\nTekst\n", "1:1+8"),
    ] {
        let problem = front_matter("a.md", text).expect_err(text);
        assert_eq!((problem.rule, at(problem.place.as_ref().unwrap()).as_str()), (rule::FRONT_MATTER_LATE, place));
    }
    for text in
        ["\n---\n\nTekst\n", "title: x\n\n---\n", "Uwaga: x\n---\n", "a:b\n---\n", "title: x\n", "\n", "\n---\n"]
    {
        assert_eq!(front_matter("a.md", text).unwrap().1, 0, "{text}");
    }
}

#[test]
fn words_that_a_comment_swallows_are_known() {
    let cut = |text: &str| read(text).cut.as_ref().map(at);
    assert_eq!(cut("Projekt #1 miasta"), Some("1:9+9".to_owned()));
    for text in ["Projekt # komentarz", "\"Projekt\" #1", "a#1", "a #", "|\n  a #1\n", "[a #\n]"] {
        assert_eq!(cut(text), None, "{text}");
    }
}

#[test]
fn fields_collect_every_problem() {
    let text = "
titel: x
weight: dużo
draft: 1
date: 29.07.2021
day: 2021-02-30
name:
text: {pl: Cześć, en: [a]}
list:
  - id: a
  - b
  - id: c
    extra: 1
map: tekst
version: 1.10
phone: 413676000
";
    let node = read(text);
    let mut problems = Vec::new();
    let mut fields = Fields::new(&node, &mut problems);
    assert_eq!(fields.required_text("title"), None);
    assert_eq!(fields.integer("weight"), None);
    assert_eq!(fields.boolean("draft"), None);
    assert_eq!(fields.date("date"), None);
    assert_eq!(fields.required_date("day"), None);
    assert_eq!(fields.required_string("name"), None);
    let greeting = fields.text("text").unwrap().value.by_language("uk");
    assert_eq!(greeting.into_iter().collect::<Vec<_>>(), [("pl".to_owned(), "Cześć".to_owned())]);
    let ids = fields.list("list", |item, problems| {
        let mut fields = Fields::new(item, problems);
        let id = fields.required_string("id");
        fields.finish();
        id.map(|id| id.value)
    });
    assert_eq!(ids, ["a", "c"]);
    assert!(fields.map("map", string).is_empty());
    assert_eq!(fields.required_source_text("version").unwrap().value, "1.10");
    assert_eq!(fields.string("phone").unwrap().value, "413676000");
    assert!(fields.list("absent", string).is_empty());
    assert!(fields.required_list("needed", string).is_empty());
    fields.finish();
    let found: Vec<(&Rule, String)> =
        problems.iter().map(|problem| (problem.rule, at(problem.place.as_ref().unwrap()))).collect();
    // The title is there, mistyped: that it is missing is not told besides, as it is of `needed`.
    let expected = [
        (rule::WRONG_TYPE, "3:9+4"),
        (rule::WRONG_TYPE, "4:8+1"),
        (rule::DATE_BAD, "5:7+10"),
        (rule::DATE_BAD, "6:6+10"),
        (rule::FIELD_EMPTY, "7:1+4"),
        (rule::WRONG_TYPE, "8:23+3"),
        (rule::WRONG_TYPE, "11:5+1"),
        (rule::UNKNOWN_KEY, "13:5+5"),
        (rule::WRONG_TYPE, "14:6+5"),
        (rule::FIELD_MISSING, "2:1+8"),
        (rule::UNKNOWN_KEY, "2:1+5"),
    ];
    assert_eq!(found, expected.map(|(rule, place)| (rule, place.to_owned())));
    assert!(problems.last().unwrap().args.contains(&("nearest", "title".to_owned())));
}

#[test]
fn days_are_written_one_way() {
    for (text, day) in [
        ("2021-07-29", Some(jiff::civil::date(2021, 7, 29))),
        ("\"2021-07-29\"", Some(jiff::civil::date(2021, 7, 29))),
        ("20210729", None),
        ("'20210729'", None),
        ("2021-7-29", None),
        ("2021-07-29T10:00", None),
        ("2021-W30-4", None),
        ("2021-13-01", None),
    ] {
        let mut problems = Vec::new();
        let read = fields::date(&read(text), &mut problems);
        assert_eq!(read.map(|read| read.value), day, "{text}");
        assert_eq!(problems.is_empty(), day.is_some(), "{text}");
    }
}

/// Scraps of YAML, to be put together in any order.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "a", "b: ", "ż: ", "- ", "\n", "\n", "\n  ", "\n    ", "'", "\"", "x y", "1", "1.10", "true", "~", "[", "]",
        "{", "}", ", ", ": ", "#", " # c", "|", ">", "&x ", "*x", "!", "!t ", "!!str ", "\t", "---", "...", "? ", "%",
        "@", "\\", "\u{85}", "\u{2028}", "\r", "„ó”", "\u{feff}", "<<: ",
    ]);
    prop::collection::vec(scrap, 0..24).prop_map(|scraps| scraps.concat())
}

/// Well-formed YAML as editors write it.
fn tree() -> impl Strategy<Value = serde_yaml::Value> {
    let leaf = prop_oneof![
        "[a-ząęł0-9:#' \"-]{0,12}".prop_map(serde_yaml::Value::from),
        "(x\n){1,3}".prop_map(serde_yaml::Value::from),
        any::<i64>().prop_map(serde_yaml::Value::from),
        any::<bool>().prop_map(serde_yaml::Value::from),
        Just(serde_yaml::Value::Null),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_yaml::Value::from),
            prop::collection::btree_map("[a-zż]{1,4}", inner, 0..5).prop_map(|fields| {
                fields
                    .into_iter()
                    .map(|(key, value)| (serde_yaml::Value::from(key), value))
                    .collect::<serde_yaml::Mapping>()
                    .into()
            }),
        ]
    })
}

fn has_only_text_keys(value: &serde_yaml::Value) -> bool {
    match value {
        serde_yaml::Value::Sequence(items) => items.iter().all(has_only_text_keys),
        serde_yaml::Value::Mapping(fields) => {
            fields.iter().all(|(key, value)| key.is_string() && has_only_text_keys(value))
        }
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_makes_it_panic_and_what_is_read_is_what_serde_yaml_reads(text in scraps()) {
        if let Ok(node) = parse("a.yaml", &text) {
            let values: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            // A key that is no text is the word written, where serde_yaml has a number or a truth.
            if has_only_text_keys(&values) {
                prop_assert_eq!(value(&node), values);
            }
        }
        let _ = front_matter("a.md", &format!("---\n{text}\n---\n"));
    }

    #[test]
    fn both_parsers_agree_on_what_a_person_writes(tree in tree()) {
        let text = serde_yaml::to_string(&tree).unwrap();
        let node = parse("a.yaml", &text).unwrap();
        prop_assert_eq!(value(&node), tree);
        assert_places(&text, &node);
    }

    #[test]
    fn what_serde_reports_is_found_in_the_text(text in scraps()) {
        let lines = Lines::new("a.yaml", &text);
        if let Err(problem) = parse("a.yaml", &text) {
            let place = problem.place.unwrap();
            let line = text.split('\n').nth(place.line as usize - 1);
            prop_assert!(line.is_some_and(|line| place.column as usize <= line.chars().count() + 1), "{:?}", place);
        }
        let clean = !text.contains(['\r', '\u{85}', '\u{2028}', '\u{feff}']);
        let error = serde_yaml::from_str::<serde_yaml::Value>(&text).err().filter(|_| clean);
        // The end of the text it counts as a line more.
        let location = error.and_then(|error| error.location()).filter(|location| location.index() < text.len());
        if let Some(location) = location {
            let at = syntax::byte(&text, &location);
            let place = lines.place(at..at);
            prop_assert_eq!((place.line as usize, place.column as usize), (location.line(), location.column()));
        }
    }

    #[test]
    fn every_scalar_has_one_place_and_what_stands_there_gives_its_value(tree in tree()) {
        for text in [serde_yaml::to_string(&tree).unwrap(), serde_json::to_string_pretty(&tree).unwrap()] {
            let located = places::locate(&text).unwrap();
            let scalars = located.iter().filter(|one| matches!(one.shape, Shape::Scalar { .. }));
            let ranges: Vec<_> = scalars.map(|one| one.range.clone()).collect();
            let mut values = Vec::new();
            flatten(&tree, &mut values);
            prop_assert_eq!(ranges.len(), values.len(), "{}", text);
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{}", text);
            for (range, value) in ranges.into_iter().zip(values) {
                let source = &text[range];
                let read = match value.as_str().filter(|value| value.ends_with('\n') && !source.starts_with('"')) {
                    // A block: its lines without indentation.
                    Some(_) => (source.split_whitespace().collect::<Vec<_>>().join("\n") + "\n").into(),
                    None => serde_yaml::from_str::<serde_yaml::Value>(source).unwrap(),
                };
                prop_assert_eq!(&read, &value, "{:?} of {}", source, text);
            }
        }
    }
}

/// Lists keys and values in the order in which they are written.
fn flatten(value: &serde_yaml::Value, scalars: &mut Vec<serde_yaml::Value>) {
    match value {
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| flatten(item, scalars)),
        serde_yaml::Value::Mapping(fields) => fields.iter().for_each(|(key, value)| {
            scalars.push(key.clone());
            flatten(value, scalars);
        }),
        scalar => scalars.push(scalar.clone()),
    }
}
