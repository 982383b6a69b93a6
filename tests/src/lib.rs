//! What the tests from outside stand on.
//!
//! 1. [`workspace`] finds the binaries under test, and copies fixtures into folders of their own.
//! 2. [`engine`] is a table on the embedded engine, which can be killed and opened again.
//!    [`faults`] stands before it and lets it fail.
//! 3. [`lambda`] runs the function's binary as Lambda does; [`serve`] runs `konsultacje serve`.
//! 4. [`http`] asks over loopback; [`page`] reads what came as a browser would, and posts it again.
//! 5. [`browser`] is a real one, with scripts or without; [`screen`] is what it shows pages on.
//! 6. [`audit`] tells what is wrong with an open page, with [`axe`] and the [`keyboard`]; [`nu`] with files; [`crawl`] follows
//!    the links of a built site; [`tools`] are those of other languages.
//! 7. [`town`] tells what stands in the fixture that most tests use; [`corpus`] is a site to measure with.
//!
//! A missing binary, engine or browser is an error, never a reason to skip a test. Every process that is started here
//! is ended when its value is dropped, by its own id.

// A harness is an end of the system: it reads files, the environment and the clock.
#![allow(clippy::disallowed_methods)]

pub mod audit;
pub mod axe;
pub mod browser;
pub mod corpus;
pub mod crawl;
pub mod engine;
pub mod faults;
pub mod http;
pub mod keyboard;
pub mod lambda;
pub mod nu;
pub mod page;
pub mod screen;
pub mod serve;
pub mod tools;
pub mod town;
pub mod workspace;
