#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn section(id: &str, title: &str, chapter: usize, blocks: &[&str]) -> Section {
    let blocks = blocks.iter().map(|block| (*block).to_owned()).collect();
    Section { id: id.to_owned(), title: title.to_owned(), chapter, blocks }
}

/// Writes runs as `kept [-deleted-] {+inserted+}`, one line a block, `¶` for the border of two blocks.
fn written(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        for run in block {
            let words = run.text.replace('\n', "¶");
            match run.edit {
                Edit::Kept => text.push_str(&words),
                Edit::Deleted => write!(text, "[-{words}-]").unwrap(),
                Edit::Inserted => write!(text, "{{+{words}+}}").unwrap(),
            }
        }
        text.push('\n');
    }
    text
}

/// Returns the text of one side, with a line break after each block.
fn side(blocks: &[Block], gone: Edit) -> String {
    let side = blocks.iter().map(|block| {
        let runs = block.iter().filter(|run| run.edit != gone).map(|run| run.text.as_str());
        runs.collect::<String>()
    });
    side.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn words_are_compared_as_a_reader_would() {
    for (old, new, expected) in [
        // A number is one word.
        ("Koszt to 12,5 mln zł.", "Koszt to 14,5 mln zł.", "Koszt to [-12,5-]{+14,5+} mln zł."),
        ("Wydamy 1 200 000 zł.", "Wydamy 1 250 000 zł.", "Wydamy [-1 200 000-]{+1 250 000+} zł."),
        ("Koszt 12 000-15 000 osób.", "Koszt 12 000-15 500 osób.", "Koszt [-12 000-15 000-]{+12 000-15 500+} osób."),
        ("Wzrost o 5% rocznie", "Wzrost o 15% rocznie", "Wzrost o [-5%-]{+15%+} rocznie"),
        ("w latach 2021–2030", "w latach 2022–2030", "w latach [-2021–2030-]{+2022–2030+}"),
        ("Miasto 2030+", "Miasto 2040+", "Miasto [-2030+-]{+2040++}"),
        ("do 15.06.2021 r.", "do 16.06.2021 r.", "do [-15.06.2021-]{+16.06.2021+} r."),
        ("w 2021 100 osób", "w 2022 100 osób", "w [-2021-]{+2022+} 100 osób"),
        // A phrase is one edit.
        (
            "Budowa dwóch nowych żłobków do końca roku i remont szkoły.",
            "Budowa trzech nowych przedszkoli do końca roku i remont szkoły.",
            "Budowa [-dwóch nowych żłobków-]{+trzech nowych przedszkoli+} do końca roku i remont szkoły.",
        ),
        // What was not touched is not told as replaced.
        ("Powstanie park i plac.", "Powstanie duży park i nowy plac.", "Powstanie {+duży +}park i {+nowy +}plac."),
        // Cells of a table do not run together.
        ("Żłobki | 12 | 40", "Żłobki | 15 | 45", "Żłobki | [-12-]{+15+} | [-40-]{+45+}"),
        ("", "Nowe", "{+Nowe+}"),
        ("Stare", "", "[-Stare-]"),
        ("Bez zmian", "Bez zmian", "Bez zmian"),
        ("", "", ""),
    ] {
        assert_eq!(written(&[words::diff(old, new)]).trim_end(), expected);
    }
}

#[test]
fn blocks_are_paired_with_what_they_come_from() {
    let a = "Miasto rozbuduje sieć dróg rowerowych we wszystkich dzielnicach.";
    let b = "Nowe trasy połączą szkoły z osiedlami i centrum.";
    let c = "Raz w roku ukaże się raport o postępach prac.";
    let (ab, long_b) = (format!("{a} {b}"), format!("{b} Potrzebne są też stojaki."));
    for (old, new, expected) in [
        // A split paragraph, and two that were joined.
        (vec![ab.as_str()], vec![a, b], format!("{a}[- -]{{+¶+}}{b}\n")),
        (vec![a, b], vec![ab.as_str()], format!("{a}[-¶-]{{+ +}}{b}\n")),
        // A new paragraph beside a changed one.
        (vec![a, b], vec![a, c, long_b.as_str()], format!("{a}\n{{+{c}+}}\n{b}{{+ Potrzebne są też stojaki.+}}\n")),
        (vec![a, c], vec![a], format!("{a}\n[-{c}-]\n")),
        // Nothing in common: first what is gone, then what came.
        (vec![c], vec![a], format!("[-{c}-]\n{{+{a}+}}\n")),
        // A row of a table.
        (
            vec!["Wskaźnik | 2021 | 2030", "Żłobki | 12 | 40", "Parki | 7 | 9"],
            vec!["Wskaźnik | 2021 | 2030", "Żłobki | 12 | 45", "Parki | 7 | 9"],
            "Wskaźnik | 2021 | 2030\nŻłobki | 12 | [-40-]{+45+}\nParki | 7 | 9\n".to_owned(),
        ),
    ] {
        let lines = |blocks: Vec<&str>| blocks.into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(written(&blocks::diff(&lines(old), &lines(new))), expected);
    }
}

/// Writes changes as `status id`; `+` tells of a changed section that it stands elsewhere.
fn statuses(old: &[Section], new: &[Section]) -> Vec<String> {
    let changes = compare(old, new);
    let one = |change: &Change| {
        let id = change.new.map_or_else(|| &old[change.old.unwrap()].id, |index| &new[index].id);
        let status = format!("{:?}", change.status()).to_lowercase();
        format!("{status}{} {id}", if change.moved && status == "changed" { "+" } else { "" })
    };
    changes.iter().map(one).collect()
}

#[test]
fn sections_are_matched_by_id_then_by_text() {
    let text = ["Kierunki działań: zieleń, place zabaw, ławki i cień na każdym osiedlu."];
    let other = ["Transport publiczny co dziesięć minut w godzinach szczytu."];
    let third = ["Jeden urząd w sieci dla wszystkich spraw mieszkańca."];
    let one = section("cel-1", "Cel 1. Zieleń", 0, &text);
    let two = section("cel-2", "Cel 2. Transport", 1, &other);
    let three = section("cel-3", "Cel 3. Urząd", 2, &third);
    let old = [one.clone(), two.clone(), three.clone()];

    assert_eq!(statuses(&old, &old), ["unchanged cel-1", "unchanged cel-2", "unchanged cel-3"]);
    // A goal came first, so that the others are renumbered: their texts tell which they were.
    let renumbered = [
        section("cel-1-szkola", "Cel 1. Szkoła", 0, &["Szkoły otwarte po południu dla sąsiadów i seniorów."]),
        section("cel-2-zielen", "Cel 2. Zieleń", 1, &text),
        section("cel-3-transport", "Cel 3. Transport", 2, &other),
        section("cel-4-urzad", "Cel 4. Urząd", 3, &third),
    ];
    let expected = ["new cel-1-szkola", "changed cel-2-zielen", "changed cel-3-transport", "changed cel-4-urzad"];
    assert_eq!(statuses(&old, &renumbered), expected);
    // Removed: told after the one that it followed.
    let shorter = [one.clone(), Section { chapter: 1, ..three.clone() }];
    assert_eq!(statuses(&old, &shorter), ["unchanged cel-1", "removed cel-2", "unchanged cel-3"]);
    assert_eq!(statuses(&old[1..], &[]), ["removed cel-2", "removed cel-3"]);
    assert_eq!(statuses(&[], &old[1..2]), ["new cel-2"]);
}

#[test]
fn a_section_out_of_its_place_is_moved() {
    let part = |id: &str, chapter: usize| section(id, id, chapter, &[id]);
    let old = [part("a", 0), part("a1", 0), part("a2", 0), part("b", 1), part("b1", 1)];
    // Within the chapter.
    let swapped = [part("a", 0), part("a2", 0), part("a1", 0), part("b", 1), part("b1", 1)];
    assert_eq!(statuses(&old, &swapped).iter().filter(|status| status.starts_with("moved")).count(), 1);
    // Over the border of two chapters, though the order is the same.
    let over = [part("a", 0), part("a1", 0), part("a2", 1), part("b", 1), part("b1", 1)];
    let over = [&over[..2], &[part("b", 1)], &over[2..3], &over[4..]].concat();
    assert_eq!(statuses(&old, &over), ["unchanged a", "unchanged a1", "unchanged b", "moved a2", "unchanged b1"]);
    // With other words besides.
    let mut rewritten = over.clone();
    rewritten[3].blocks = vec!["a2 po zmianach".to_owned()];
    assert_eq!(statuses(&old, &rewritten)[3], "changed+ a2");
    // A chapter before another is one move, not five.
    let turned = [part("b", 0), part("b1", 0), part("a", 1), part("a1", 1), part("a2", 1)];
    assert_eq!(statuses(&old, &turned), ["moved b", "moved b1", "unchanged a", "unchanged a1", "unchanged a2"]);
}

#[test]
fn a_short_text_tells_nothing_without_its_title() {
    let later = |id: &str, title: &str| section(id, title, 0, &["Treść zostanie uzupełniona."]);
    let old = [later("woda", "Retencja wody opadowej")];
    assert_eq!(statuses(&old, &[later("drogi", "Remonty ulic")]), ["removed woda", "new drogi"]);
    assert_eq!(statuses(&old, &[later("retencja", "Retencja wody opadowej")]), ["unchanged retencja"]);
}

#[test]
fn a_long_table_whose_rows_all_changed_is_paired_row_by_row() {
    let row = |i: usize, cost: usize| {
        if i.is_multiple_of(100) { "Razem | 7".to_owned() } else { format!("Zadanie {i} w parku | rok | {cost}") }
    };
    let (old, new): (Vec<_>, Vec<_>) = (0..1200).map(|i| (row(i, i + 5000), row(i, i + 9000))).unzip();
    let blocks = blocks::diff(&old, &new);
    assert_eq!((side(&blocks, Edit::Inserted), side(&blocks, Edit::Deleted)), (old.join("\n"), new.join("\n")));
    assert_eq!(written(&blocks[100..102]), "Razem | 7\nZadanie 101 w parku | rok | [-5101-]{+9101+}\n");
    let kept = |block: &&Block| block.first().is_some_and(|run| run.edit == Edit::Kept);
    assert_eq!((blocks.len(), blocks.iter().filter(kept).count()), (1200, 1200));
}

fn block() -> impl Strategy<Value = String> {
    "(cel|1 200|12,5|w|i|miasto|plac| |, |\\. | \\| |%|–|ą\u{301}){1,12}"
}

fn blocks() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(block(), 0..6)
}

