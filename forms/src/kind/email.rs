use serde::{Deserialize, Serialize};

use super::{Asked, Setting, text};
use crate::{
    Answers, Mistake, Question, QuestionView,
    view::{LineView, control_id},
};

/// An e-mail address, read leniently: whether it is right only a message to it can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {}

/// Most characters of an address (RFC 5321, 4.5.3.1.3).
const MAX_LENGTH: usize = 254;

impl Email {
    /// Tells whether a text has the shape of an address: a name, an `@` and a host with a stop in it.
    pub fn is_address(text: &str) -> bool {
        let Some((name, host)) = text.rsplit_once('@') else { return false };
        let dots = host.split('.').collect::<Vec<_>>();
        let blank = text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        !name.is_empty() && !name.contains('@') && !blank && dots.len() > 1 && dots.iter().all(|part| !part.is_empty())
    }
}

impl Asked for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn mistake(&self, question: &Question, answers: &Answers) -> Option<Mistake> {
        text::line_mistake(question, answers, MAX_LENGTH).or_else(|| {
            let address = answers.values(&question.name).first()?.trim();
            let wrong = !address.is_empty() && !Self::is_address(address);
            wrong.then(|| Mistake::new(&question.name, "email_bad", control_id(&question.name)))
        })
    }

    fn draw(&self, view: &mut QuestionView, setting: Setting<'_>) {
        view.values = text::shown_values(setting.answers.values(&view.name));
        view.autocomplete = Some("email".to_owned());
    }

    fn lines(&self, name: &str, setting: Setting<'_>) -> Vec<LineView> {
        text::lines(setting.answers.values(name))
    }
}
