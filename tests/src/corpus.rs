//! A site of any number of pages, the same each time: what a long strategy looks like, to measure with. All of it is made up.

use std::{fmt::Write as _, fs, io, path::Path};

/// Pages of one folder.
const FOLDER: usize = 100;

const SUBJECTS: [&str; 8] = [
    "transportu publicznego",
    "zieleni miejskiej",
    "gospodarki wodnej",
    "usług cyfrowych",
    "oświaty i wychowania",
    "kultury i dziedzictwa",
    "bezpieczeństwa na ulicach",
    "mieszkań komunalnych",
];
const PLACES: [&str; 6] = ["na Podgórzu", "w Śródmieściu", "na Łąkach", "przy dworcu", "nad rzeką", "w starej fabryce"];
const SENTENCES: [&str; 10] = [
    "W latach 2018-2024 udział osób, które korzystają z {s}, wzrósł o 12 % i dalej rośnie {p}.",
    "Mieszkańcy pytali o rozwój {s} {p}, zwłaszcza o dostęp dla osób starszych i rodzin z dziećmi.",
    "Koszt zadania to **4,5 mln zł**, z czego połowę pokryją środki spoza budżetu miasta.",
    "Projekt zakłada, że do 2030 r. każda szkoła {p} będzie miała *bezpieczne dojście* i stojaki na rowery.",
    "Zgodnie z art. 6 ust. 2 ustawy prace zaczną się 5 maja, a wyniki poznamy po 3 miesiącach.",
    "\"Miasto dla każdego\" znaczy tu mniej barier {p} i więcej miejsc, w których można usiąść.",
    "Dane o stanie {s} są zbierane co 30 minut - każdy może je pobrać jako plik `csv`.",
    "Wydział przygotuje plan dla {s}, uzgodni go z radami osiedli i pokaże na spotkaniu {p}.",
    "Najwięcej uwag dotyczyło {s}; odpowiedzi na nie stoją w raporcie z konsultacji.",
    "Bez tych działań różnice między częściami miasta będą większe, a remonty droższe.",
];
const SECTIONS: [&str; 6] = ["Stan dziś", "Cele", "Co zrobimy", "Skąd pieniądze", "Ryzyka", "Jak to zmierzymy"];

/// Writes a site of `pages` pages under `root`, in folders of a hundred, with navigation, feed and map.
///
/// # Errors
/// What the system says.
pub fn write(root: &Path, pages: usize) -> io::Result<()> {
    for (path, text) in files(pages) {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

/// Returns the site as files by path.
pub fn files(pages: usize) -> impl Iterator<Item = (String, String)> {
    let folders = pages.div_ceil(FOLDER);
    let mut site =
        "title: Strategia miasta\nauthority: Urząd Miasta\nlanguage: pl\nbase_url: https://strategia.example\n\
                    navigation:\n"
            .to_owned();
    let mut home = "# Strategia miasta\n\n".to_owned();
    for folder in 0..folders {
        if folder < 8 {
            let _ = writeln!(site, "  - label: Część {folder}\n    to: {folder:03}/index.md");
        }
        let _ = writeln!(home, "- [Część {folder}]({folder:03}/index.md)");
    }
    let indexes = (0..folders).map(|folder| (path(folder, "index"), format!("# Część {folder}\n\nKarty działań.\n")));
    let cards = (0..pages).map(move |number| (path(number / FOLDER, &name(number)), page(number, pages)));
    let first = [("content/site.yaml".to_owned(), site), ("content/index.md".to_owned(), home)];
    first.into_iter().chain(indexes).chain(cards)
}

/// Returns the path of a page, and its address.
pub fn place(number: usize) -> (String, String) {
    (path(number / FOLDER, &name(number)), format!("/{:03}/{}/", number / FOLDER, name(number)))
}

fn path(folder: usize, name: &str) -> String {
    format!("content/{folder:03}/{name}.md")
}

fn name(number: usize) -> String {
    format!("karta-{number:05}")
}

fn page(number: usize, pages: usize) -> String {
    let mut dice = Dice(number as u64 + 1);
    let mut text = format!(
        "---\ntitle: \"Karta {number}: rozwój {}\"\ndate: {}-{:02}-{:02}\ndescription: Co, kiedy i za ile.\n---\n\n",
        dice.one_of(&SUBJECTS),
        2019 + dice.below(5),
        1 + dice.below(12),
        1 + dice.below(28),
    );
    for section in SECTIONS {
        let _ = write!(text, "## {section}\n\n{}\n\n{}[^{section}]\n\n", dice.paragraph(5), dice.paragraph(4));
        let _ = write!(text, "### {section}: szczegóły\n\n");
        for _ in 0..4 {
            let _ = writeln!(text, "- {}", dice.paragraph(1));
        }
        let other = dice.below(pages);
        let (folder, other) = (other / FOLDER, name(other));
        let _ = write!(
            text,
            "\nZobacz [kartę {other}](../{folder:03}/{other}.md#cele).\n\n[^{section}]: Badanie z 2024 r.\n\n"
        );
    }
    text.push_str("| Zadanie | Termin | Koszt (mln zł) |\n|:--|:-:|--:|\n");
    for row in 1..=6 {
        let _ = writeln!(
            text,
            "| {} {} | {row} kw. 2027 | {},{row} |",
            dice.one_of(&SUBJECTS),
            dice.one_of(&PLACES),
            dice.below(90)
        );
    }
    text
}

/// Numbers that look thrown and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn paragraph(&mut self, sentences: usize) -> String {
        let sentences = (0..sentences).map(|_| {
            let sentence = self.one_of(&SENTENCES);
            sentence.replace("{s}", self.one_of(&SUBJECTS)).replace("{p}", self.one_of(&PLACES))
        });
        sentences.collect::<Vec<_>>().join(" ")
    }
}
