//! The contract of a form: what is asked, what was answered, what is right, and how it is drawn.
//!
//! One definition serves every use: the generator draws the form from it, the function checks answers with it,
//! and both do so with the code of this crate. It knows no files, no clock, no network and no YAML.
//!
//! 1. [`Form`] is what is asked; [`Form::revision`] names exactly this wording of it.
//! 2. [`Answers`] is what was posted; [`Form::mistakes`] tells what is wrong with it.
//! 3. [`Theme`] turns views into HTML; [`page`] draws the pages of the journey with it.
//! 4. [`Place`] is what a remark is bound to.
//! 5. [`Bundle`] and [`Shared`] are what the generator packs for the function.

mod answers;
mod bundle;
mod condition;
mod form;
pub mod kind;
mod mistake;
pub mod page;
mod place;
mod term;
mod text;
mod theme;
mod view;

pub use answers::Answers;
pub use bundle::{Bundle, Card, Channel, Contact, Link, Office, Shared, Shell, Site};
pub use bundle::{ConsultedDocument, ConsultedSection, ConsultedVersion};
pub use condition::{Condition, Test};
pub use form::{Form, Question};
pub use kind::Kind;
pub use mistake::Mistake;
pub use place::{OutdatedPlaces, Place};
pub use term::{State, Term, ZONE};
pub use text::{Text, fill};
pub use theme::{Theme, ThemeError, ThemeSource};
pub use view::{
    AnswerView, ConditionView, FieldView, LineView, OptionView, OtherView, PlaceGroup, PlaceView, ProblemView,
    QuestionView, RemarkView, RowView,
};
