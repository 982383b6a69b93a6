//! What a build and a form are made of, part by part.

use std::{collections::BTreeMap, hint::black_box, path::Path};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use forms::{
    Answers, Bundle, Shared, State, Theme,
    page::{self, Filled},
};
use generator::pipeline::{Options, build_files, build_in_memory};

fn options() -> Options {
    Options { today: "2021-07-01".parse().expect("a day"), drafts: false, commit: None }
}

/// A whole build in memory: of one page it is what every build costs, of many what a page adds.
fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10);
    for pages in [1, 100, 1000] {
        let files = || benches::files(pages).map(|(path, text)| (path, text.into_bytes())).collect::<Vec<_>>();
        group.throughput(Throughput::Elements(pages as u64));
        group.bench_function(format!("{pages} pages"), |bench| {
            bench.iter_batched(files, |files| build_files(files, &options()).expect("a site"), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// What the function does between its start and its answer, besides the table.
fn form(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files: BTreeMap<String, Vec<u8>> = build_in_memory(&root, &options()).expect("the site of the repository");
    let packed = &files["forms/strategia-2030/ankieta.pl.json"];
    let shared = &files["forms/theme/theme.json"];
    let read = || -> Shared { serde_json::from_slice(shared).expect("what is shared") };
    let bundle: Bundle = serde_json::from_slice(packed).expect("a bundle");
    let theme = Theme::beginning_with("pl", read().theme).expect("a theme");
    let answers = Answers::default();
    criterion.bench_function("bundle read", |bench| {
        bench.iter(|| serde_json::from_slice::<Bundle>(black_box(packed)).expect("a bundle"));
    });
    criterion.bench_function("theme read", |bench| {
        bench.iter_batched(read, |shared| Theme::beginning_with("pl", shared.theme), BatchSize::SmallInput);
    });
    criterion.bench_function("answers checked", |bench| bench.iter(|| bundle.form.mistakes(black_box(&answers))));
    criterion.bench_function("form drawn", |bench| {
        bench.iter(|| page::form(&theme, &bundle, State::Open, &Filled::new(black_box(&answers))).expect("a page"));
    });
}

criterion_group!(parts, build, form);
criterion_main!(parts);
