//! Reading 10,000 playbooks, one after the other: our reader beside plain typed deserialisation of the same files.

use crate::{
    library::{self, Files},
    typed,
};
use divan::{
    Bencher, black_box,
    counter::{BytesCount, ItemsCount},
};
use firstline::{
    desk::Desk,
    diagnostic::{FileId, Sink},
    playbook, yaml,
};

/// The files without `desk.yaml`, and how many bytes they have.
fn playbooks() -> (Files, usize) {
    let mut files = library::written();
    files.retain(|(path, _)| path != "desk.yaml");
    let bytes = files.iter().map(|(_, bytes)| bytes.len()).sum();
    (files, bytes)
}

fn measure(bencher: Bencher<'_, '_>, read: impl Fn(&str, &[u8])) {
    let (files, bytes) = playbooks();
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(files.len())).bench_local(|| {
        files.iter().for_each(|(path, bytes)| read(path, bytes));
    });
}

/// Text to a tree with the place of every value.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn our_yaml(bencher: Bencher<'_, '_>) {
    measure(bencher, |path, bytes| {
        black_box(yaml::parse(FileId(0), path, bytes));
    });
}

/// Text to a playbook with its flow: names resolved, texts and conditions compiled.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn our_playbook(bencher: Bencher<'_, '_>) {
    let desk = Desk::build(library::written().into_iter().filter(|(path, _)| path == "desk.yaml").collect());
    measure(bencher, |path, bytes| {
        let (source, tree, found) = yaml::parse(FileId(0), path, bytes);
        assert!(found.is_empty(), "{path} is clean");
        let findings = Sink::default();
        let id = path.trim_start_matches("playbooks/").trim_end_matches(".yaml");
        black_box(playbook::parse(id, FileId(0), &source.text, tree.as_ref(), &desk.facts, &findings));
        assert!(findings.is_empty(), "{path} is clean");
    });
}

/// Text to derived structs, without places and with conditions and texts left as they are.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn derived_structs(bencher: Bencher<'_, '_>) {
    measure(bencher, |path, bytes| {
        let text = std::str::from_utf8(bytes).expect("the library is UTF-8");
        let read: typed::Playbook = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        black_box(read);
    });
}