fn sections() -> impl Strategy<Value = Vec<Section>> {
    let section = ("[a-d]", block(), 0..2_usize, blocks());
    prop::collection::vec(section, 0..5).prop_map(|sections| {
        let mut seen = std::collections::BTreeSet::new();
        let sections = sections.into_iter().filter(|section| seen.insert(section.0.clone()));
        sections.map(|(id, title, chapter, blocks)| Section { id, title, chapter, blocks }).collect()
    })
}

proptest! {
    #[test]
    fn tokens_are_the_text(text in "\\PC{0,40}") {
        prop_assert_eq!(words::tokens(&text).concat(), text);
    }

    #[test]
    fn applying_gives_the_new_text_and_dropping_the_old(old in blocks(), new in blocks()) {
        let diff = blocks::diff(&old, &new);
        prop_assert_eq!(side(&diff, Edit::Deleted), new.join("\n"));
        prop_assert_eq!(side(&diff, Edit::Inserted), old.join("\n"));
        prop_assert!(diff.iter().flatten().all(|run| !run.text.is_empty()));
    }

    #[test]
    fn any_text_survives(old in "\\PC{0,30}", new in "\\PC{0,30}") {
        let diff = [words::diff(&old, &new)];
        prop_assert_eq!(side(&diff, Edit::Deleted), new);
        prop_assert_eq!(side(&diff, Edit::Inserted), old);
    }

    #[test]
    fn no_section_is_lost_or_told_twice(old in sections(), new in sections()) {
        let changes = compare(&old, &new);
        let mut from: Vec<_> = changes.iter().filter_map(|change| change.old).collect();
        from.sort_unstable();
        prop_assert_eq!(from, (0..old.len()).collect::<Vec<_>>());
        let to: Vec<_> = changes.iter().filter_map(|change| change.new).collect();
        prop_assert_eq!(to, (0..new.len()).collect::<Vec<_>>());
        for change in &changes {
            let new = change.new.map(|index| new[index].blocks.join("\n")).unwrap_or_default();
            let old = change.old.map(|index| old[index].blocks.join("\n")).unwrap_or_default();
            prop_assert_eq!(side(&change.blocks, Edit::Deleted), new);
            prop_assert_eq!(side(&change.blocks, Edit::Inserted), old);
        }
    }
}
