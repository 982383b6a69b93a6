//! A form that was changed while a page of it was open: the review page tells what changed, in the reader's language.

use generator::pipeline::{Options, build_in_memory};
use serde_json::json;
use tests::{
    page::{Form, Page},
    town::{ANSWERS, FIXTURE, KAZDE},
    workspace::{Term, Tree},
};

use crate::{
    Outcome,
    town::{Files, Town, catalogue},
};

/// Returns what each question of a review page is told to have changed, by its words.
fn marks(page: &Page) -> Vec<(String, String)> {
    let mark = page.words(".changed .mark");
    let words = page.words(".changed dt").into_iter().zip(mark);
    words.map(|(words, mark)| (words.replace(&mark, "").trim().to_owned(), mark)).collect()
}

#[tokio::test]
async fn what_changed_since_the_page_was_opened_is_marked_on_the_review_page() -> Outcome {
    let mut town = Town::open().await?;
    let form = town.review(&ANSWERS).await?;
    let seen = form.value("_revision").to_owned();

    // The office registers the form and changes it; the generator packs both.
    let term = Term { start: "2021-06-23".parse()?, end: "2021-07-29".parse()? };
    let tree = Tree::of_fixture(FIXTURE, term)?;
    let definition = definition(&town);
    let registered = format!("content/park/published/forms/kazde/{seen}.yaml");
    tree.write(&registered, &format!("day: 2021-06-23\ndefinition: {definition}\n"))?;
    let yaml = "content/park/forms/kazde.yaml";
    tree.replace(yaml, "label: Twoja ulica", "label: Ulica, przy której mieszkasz")?;
    tree.replace(yaml, "max_length: 60", "max_length: 70")?;
    tree.replace(yaml, "do 18 lat}", "do 18 lat}\n      - {value: nie-powiem, label: nie chcę powiedzieć}")?;
    tree.replace(yaml, "To są dane przykładowe.", "To są nadal dane przykładowe.")?;
    tree.replace(
        yaml,
        "  - name: uwaga\n",
        "  - name: nowe\n    kind: text\n    label: Coś jeszcze?\n\n  - name: uwaga\n",
    )?;
    let options = Options { today: "2021-07-01".parse()?, drafts: false, commit: None };
    let files = build_in_memory(tree.root(), &options).map_err(anyhow::Error::msg)?;
    let files = files.into_iter().filter_map(|(path, bytes)| Some((path.strip_prefix("forms/")?.to_owned(), bytes)));
    town.forms = files.collect::<Files>();
    town.app.replace_catalogue(catalogue(&town.forms)?);

    let shown = town.post(KAZDE, &form.forward()).await?;
    assert_eq!(shown.status, 200);
    let page = shown.page();
    assert_eq!(page.words(".notice h2"), ["Formularz się zmienił"]);
    let expected = [
        ("Imię", "Zmieniły się zasady odpowiedzi."),
        ("Ulica, przy której mieszkasz", "Zmieniła się treść pytania. Wcześniej: „Twoja ulica”"),
        ("Wiek", "Zmieniły się odpowiedzi do wyboru."),
        ("Coś jeszcze?", "Nowe pytanie."),
    ];
    assert_eq!(marks(&page), expected.map(|(label, mark)| (label.to_owned(), mark.to_owned())));
    let told = page.words("section[aria-labelledby=_changes]").concat();
    assert!(told.contains("Zmiany są zaznaczone niżej") && told.contains("teksty przed pytaniami"), "{told}");
    // Once seen it is as any other review, and it is sent.
    let again = page.form().unwrap();
    let reviewed = town.post(KAZDE, &again.press("review")).await?.page();
    assert!(marks(&reviewed).is_empty() && reviewed.words("[aria-labelledby=_changes]").is_empty());
    assert_eq!(town.post(KAZDE, &again.forward()).await?.status, 303);
    Ok(())
}

#[tokio::test]
async fn a_question_that_is_gone_is_named_and_a_mended_translation_is_no_change_to_others() -> Outcome {
    let mut town = Town::open().await?;
    let current: serde_json::Value = serde_json::from_str(&definition(&town))?;
    let old = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut old = current.clone();
        change(&mut old);
        old
    };
    let asked = old(&|form| {
        let gone = json!({"name": "dawne", "label": {"original": "Dawne pytanie"}, "kind": "text", "max_length": 9});
        form["questions"].as_array_mut().unwrap().push(gone);
    });
    let translated = old(&|form| form["questions"][1]["label"]["translations"] = json!({"uk": "Імя"}));
    for (path, bytes) in &mut town.forms {
        if path == "park/kazde.pl.json" {
            let mut bundle: serde_json::Value = serde_json::from_slice(bytes)?;
            bundle["published"] = json!({"1-1111111111111111": asked, "1-2222222222222222": translated});
            *bytes = serde_json::to_vec(&bundle)?;
        }
    }
    town.app.replace_catalogue(catalogue(&town.forms)?);
    let form = town.review(&ANSWERS).await?;
    let told = async |form: Form| anyhow::Ok(town.post(KAZDE, &form.press("send")).await?.page());

    let gone = told(form.clone().with("_revision", "1-1111111111111111").with("dawne", "odpowiedź")).await?;
    assert_eq!(gone.words("section[aria-labelledby=_changes] li"), ["Dawne pytanie"]);
    assert_eq!(gone.raw("section[aria-labelledby=_unasked] .said"), ["odpowiedź"], "its answer is not lost");
    assert!(marks(&gone).is_empty());
    let other = told(form.clone().with("_revision", "1-2222222222222222")).await?;
    assert!(other.words("section[aria-labelledby=_changes]").concat().contains("są takie same jak wcześniej"));
    // A revision that nobody knows: that it changed is told, and what is not.
    let unknown = told(form.with("_revision", "1-3333333333333333")).await?;
    assert_eq!(unknown.words(".notice h2"), ["Formularz się zmienił"]);
    assert!(unknown.words("[aria-labelledby=_changes]").is_empty());
    Ok(())
}

/// Returns the definition of `kazde` as the town has it.
fn definition(town: &Town) -> String {
    let (_, bytes) = town.forms.iter().find(|(path, _)| path == "park/kazde.pl.json").unwrap();
    serde_json::from_slice::<forms::Bundle>(bytes).unwrap().form.definition()
}
