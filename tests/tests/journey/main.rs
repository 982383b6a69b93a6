//! The journey of an answer, in one process: the router that Lambda and `serve` run, on the embedded engine, with a
//! clock that is set. One consultation in summer 2021; the forms are packed by the generator itself.
//!
//! 1. `statuses`: every answer that there is, and what comes back with it.
//! 2. `mistakes`: what is wrong with answers, and how it is told.
//!    `parts`: the same of questions that are answered in parts.
//! 3. `steps`: what the buttons do, and what becomes of a form that changes meanwhile.
//! 4. `pages`: pages, conditions, remarks, corrections, what is saved.
//! 5. `refused`: what becomes of a send that is refused.
//! 6. `clock`: the term, to the second.
//! 7. `strangers`: what nobody should send.
//! 8. `typed`: whatever is typed comes back as it was.
//! 9. `kept`: whatever is accepted is stored, read back and exported as it was.
//! 10. `hostile`: whatever was ever used to break into a form.
//! 11. `controls`: how pages are built, on every page that there is (`states`).
//! 12. `receipts`: what a resident is left with.
//! 13. `seen`: every page in a browser, and through the checkers of others.
//! 14. `rules`: that every rule of forms has its test.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

mod clock;
mod controls;
mod exported;
mod hostile;
mod kept;
mod mistakes;
mod pages;
mod parts;
mod receipts;
mod refused;
mod rules;
mod seen;
mod states;
mod statuses;
mod steps;
mod strangers;
mod town;
mod typed;

type Outcome = anyhow::Result<()>;
