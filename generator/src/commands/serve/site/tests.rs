//! What `serve` holds after any sequence of saves is what a build of its own makes of the same tree.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::{fs, path::Path, time::Duration};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

/// A tree in which every page depends on others: lists, links, a navigation, a theme, a document in two versions, a form.
const TREE: [(&str, &str); 13] = [
    (
        "content/site.yaml",
        "authority: Urząd\nlanguage: pl\ntheme: miasto\nbase_url: https://a.example\nnavigation:\n  - label: Plan\n    to: plan/index.md\n",
    ),
    ("content/index.md", "---\ntitle: Miasto\n---\n\nWitamy.\n"),
    ("content/plan/index.md", "---\ntitle: Plan\n---\n\nSpis.\n"),
    (
        "content/plan/a.md",
        "---\ntitle: Park\ndate: 2026-05-02\n---\n\n## Cel\n\nZobacz [las](b.md#cel) i [mapę](mapa.png).\n",
    ),
    ("content/plan/b.md", "---\ntitle: Las\ndate: 2026-05-03\n---\n\n## Cel\n\nDrzewa.[^1]\n\n[^1]: Dęby.\n"),
    (
        "content/strategia/consultation.yaml",
        "title: Strategia\nsubject: Plan miasta\nterm:\n  start: 2026-05-01\n  end: 2026-05-31\nremarks: forms/uwagi.yaml\n",
    ),
    (
        "content/strategia/documents/projekt/document.yaml",
        "title: Projekt\nkind: projekt\nversions:\n  - version: \"1.0\"\n    status: projekt\n  - version: \"1.1\"\n    status: projekt\n",
    ),
    ("content/strategia/documents/projekt/1.0/cele.md", "# Cele\n\n## Zieleń\n\nWięcej drzew.\n"),
    (
        "content/strategia/documents/projekt/1.1/cele.md",
        "# Cele\n\n## Zieleń\n\nDużo więcej drzew.\n\n![Plan parku](../../../../plan/mapa.png)\n",
    ),
    (
        "content/strategia/forms/uwagi.yaml",
        "title: Uwagi\nsend: Wyślij\nquestions:\n  - name: tresc\n    kind: longtext\n    label: Co zmienić?\n",
    ),
    ("themes/miasto/theme.yaml", "extends: base\ncontract: 1\n"),
    ("themes/miasto/assets/style.css", ":root { --accent: #123456; }\n"),
    ("themes/miasto/i18n/pl.yaml", "list:\n  empty: Nic tu nie ma.\n"),
];

/// What an editor does between two builds.
#[derive(Clone, Debug)]
enum Save {
    /// Puts a text in place of another in every file that has it.
    Replace(&'static str, &'static str),
    Write(&'static str, &'static str),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    /// Puts a file back as it was at first.
    Mend(usize),
    /// Draws the picture in a shade.
    Draw(u8),
}

/// A picture that one page shows, and another links to.
const PICTURE: &str = "content/plan/mapa.png";

/// Some of these are mistakes, some are mistakes only after others, and some mend them.
const SAVES: [Save; 23] = [
    Save::Replace("Drzewa", "Drzewa i krzewy"),
    Save::Replace("Drzewa i krzewy", "Drzewa"),
    Save::Replace("title: Las", "title: Bór"),
    Save::Replace("## Cel\n", "## Cel i sens\n"),
    Save::Replace("b.md#cel", "nigdzie.md"),
    Save::Replace("nigdzie.md", "b.md#cel"),
    Save::Replace("2026-05-31", "2026-06-30"),
    Save::Replace("Co zmienić?", "Co poprawić?"),
    Save::Replace("#123456", "#654321"),
    Save::Replace("Nic tu nie ma.", "Pusto."),
    Save::Replace("drzew.", "drzew \"dla nas\"."),
    Save::Write("content/plan/c.md", "---\ntitle: Łąka\ndraft: true\n---\n\nTrawa na 5 ha.\n"),
    Save::Write("content/plan/c.md", "---\ntitel: Łąka\n---\n\nTrawa.\n"),
    Save::Remove("content/plan/c.md"),
    Save::Rename("content/plan/b.md", "content/plan/bor.md"),
    Save::Rename("content/plan/bor.md", "content/plan/b.md"),
    Save::Write(
        "themes/miasto/templates/page.html",
        "{% extends \"layout.html\" %}{% block main %}<h1>{{ page.title }}</h1>{{ page.html | safe }}{% endblock %}",
    ),
    Save::Write(
        "themes/miasto/templates/page.html",
        "{% extends \"layout.html\" %}{% block main %}{{ page.nothing }}{% endblock %}",
    ),
    Save::Remove("themes/miasto/templates/page.html"),
    Save::Remove("content/plan/index.md"),
    Save::Remove(PICTURE),
    Save::Remove("content/site.yaml"),
    Save::Write("content/obraz.bin", "bez linku"),
];

impl Save {
    fn apply(&self, root: &Path) {
        match self {
            Self::Replace(from, to) => {
                for file in walkdir::WalkDir::new(root).into_iter().map(Result::unwrap) {
                    if file.file_type().is_file() {
                        // The picture is no text.
                        let text = fs::read_to_string(file.path()).unwrap_or_default();
                        if text.contains(from) {
                            fs::write(file.path(), text.replace(from, to)).unwrap();
                        }
                    }
                }
            }
            Self::Write(path, text) => write(root, path, text),
            // What is not there any more stays so.
            Self::Remove(path) => drop(fs::remove_file(root.join(path))),
            Self::Rename(from, to) => drop(fs::rename(root.join(from), root.join(to))),
            Self::Mend(index) => write(root, TREE[*index].0, TREE[*index].1),
            Self::Draw(shade) => write(root, PICTURE, drawn(*shade)),
        }
    }
}

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn drawn(shade: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = png::Encoder::new(&mut bytes, 2, 1).write_header().unwrap();
    writer.write_image_data(&[shade, 0]).unwrap();
    writer.finish().unwrap();
    bytes
}

