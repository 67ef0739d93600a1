//! tantivy alone over the same texts: English stems, its default parser, the title three times, ten numbers out.

use super::engines::{Engine, timed};
use firstline::search::evaluation::Set;
use std::{fs, path::Path};
use tantivy::{
    Index, IndexWriter, ReloadPolicy, Searcher,
    collector::TopDocs,
    doc,
    query::QueryParser,
    schema::{FAST, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

pub struct Bare<'a> {
    set: &'a Set,
    searcher: Searcher,
    parser: QueryParser,
}

impl<'a> Bare<'a> {
    pub fn build(set: &'a Set, folder: &Path) -> tantivy::Result<Self> {
        fs::create_dir_all(folder)?;
        let stems = TextFieldIndexing::default().set_tokenizer("en_stem");
        let text = TextOptions::default()
            .set_indexing_options(stems.set_index_option(IndexRecordOption::WithFreqsAndPositions));
        let mut schema = Schema::builder();
        let place = schema.add_u64_field("place", FAST);
        let title = schema.add_text_field("title", text.clone());
        let body = schema.add_text_field("body", text);
        let index = Index::create_in_dir(folder, schema.build())?;
        let mut writer: IndexWriter = index.writer_with_num_threads(2, 256 << 20)?;
        for (n, text) in set.texts.iter().enumerate() {
            writer.add_document(doc!(place => n as u64, title => text.title.as_str(), body => text.body.as_str()))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let mut parser = QueryParser::for_index(&index, vec![title, body]);
        parser.set_field_boost(title, 3.0);
        let searcher = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?.searcher();
        Ok(Self { set, searcher, parser })
    }

    /// The places of the first ten.
    fn places(&self, words: &str) -> tantivy::Result<Vec<u64>> {
        let (query, _) = self.parser.parse_query_lenient(words);
        let top = self.searcher.search(&query, &TopDocs::with_limit(10).order_by_score())?;
        let place = |(_, at): &(f32, tantivy::DocAddress)| {
            Ok(self.searcher.segment_reader(at.segment_ord).fast_fields().u64("place")?.first(at.doc_id).unwrap_or(0))
        };
        top.iter().map(place).collect()
    }
}

impl Engine for Bare<'_> {
    fn ask(&mut self, words: &str) -> (Vec<String>, f64) {
        let (places, ms) = timed(|| self.places(words).expect("it searches"));
        (places.into_iter().map(|n| self.set.texts[n as usize].id.clone()).collect(), ms)
    }
}
