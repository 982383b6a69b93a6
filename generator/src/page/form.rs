use forms::{
    Answers, Bundle, ThemeError,
    page::{self, Filled},
};

use super::{Drawing, Frame};
use crate::{
    address::Address,
    model::{Consultation, FormPage},
};

/// Draws the static page of a form with the code that the function draws it with.
pub(super) fn draw(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Result<String, ThemeError> {
    let Drawing { look, memory, .. } = frame.drawing;
    let bundle = bundle(frame, consultation, form);
    let state = consultation.term.state_on(frame.drawing.today);
    // The template says by itself where the term keeps answers out.
    let filled = Filled { answers: &Answers::default(), mistakes: &[], token: None, notice: None, focus: None };
    let draw = || page::form(&look.theme, &bundle, state, &filled);
    memory.drawing(look, &("form", &bundle, state), draw)
}

/// Packs a form with what stands around it, its links written as `frame` writes them.
pub(crate) fn bundle(frame: &Frame<'_>, consultation: &Consultation, form: &FormPage) -> Bundle {
    let api = Address::root().file(&format!("api/{}", form.form.id));
    Bundle {
        revision: form.form.revision(),
        language: frame.drawing.site.language.clone(),
        original: true,
        href: frame.linking.href(&form.address),
        action: frame.linking.href(&api),
        shell: frame.shell_in(consultation, Vec::new()),
        consultation: frame.card(consultation),
        form: form.form.clone(),
    }
}
