use forms::{
    Answers, Bundle, ThemeError,
    page::{self, Filled},
};

use super::Frame;
use crate::{
    address::Address,
    model::{Consultation, FormPage},
    typography::typeset,
};

/// Draws the static page of a form with the code that the function draws it with.
pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Result<String, ThemeError> {
    let bundle = bundle(frame, consultation, form);
    let state = consultation.term.state_on(frame.drawing.today);
    // The template says by itself where the term keeps answers out.
    let filled = Filled { answers: &Answers::default(), mistakes: &[], token: None, notice: None, focus: None };
    page::form(&frame.drawing.look.theme, &bundle, state, &filled)
}

/// Packs a form with what stands around it, its links written as `frame` writes them.
pub(crate) fn bundle(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Bundle {
    let language = &frame.drawing.site.language;
    let set = |text: String| {
        let set = typeset(language, &text).into_owned();
        (set != text).then_some((text, set))
    };
    let api = Address::root().file(&format!("api/{}", form.form.id));
    Bundle {
        revision: form.form.revision(),
        shown: page::texts(&form.form, language).into_iter().filter_map(set).collect(),
        language: language.clone(),
        original: frame.drawing.site.is_original(),
        href: frame.linking.href(&form.address),
        action: frame.linking.href(&api),
        shell: frame.shell_in(consultation, Vec::new()),
        consultation: frame.card(consultation),
        form: form.form.clone(),
    }
}