fn save() -> impl Strategy<Value = Save> {
    prop_oneof![
        3 => (0..SAVES.len()).prop_map(|index| SAVES[index].clone()),
        1 => (0..TREE.len()).prop_map(Save::Mend),
        1 => (0..4u8).prop_map(Save::Draw),
    ]
}

/// Longer than the steps of the file system that the tests run on.
const STEP: Duration = Duration::from_millis(20);

fn next(builder: &mut Builder, last: &Set) -> Set {
    let read = builder.read(&BTreeSet::new()).unwrap();
    let made = builder.build(read, last).unwrap();
    builder.accept(made)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_served_is_what_a_build_of_its_own_makes(saves in prop::collection::vec(save(), 1..16)) {
        let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (path, text) in TREE {
            write(root.path(), path, text);
        }
        write(root.path(), PICTURE, drawn(0));
        let clock = Clock::set_to("2026-05-10T12:00:00Z".parse::<Timestamp>().unwrap());
        let options = Options { today: day_of(clock.now()).unwrap(), drafts: true, commit: None };
        let mut builder = Builder::new(root.path().to_owned(), kept.path().to_owned(), clock, Language { lang: None });
        builder.seen = Seen::with_step(STEP);
        let mut set = next(&mut builder, &Set::before(Texts::in_language("pl")));
        prop_assert_eq!(&set.mistakes, &None);
        for save in saves {
            // What is older is not opened again.
            std::thread::sleep(STEP * 2);
            save.apply(root.path());
            let next = next(&mut builder, &set);
            if let Ok(fresh) = pipeline::build_in_memory(root.path(), &options) {
                prop_assert_eq!(&next.mistakes, &None, "after {:?}", save);
                let held = next.outputs.iter().map(|(path, output)| (path.clone(), output.bytes.to_vec()));
                let print = |path: &String| (path.clone(), next.pictures.print(path).unwrap().unwrap());
                let held: BTreeMap<_, _> = held.chain(next.pictures.prints.keys().map(print)).collect();
                prop_assert!(held == fresh, "after {:?}", save);
            } else {
                prop_assert!(next.mistakes.is_some(), "after {:?}", save);
                prop_assert_eq!(&next.outputs, &set.outputs, "the last good site stays after {:?}", save);
            }
            prop_assert!(next.catalogue().is_ok());
            set = next;
        }
    }
}

#[test]
fn before_the_first_good_build_the_function_has_a_theme_and_no_forms() {
    let set = Set::before(Texts::in_language("pl"));
    let catalogue = set.catalogue().unwrap();
    assert!(catalogue.bundle("strategia/uwagi", None).is_none());
    assert_eq!(catalogue.language(None), "pl");
}

fn output(class: Class, bytes: &str) -> Output {
    Output::new(bytes.to_owned(), class)
}

/// Returns a site of a page, a plan that has one name for good, and a stylesheet.
fn site(style: &str) -> Set {
    let outputs = [
        ("site/index.html".to_owned(), output(Class::Page, style)),
        ("site/plan.pdf".to_owned(), output(Class::Asset, style)),
        (format!("site/assets/style.{style}.css"), output(Class::Asset, style)),
    ];
    Set::of_build(outputs.into_iter().collect(), Arc::new(Texts::in_language("pl")))
}

#[test]
fn what_a_page_of_a_set_before_names_by_its_content_is_still_there() {
    let style = |number: usize| format!("{number:016x}");
    let path = |number: usize| format!("site/assets/style.{}.css", style(number));
    let mut set = site(&style(0));
    for number in 1..=KEPT + 1 {
        set = site(&style(number)).after(&set);
        assert_eq!(set.version, number as u64);
        for old in number.saturating_sub(KEPT)..=number {
            assert_eq!(set.find(&path(old)).unwrap().bytes, style(old).as_bytes(), "{old} after {number}");
        }
        assert_eq!(set.find("site/index.html").unwrap().bytes, style(number).as_bytes());
    }
    assert_eq!(set.find(&path(0)), None, "not for ever");
    let mut without = site(&style(1));
    Arc::get_mut(&mut without.outputs).unwrap().retain(|path, _| path == "site/index.html");
    let without = without.after(&site(&style(1)));
    assert_eq!(without.find("site/plan.pdf"), None, "what has its name for good is gone when it is gone");
    assert!(without.find(&path(1)).is_some());
}

#[test]
fn only_what_is_named_by_its_content_is_kept_for_ever() {
    for path in ["/assets/style.0123456789abcdef.css", "/obrazy/most-640.00ff00ff00ff00ff.webp"] {
        assert!(is_named_by_content(path), "{path}");
    }
    let others = [
        "/",
        "/style.css",
        "/0123456789abcdef.css",
        "/a.0123456789abcde.css",
        "/a.0123456789abcdeg.css",
        "/a.0123456789ABCDEF.css",
    ];
    for path in others {
        assert!(!is_named_by_content(path), "{path}");
    }
}

/// Does as the pipeline does, and fails on one word as only a mistake of ours would.
pub(in crate::commands::serve) fn failing(
    source: &Source,
    options: &Options,
    memory: &Memory,
    sink: &dyn Sink,
) -> Built {
    let built = pipeline::build(source, options, memory, sink);
    let page = source.text("content/index.md").unwrap_or_default();
    assert!(!page.contains("Awaria"), "the word is {page}");
    built
}
